-- Indicators (domain.indicators), each worked out ahead as if nothing more came.
-- no_school: compulsory school age without an enrolment, home education, the register of children not in school, or provision elsewhere.
INSERT INTO stage_rectangle (child, rule, since, starts, ends, positions, organisation)
WITH age AS (
    SELECT DISTINCT ON (m.child) m.child, p.age_from, p.age_to
    FROM stage_child c JOIN stage_member m USING (child) JOIN person p ON p.record = m.record AND p.to_ed IS NULL
    WHERE c.facts AND p.birth IS NOT NULL ORDER BY m.child, p.birth_at DESC, p.birth_key DESC
), enrolled AS (
    SELECT child, range_agg(int4range(starts, until)) AS days FROM stage_own
    WHERE kind IN ('enrolment', 'elective_home_education', 'not_in_school_register', 'alternative_provision') GROUP BY child
)
SELECT a.child, 'no_school', lower(r), lower(r), upper(r),
    log.sorted((SELECT log.array_join(o.positions) FROM stage_own o WHERE o.child = a.child AND o.until = lower(r)
        AND o.kind IN ('enrolment', 'elective_home_education', 'not_in_school_register', 'alternative_provision'))),
    CASE WHEN NOT EXISTS (SELECT FROM stage_member m JOIN log.subject u ON u.record = m.record WHERE m.child = a.child AND u.scheme IN ('nhs', 'upn'))
        THEN 'no school or NHS number' END
FROM age a JOIN stage_silence s USING (child) LEFT JOIN enrolled e USING (child)
CROSS JOIN LATERAL unnest(int4multirange(int4range(a.age_from, a.age_to)) - coalesce(e.days, '{}') - s.silenced) AS r;

-- no_gp: a registration ended and none followed within thirty days.
INSERT INTO stage_rectangle (child, rule, since, starts, ends, positions)
WITH registered AS (
    SELECT child, min(starts) AS first, range_agg(int4range(starts, until)) AS days FROM stage_own WHERE kind = 'gp_registration' GROUP BY child
), gap AS (
    SELECT child, lower(g) AS gap_from, upper(g) AS gap_to
    FROM registered CROSS JOIN LATERAL unnest(int4multirange(int4range(first, 2000000)) - days) AS g
    WHERE lower(g) + 30 < upper(g)
)
SELECT g.child, 'no_gp', g.gap_from, lower(r), upper(r),
    log.sorted((SELECT log.array_join(o.positions) FROM stage_own o WHERE o.child = g.child AND o.kind = 'gp_registration' AND o.until = g.gap_from))
FROM gap g JOIN stage_silence s USING (child)
CROSS JOIN LATERAL unnest(int4multirange(int4range(g.gap_from + 30, g.gap_to)) - s.silenced) AS r
WHERE NOT EXISTS (SELECT FROM stage_own o WHERE o.child = g.child AND o.kind = 'gp_registration' AND o.until = g.gap_from
                  AND o.reason IN ('death', 'embarkation'));

-- homeless_or_mobile: placed, no address known, or three different addresses in a row within twelve months.
INSERT INTO stage_rectangle (child, rule, since, starts, ends, positions, organisation)
WITH moved AS (
    SELECT *, place IS DISTINCT FROM lag(place) OVER (PARTITION BY child ORDER BY day) AS new FROM stage_address
    WHERE status IN ('current', 'last_known') AND place IS NOT NULL
), third AS (
    SELECT m.child, m.day, (SELECT max(b.day) FROM moved b WHERE b.child = m.child AND b.new AND b.day <= m.day
        AND (SELECT count(DISTINCT c.place) FROM moved c WHERE c.child = m.child AND c.new AND c.day BETWEEN b.day AND m.day) >= 3) AS first
    FROM moved m WHERE m.new
), part AS (
    SELECT child, int4range(starts, open_until) AS days, positions FROM stage_own WHERE kind = 'temporary_accommodation'
    UNION ALL
    SELECT child, int4range(day, until), ARRAY[main] FROM stage_address WHERE status = 'none_known' OR residence = 'no_fixed_abode'
    UNION ALL
    SELECT t.child, int4range(t.day, log.twelve_months_after(t.first)),
        (SELECT array_agg(m.main) FROM moved m WHERE m.child = t.child AND m.new AND m.day BETWEEN t.first AND t.day)
    FROM third t WHERE t.day < log.twelve_months_after(t.first)
), days AS (
    SELECT child, range_agg(days) AS days FROM part GROUP BY child
)
SELECT d.child, 'homeless_or_mobile', lower(r), lower(r), upper(r),
    log.sorted((SELECT log.array_join(p.positions) FROM part p WHERE p.child = d.child AND p.days && r)),
    (SELECT max(o.organisation COLLATE "C") FROM stage_own o WHERE o.child = d.child AND o.kind = 'temporary_accommodation'
        AND o.starts < upper(r) AND o.open_until > lower(r))
