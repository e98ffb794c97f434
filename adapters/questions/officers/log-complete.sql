WITH written AS MATERIALIZED (
    -- Each leaf is opened, hashed and looked up once.
    SELECT e.id, e.at, e.viewer, e.organisation, e.kind, e.outcome, e.child, e.rule, e.acting_for, e.found, l.index,
        sha256(e.bytes) AS hash, l.hash <> sha256('\x00'::bytea || e.bytes) AS of_other_bytes, s.process, s.number, s.previous,
        (e.viewer, e.kind, e.outcome, e.organisation, e.opening, e.acting_for, e.rule) IS DISTINCT FROM
            (s.viewer, s.question, s.outcome, s.organisation, s.opening, s.acting_for, s.rules ->> 0) AS otherwise
    FROM access.entry e CROSS JOIN LATERAL jsonb_to_record(convert_from(e.bytes, 'UTF8')::jsonb) AS s (process text, number bigint, previous text,
        viewer text, question text, outcome text, organisation text, opening text, acting_for text, rules jsonb)
    LEFT JOIN LATERAL (SELECT l.index, l.hash FROM access.leaf l WHERE l.entry = e.id OFFSET 0) l ON true
    WHERE e.at >= %(since)s AND e.at < %(until)s
), chained AS (
    SELECT w.number, lead(w.number) OVER chain AS next, lead(w.previous) OVER chain AS names, encode(w.hash, 'hex') AS hash
    FROM written w WINDOW chain AS (PARTITION BY w.process ORDER BY w.number)
), look AS MATERIALIZED (
    SELECT w.viewer, coalesce(w.acting_for, w.viewer) AS works, coalesce(w.organisation, '') AS organisation, w.child, coalesce(w.rule, '') AS rule,
        w.at, (w.at AT TIME ZONE 'Europe/London')::date - DATE '1970-01-01' AS day
    FROM written w WHERE w.index < (SELECT s.size FROM access.summed s) AND w.child IS NOT NULL AND w.outcome = 'shown'
), otherwise AS (
    -- What the summary of looks says otherwise than the entries that it takes in: of these days, or that somebody looked in them.
    SELECT FROM (SELECT n.day, n.organisation, n.rule, count(*) AS times FROM look n GROUP BY n.day, n.organisation, n.rule) AS n
    FULL JOIN (SELECT * FROM access.looks_of_day d WHERE d.day BETWEEN %(first_day)s AND %(last_day)s) AS d USING (day, organisation, rule)
    WHERE n.times IS DISTINCT FROM d.times
    UNION ALL
    SELECT FROM (SELECT n.day, n.viewer, n.organisation, array_agg(DISTINCT n.child) AS children, max(n.at) AS last FROM look n
        GROUP BY n.day, n.viewer, n.organisation) AS n
    FULL JOIN (SELECT * FROM access.person_day d WHERE d.day BETWEEN %(first_day)s AND %(last_day)s) AS d USING (day, viewer, organisation)
    WHERE (n.children, n.last) IS DISTINCT FROM (d.children, d.last)
    UNION ALL
    SELECT FROM (SELECT n.viewer, n.child, n.organisation, n.works, n.rule, min(n.at) AS first, max(n.at) AS last FROM look n
        GROUP BY n.viewer, n.child, n.organisation, n.works, n.rule) AS n
    FULL JOIN (SELECT * FROM access.looked_at p WHERE p.last >= %(since)s AND p.first < %(until)s) AS p USING (viewer, child, organisation, works, rule)
    WHERE p.first IS NULL OR p.first > n.first OR p.last < n.last
        OR (p.first >= %(since)s AND p.first IS DISTINCT FROM n.first) OR (p.last < %(until)s AND p.last IS DISTINCT FROM n.last)
), gone AS (
    SELECT m.month ->> 'of' AS month, (r.range ->> 0)::bigint AS first, (r.range ->> 1)::bigint AS last
    FROM (SELECT convert_from(e.bytes, 'UTF8')::jsonb -> 'month' AS month FROM access.entry e WHERE e.outcome = 'given_up') m
    CROSS JOIN LATERAL jsonb_array_elements(m.month -> 'leaves') AS r (range)
), between_them AS MATERIALIZED (
    -- From the first leaf of these days to the last: few are of other days, and are looked up one by one.
    SELECT l.index, l.entry FROM access.leaf l
    WHERE l.index >= (SELECT min(w.index) FROM written w) AND l.index <= (SELECT max(w.index) FROM written w)
    AND NOT EXISTS (SELECT FROM written w WHERE w.index = l.index)
), counted (place, "check", found, wrong) AS (
    SELECT 1, 'entries', count(*), false FROM written
    UNION ALL SELECT 2, 'missing_in_a_chain', coalesce(sum(c.next - c.number - 1), 0)::bigint, true FROM chained c
    UNION ALL SELECT 3, 'chained_to_another', count(*), true FROM chained c WHERE c.next = c.number + 1 AND c.names IS DISTINCT FROM c.hash
    UNION ALL SELECT 4, 'not_as_their_leaf_says', count(*), true FROM written w WHERE w.otherwise
    UNION ALL SELECT 5, 'leaf_of_other_bytes', count(*), true FROM written w WHERE w.of_other_bytes
    UNION ALL SELECT 6, 'without_leaf_and_not_waiting', count(*), true FROM written w
        WHERE w.index IS NULL AND NOT EXISTS (SELECT FROM access.pending p WHERE p.entry = w.id)
    UNION ALL SELECT 7, 'waiting_for_a_leaf', count(*), false FROM access.pending
    UNION ALL SELECT 8, 'not_as_summed_up', count(*), true FROM otherwise
    UNION ALL SELECT 9, 'found_other_than_shown', count(*), true FROM written w WHERE w.kind = 'FindChildren' AND w.found IS DISTINCT FROM
        (SELECT count(*) FROM access.shown s WHERE s.entry = w.id AND s.at = w.at AND s.child <> %(nobody)s)
    UNION ALL SELECT 10, 'leaves_missing', coalesce(max(l.index) + 1 - count(*), 0), true FROM access.leaf l
    UNION ALL SELECT 11, 'entries_missing', count(*), true FROM between_them b
        WHERE NOT EXISTS (SELECT FROM access.entry e WHERE e.id = b.entry) AND NOT EXISTS (SELECT FROM gone g WHERE b.index BETWEEN g.first AND g.last)
    UNION ALL SELECT 12, 'given_up_of_these_months', coalesce(sum(g.last - g.first + 1), 0)::bigint, false FROM gone g
        WHERE to_char(%(since)s AT TIME ZONE 'UTC', 'YYYY-MM') <= g.month AND g.month <= to_char(%(until)s AT TIME ZONE 'UTC' - interval '1 microsecond', 'YYYY-MM')
)
SELECT "check", found, wrong AND found > 0 AS amiss FROM counted ORDER BY place
