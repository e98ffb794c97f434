-- Each child with marks of the school year: sessions attended of those possible, and whether a service helps it on the day.
-- A week that nothing was amended in, and that lies whole within the days and editions asked for, is counted as it stands;
-- of any other the standing marks are found first (domain.timeline.marks.standing_marks). Most are of the first sort.
-- Categories are asked for by a bit each.
, weekly AS (
    SELECT w.record, CASE WHEN s.latest <= %(e)s AND s.least > 0 AND s.told = bit_count(s.slots) AND w.week * 7 - 3 >= %(year)s AND w.week * 7 + 3 <= %(d)s
        THEN ARRAY[s.attended, s.possible]
        ELSE (
            SELECT ARRAY[count(*) FILTER (WHERE (%(attended)s >> category) & 1 = 1), count(*)] FROM (
                SELECT (max(step) & 15)::int AS category FROM (
                    SELECT abs(u.s) AS step FROM unnest(w.steps, w.editions) AS u (s, e) WHERE u.e <= %(e)s GROUP BY 1 HAVING sum(sign(u.s)) > 0
                ) standing WHERE w.week * 7 - 3 + ((step >> 4) & 15) / 2 BETWEEN %(year)s AND %(d)s GROUP BY (step >> 4) & 15
            ) session WHERE (%(possible)s >> category) & 1 = 1
        ) END AS told
    FROM week w CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE (%(attended)s >> (u.s & 15)::int) & 1 = 1) AS attended, count(*) FILTER (WHERE (%(possible)s >> (u.s & 15)::int) & 1 = 1) AS possible,
            count(*) AS told, max(u.e) AS latest, min(u.s) AS least, bit_or(1 << ((u.s >> 4) & 15)::int)::bit(16) AS slots
        FROM (SELECT unnest(w.steps) AS s, unnest(w.editions) AS e) AS u  -- in the list, not as a table, which is three times the work
    ) s
    WHERE w.week BETWEEN (%(year)s + 3) / 7 AND (%(d)s + 3) / 7
    OFFSET 0  -- worked out once, not wherever it is named
), by_record AS (
    SELECT record, sum(told[1]) AS attended, sum(told[2]) AS possible FROM weekly GROUP BY record
), sessions AS (
    SELECT coalesce(m.child, w.record) AS child, sum(attended)::int AS attended, sum(possible)::int AS possible
    FROM by_record w LEFT JOIN member m ON m.record = w.record GROUP BY 1
)
SELECT s.child, true, attended, possible, NULL::int, h.child IS NOT NULL
FROM sessions s LEFT JOIN helped h ON h.child = s.child WHERE possible > 0