FROM days d JOIN stage_child c ON c.child = d.child AND c.facts JOIN stage_silence s ON s.child = d.child
CROSS JOIN LATERAL unnest(d.days - s.silenced) AS r;

-- dropped_out: an additional service ended because it lost touch, and none came within twenty-eight days.
INSERT INTO stage_rectangle (child, rule, since, starts, ends, positions)
WITH additional AS (
    SELECT * FROM stage_own WHERE kind IN ('involvement', 'early_help') AND provision = 'additional'
), gap AS (
    SELECT child, lower(g) AS gap_from, upper(g) AS gap_to
    FROM (SELECT child, int4multirange(int4range(0, 2000000)) - range_agg(int4range(starts, until)) AS without FROM additional GROUP BY child) w
    CROSS JOIN LATERAL unnest(without) AS g
    WHERE lower(g) + 28 < upper(g)
)
SELECT g.child, 'dropped_out', g.gap_from, lower(r), upper(r),
    log.sorted((SELECT log.array_join(o.positions) FROM additional o WHERE o.child = g.child AND o.until = g.gap_from))
FROM gap g JOIN stage_silence s USING (child)
CROSS JOIN LATERAL unnest(int4multirange(int4range(g.gap_from + 28, g.gap_to)) - s.silenced) AS r
WHERE EXISTS (SELECT FROM additional o WHERE o.child = g.child AND o.until = g.gap_from AND o.reason IN ('disengaged', 'not_contactable'));

-- ten_days_absent: ten school days in a row with nothing but unauthorised absence.
INSERT INTO stage_rectangle (child, rule, since, starts, ends, positions, organisation)
WITH step AS (
    SELECT m.child, w.record, w.school, w.week, abs(s) AS step
    FROM stage_child c JOIN stage_member m USING (child) JOIN week w ON w.record = m.record CROSS JOIN LATERAL unnest(w.steps) AS s
    WHERE c.marks GROUP BY 1, 2, 3, 4, 5 HAVING sum(sign(s)) > 0
), standing AS (
    SELECT child, school, week * 7 - 3 + (((step >> 4) & 15) / 2)::int AS day, max(step) & 15 AS category
    FROM step GROUP BY child, record, school, week, (step >> 4) & 15
), school_day AS (
    SELECT child, day, bool_and(category = 4) AS away, max(school COLLATE "C") AS school FROM standing WHERE category <> 7 GROUP BY child, day
), island AS (
    SELECT *, row_number() OVER (PARTITION BY child ORDER BY day) - row_number() OVER (PARTITION BY child, away ORDER BY day) AS run,
        lead(day, 1, 2000000) OVER (PARTITION BY child ORDER BY day) AS next_day
    FROM school_day
), run AS (
    SELECT child, min(day) AS since, (array_agg(day ORDER BY day))[10] AS starts, max(next_day) AS ends, (array_agg(school ORDER BY day DESC))[1] AS school
    FROM island WHERE away GROUP BY child, run HAVING count(*) >= 10
)
SELECT n.child, 'ten_days_absent', n.since, lower(r), upper(r), log.sorted((
    -- The standing marks of the ten days, whose positions only the log has: looked up for long absences alone.
    SELECT array_agg(k.position) FROM (
        SELECT m.position, s.category, rank() OVER (PARTITION BY m.record, m.school, m.day, s.slot ORDER BY m.recorded_at DESC, s.category DESC) AS nth
        FROM stage_member b JOIN log.event v ON v.originator_id = b.record AND v.originator_version <= %(hi)s
        JOIN log.fact_mark m ON m.position = v.originator_version AND m.day BETWEEN n.since AND n.starts
        CROSS JOIN LATERAL (VALUES (0, m.am), (1, m.pm)) AS s (slot, category)
        WHERE b.child = n.child AND s.category IS NOT NULL AND NOT EXISTS (
            SELECT FROM log.fact t JOIN log.inbox i ON i.key = t.target_key
            WHERE t.record = m.record AND t.act = 15 AND t.position <= %(hi)s AND i.position = m.position)) k
    WHERE k.nth = 1 AND k.category = 4)), 'urn-' || n.school
FROM (SELECT run.*, least(run.ends, (SELECT min(o.until) FROM stage_own o WHERE o.child = run.child AND o.kind = 'enrolment'
                                      AND o.provider = run.school AND o.until > run.since)) AS left_by FROM run) n
JOIN stage_silence s USING (child) CROSS JOIN LATERAL unnest(int4multirange(int4range(n.starts, greatest(n.starts, n.left_by))) - s.silenced) AS r;
