-- Indicators (domain.indicators), each worked out ahead as if nothing more came; how long it must be so is joined when asked.
-- What is looked for of each child is grouped by child and joined, never looked through once for each: an edition may have tens
-- of thousands of children. Where several are joined, they are joined from the left: else the planner expects hardly anybody
-- in all of them, and goes through one for each row of another.
-- no_school, lost_leaver: compulsory school age without an enrolment, home education, the register of children not in
-- school, or provision elsewhere; and of that what began with an end that does not say where the child went.
INSERT INTO stage_rectangle (child, rule, since, starts, ends, positions, organisation)
WITH taught AS NOT MATERIALIZED (
    SELECT * FROM stage_own WHERE kind IN ('enrolment', 'elective_home_education', 'not_in_school_register', 'alternative_provision')
), untaught AS (
    SELECT s.child, s.silenced, int4multirange(int4range(s.age_from, s.age_to))
        - coalesce((SELECT range_agg(int4range(t.starts, t.until)) FROM taught t WHERE t.child = s.child), '{}') AS days
    FROM stage_silence s JOIN stage_child c USING (child) WHERE c.facts AND s.age_from IS NOT NULL
)
SELECT u.child, 'no_school', lower(r), lower(r), upper(r),
    log.sorted((SELECT log.array_join(t.positions) FROM taught t WHERE t.child = u.child AND t.until = lower(r))),
    CASE WHEN NOT EXISTS (SELECT FROM stage_member m JOIN log.subject j ON j.record = m.record WHERE m.child = u.child AND j.scheme IN ('nhs', 'upn'))
        THEN 'no school or NHS number' END
FROM untaught u CROSS JOIN LATERAL unnest(u.days - u.silenced) AS r
UNION ALL
SELECT u.child, 'lost_leaver', lower(g), lower(r), upper(r), log.sorted(l.positions), NULL
FROM untaught u CROSS JOIN LATERAL unnest(u.days) AS g
CROSS JOIN LATERAL (SELECT log.array_join(t.positions) AS positions FROM taught t
                    WHERE t.child = u.child AND t.kind = 'enrolment' AND t.until = lower(g) AND NOT t.onward HAVING count(*) > 0) l
CROSS JOIN LATERAL unnest(int4multirange(g) - u.silenced) AS r;

-- excluded_without_provision: suspended or excluded, with no provision elsewhere and on no other school's roll. A permanent
-- exclusion that is upheld, or not concluded, goes on until a school admits the child. How long a suspension that is stated in
-- sessions lasts is worked out when asked, by the days of its school.
INSERT INTO stage_rectangle (child, rule, since, starts, ends, positions, organisation)
WITH excluded AS (
    SELECT x.*, CASE WHEN kind = 'suspension' OR (until < 2000000 AND reason IS DISTINCT FROM 'upheld') THEN until
        ELSE coalesce((SELECT min(e.starts) FROM stage_own e WHERE e.child = x.child AND e.kind = 'enrolment' AND e.starts > x.starts), 2000000)
        END AS out_until
    FROM stage_own x WHERE kind IN ('suspension', 'permanent_exclusion')
)
SELECT x.child, 'excluded_without_provision', lower(o), lower(r), upper(r), x.positions,
    CASE WHEN x.kind = 'permanent_exclusion' THEN 'permanent ' WHEN x.sessions IS NOT NULL AND x.until = 2000000
        THEN x.sessions || ' sessions from ' || x.starts || ' ' ELSE '' END || 'urn-' || x.provider
FROM excluded x JOIN stage_silence s USING (child)
CROSS JOIN LATERAL unnest(int4multirange(int4range(x.starts, x.out_until)) - coalesce((
    SELECT range_agg(int4range(e.starts, e.until)) FROM stage_own e
    WHERE e.child = x.child AND (e.kind IN ('elective_home_education', 'not_in_school_register', 'alternative_provision')
                                 OR (e.kind = 'enrolment' AND e.provider <> x.provider))), '{}')) AS o
CROSS JOIN LATERAL unnest(int4multirange(o) - s.silenced) AS r;

-- no_gp: a registration ended and none followed; none ever began, six weeks after a birth or since the child is known; or a
-- practice refused the child, from that day on.
INSERT INTO stage_rectangle (child, rule, since, starts, ends, positions, organisation)
WITH known AS (
    SELECT child, min(day) AS day, true AS known FROM (
        SELECT m.child, min(e.starts) AS day FROM stage_child c JOIN stage_member m USING (child) JOIN entry e ON e.record = m.record AND e.to_ed IS NULL
        WHERE c.facts AND e.why IS NULL AND e.starts IS NOT NULL AND NOT e.doubted AND e.kind NOT IN ('relationship', 'community_support', 'consent') GROUP BY m.child
        UNION ALL
        SELECT child, min(day) FROM stage_address GROUP BY child) k GROUP BY child
), numbered AS (
    SELECT DISTINCT m.child, true AS numbered FROM stage_member m JOIN log.subject j ON j.record = m.record WHERE j.scheme IN ('nhs', 'upn')
), first AS (
    -- The days before the first registration end first.
    SELECT child, min(upper(days)) AS until FROM stage_gp_gap GROUP BY child
), without AS (
    SELECT t.child, t.days, lower(t.days) AS since, lower(t.days) AS begins, NULL AS whose,
        (SELECT log.array_join(o.positions) FROM stage_own o WHERE o.child = t.child AND o.kind = 'gp_registration' AND o.until = lower(t.days)) AS positions
    FROM stage_gp_gap t WHERE lower(t.days) > 0 AND NOT t.explained
    UNION ALL
    -- By the birth where it was notified, else as if born as late as the child's term allows: the views know no birthdays.
    SELECT c.child, int4range(0, f.until), v.since, CASE WHEN s.notified IS NULL THEN v.since ELSE v.since + 42 END, 'never registered', '{}'
    FROM stage_child c JOIN stage_silence s USING (child) LEFT JOIN known k USING (child) LEFT JOIN numbered n USING (child) LEFT JOIN first f USING (child)
    CROSS JOIN LATERAL (SELECT coalesce(s.notified, greatest(k.day, log.months_after(s.age_from, -60))) AS since) v
    WHERE c.facts AND s.age_from IS NOT NULL AND coalesce(k.known AND n.numbered, false) AND v.since < f.until
), refused AS (
    SELECT t.child, t.days, min(o.starts) AS day, log.array_join(o.positions) AS positions
    FROM stage_gp_gap t JOIN stage_own o ON o.child = t.child AND o.kind = 'gp_registration_refused' AND t.days @> o.starts GROUP BY t.child, t.days
), part AS (
    SELECT w.child, w.since, w.begins AS starts, least(upper(w.days), r.day) AS until, w.positions, w.whose
    FROM without w LEFT JOIN refused r ON r.child = w.child AND r.days = w.days
    UNION ALL
    SELECT r.child, least(w.since, r.day), r.day, upper(r.days), coalesce(w.positions, '{}') || r.positions, 'refused'
    FROM refused r LEFT JOIN without w ON w.child = r.child AND w.days = r.days
)
SELECT p.child, 'no_gp', p.since, lower(r), upper(r), log.sorted(p.positions), p.whose
FROM part p JOIN stage_silence s USING (child) CROSS JOIN LATERAL unnest(int4multirange(int4range(p.starts, p.until)) - s.silenced) AS r
WHERE p.starts < p.until;

-- gp_unsettled, emergency_without_gp, under_five_unseen, not_brought, missing_without_interview: each holds while any of
-- its grounds does.
INSERT INTO stage_rectangle (child, rule, since, starts, ends, positions)
WITH registered AS NOT MATERIALIZED (
    SELECT * FROM stage_own WHERE kind = 'gp_registration'
), third AS (
    -- Of the practices so far by their last registration, the third from the end: since then there were three.
    SELECT child, here, first FROM (
        SELECT r.child, r.starts AS here, max(p.starts) AS first, row_number() OVER (PARTITION BY r.child, r.starts ORDER BY max(p.starts) DESC) AS nth
        FROM (SELECT DISTINCT child, starts FROM registered) r JOIN registered p ON p.child = r.child AND p.starts <= r.starts
        GROUP BY r.child, r.starts, p.provider) h
    WHERE nth = 3
), counted AS (
    SELECT child, kind, starts, row_number() OVER (PARTITION BY child, kind ORDER BY starts) AS nth
    FROM stage_own WHERE kind IN ('ed_attendance', 'was_not_brought', 'missing_episode')
), several AS (
    SELECT a.child, a.kind, a.starts AS first, b.starts AS last FROM counted a
    JOIN counted b ON b.child = a.child AND b.kind = a.kind AND b.nth = a.nth + CASE a.kind WHEN 'ed_attendance' THEN 2 ELSE 1 END
), ground AS (
    SELECT child, 'gp_unsettled' AS rule, until AS first, log.months_after(until, 12) AS last, positions FROM registered
    WHERE until < 2000000 AND reason IN ('practice_request', 'returned_undelivered')
    UNION ALL
    SELECT t.child, 'gp_unsettled', t.here, log.months_after(t.first, 24),
        (SELECT log.array_join(r.positions) FROM registered r WHERE r.child = t.child AND r.starts BETWEEN t.first AND t.here)
    FROM third t
    UNION ALL
    SELECT e.child, 'emergency_without_gp', greatest(e.last, lower(g.days)), least(log.months_after(e.first, 6), upper(g.days)),
        (SELECT log.array_join(o.positions) FROM stage_own o WHERE o.child = e.child AND o.kind = e.kind AND o.starts BETWEEN e.first AND e.last)
    FROM several e JOIN stage_gp_gap g ON g.child = e.child AND NOT g.explained
    WHERE e.kind = 'ed_attendance' AND e.last < log.months_after(e.first, 6)
    UNION ALL
    SELECT o.child, 'under_five_unseen', o.starts, least(s.age_from, (SELECT min(q.starts) FROM stage_own q
        WHERE q.child = o.child AND q.kind IN ('review_done', 'contact_took_place') AND q.starts >= o.starts)), o.positions
    FROM stage_own o JOIN stage_silence s USING (child) WHERE o.kind = 'review_missed' AND s.age_from IS NOT NULL
    UNION ALL
    SELECT e.child, 'not_brought', e.last, least(log.months_after(e.first, 6), (SELECT min(q.starts) FROM stage_own q
        WHERE q.child = e.child AND q.kind IN ('review_done', 'contact_took_place') AND q.starts >= e.last)),
        (SELECT log.array_join(o.positions) FROM stage_own o WHERE o.child = e.child AND o.kind = e.kind AND o.starts BETWEEN e.first AND e.last)
    FROM several e WHERE e.kind = 'was_not_brought' AND e.last < log.months_after(e.first, 6)
    UNION ALL
    SELECT e.child, 'missing_without_interview', e.last, least(e.first + 90, (SELECT min(q.starts) FROM stage_own q
        WHERE q.child = e.child AND q.kind = 'return_interview' AND q.reason = 'accepted' AND q.starts >= e.last)),
        (SELECT log.array_join(o.positions) FROM stage_own o WHERE o.child = e.child AND o.kind = e.kind AND o.starts BETWEEN e.first AND e.last)
    FROM several e WHERE e.kind = 'missing_episode'
    UNION ALL
    SELECT o.child, 'missing_without_interview', o.starts, least(o.starts + 90, (SELECT min(q.starts) FROM stage_own q
        WHERE q.child = o.child AND q.kind = 'return_interview' AND q.reason = 'accepted' AND q.starts >= o.starts)), o.positions
    FROM stage_own o WHERE o.kind = 'return_interview' AND o.reason IS DISTINCT FROM 'accepted'
), held AS (
    SELECT child, rule, int4range(first, last) AS days, positions FROM ground WHERE first < last
), together AS (
    SELECT child, rule, range_agg(days) AS days FROM held GROUP BY child, rule
)
SELECT t.child, t.rule, lower(r), lower(r), upper(r), log.sorted(log.array_join(h.positions))
FROM together t JOIN stage_silence s USING (child) CROSS JOIN LATERAL unnest(t.days - s.silenced) AS r
JOIN held h ON h.child = t.child AND h.rule = t.rule AND h.days && r
GROUP BY t.child, t.rule, r;

-- homeless_or_mobile: placed, or placed no more, applied as homeless or evicted and no home told since; no address known; or three
-- different addresses in a row within twelve months. While a placement lasts it rests on whoever placed.
INSERT INTO stage_rectangle (child, rule, since, starts, ends, positions, organisation)
WITH moved AS (
    SELECT *, place IS DISTINCT FROM lag(place) OVER (PARTITION BY child ORDER BY day) AS new FROM stage_address
    WHERE status IN ('current', 'last_known') AND place IS NOT NULL
), third AS (
    SELECT child, day, first FROM (
        SELECT m.child, m.day, max(c.day) AS first, row_number() OVER (PARTITION BY m.child, m.day ORDER BY max(c.day) DESC) AS nth
        FROM moved m JOIN moved c ON c.child = m.child AND c.new AND c.day <= m.day WHERE m.new GROUP BY m.child, m.day, c.place) h
    WHERE nth = 3
), placed AS NOT MATERIALIZED (
    SELECT * FROM stage_own WHERE kind = 'temporary_accommodation'
), home AS (
    SELECT child, day FROM stage_address WHERE status = 'current' AND NOT placed AND place IS NOT NULL AND residence IS DISTINCT FROM 'no_fixed_abode'
    UNION ALL
    SELECT child, starts FROM stage_own WHERE kind = 'tenancy'
), homes AS (
    SELECT child, array_agg(day) AS days FROM home GROUP BY child
), lost AS (
    SELECT child, starts AS day, log.months_after(starts, 12) AS until, positions FROM stage_own WHERE kind = 'homeless_application'
    UNION ALL
    -- An eviction counts also where nobody told that the tenancy began.
    SELECT m.child, e.ends, log.months_after(e.ends, 12), e.positions
    FROM stage_child c JOIN stage_member m USING (child) JOIN entry e ON e.record = m.record AND e.to_ed IS NULL
    WHERE c.facts AND e.kind = 'tenancy' AND e.reason = 'evicted' AND e.ends IS NOT NULL AND (e.why IS NULL OR e.why = 'end_without_start') AND NOT e.doubted
    UNION ALL
    SELECT child, open_until, 2000000, positions FROM placed
), part AS (
    SELECT child, int4range(starts, open_until) AS days, positions FROM placed
    UNION ALL
    SELECT child, int4range(day, until), ARRAY[main] FROM stage_address WHERE status = 'none_known' OR residence = 'no_fixed_abode'
    UNION ALL
    SELECT l.child, int4range(l.day, least(l.until, (SELECT min(h) FROM unnest(o.days) AS h WHERE h >= l.day))), l.positions
    FROM lost l LEFT JOIN homes o USING (child)
    UNION ALL
    SELECT t.child, int4range(t.day, log.months_after(t.first, 12)), array_agg(m.main)
    FROM third t JOIN moved m ON m.child = t.child AND m.new AND m.day BETWEEN t.first AND t.day
    WHERE t.day < log.months_after(t.first, 12) GROUP BY t.child, t.day, t.first
), days AS (
    SELECT child, range_agg(days) AS days, (SELECT range_agg(int4range(p.starts, p.open_until)) FROM placed p WHERE p.child = part.child) AS placed
    FROM part GROUP BY child
), stretch AS (
    SELECT d.child, d.placed, r AS days, log.sorted(log.array_join(p.positions)) AS positions
    FROM days d JOIN stage_child c ON c.child = d.child AND c.facts JOIN stage_silence s ON s.child = d.child
    CROSS JOIN LATERAL unnest(d.days - s.silenced) AS r JOIN part p ON p.child = d.child AND p.days && r
    GROUP BY d.child, d.placed, r
)
SELECT t.child, 'homeless_or_mobile', lower(t.days), lower(q.span), upper(q.span), t.positions, q.placing
FROM stretch t CROSS JOIN LATERAL (
    SELECT i AS span, (SELECT max(p.organisation COLLATE "C") FROM placed p WHERE p.child = t.child AND int4range(p.starts, p.open_until) && i) AS placing
    FROM unnest(int4multirange(t.days) * coalesce(t.placed, '{}')) AS i
    UNION ALL
    SELECT o, NULL FROM unnest(int4multirange(t.days) - coalesce(t.placed, '{}')) AS o) q;

-- dropped_out: an additional service ended because it lost touch, and none works with the child since.
INSERT INTO stage_rectangle (child, rule, since, starts, ends, positions)
WITH additional AS NOT MATERIALIZED (
    SELECT * FROM stage_own WHERE log.is_additional(kind, provision)
), gap AS (
    SELECT child, unnest(int4multirange(int4range(0, 2000000)) - range_agg(int4range(starts, until))) AS days FROM additional GROUP BY child
)
SELECT g.child, 'dropped_out', lower(g.days), lower(r), upper(r),
    log.sorted((SELECT log.array_join(o.positions) FROM additional o WHERE o.child = g.child AND o.until = lower(g.days)))
FROM gap g JOIN stage_silence s USING (child) CROSS JOIN LATERAL unnest(int4multirange(g.days) - s.silenced) AS r
WHERE EXISTS (SELECT FROM additional o WHERE o.child = g.child AND o.until = lower(g.days) AND o.reason IN ('disengaged', 'not_contactable'));

-- no_universal_contact: from each contact with a service for every child until the next. Below school age from the day on which
-- the next review is overdue, by the term of the child's birth. Of school age days seen at school are joined when asked, and a
-- stretch that no threshold is short enough for is no silence.
INSERT INTO stage_rectangle (child, rule, since, starts, ends, positions, organisation)
WITH met AS (
    SELECT o.child, o.starts, o.until, o.positions FROM stage_own o JOIN stage_child c USING (child)
    WHERE c.facts AND o.kind IN ('enrolment', 'gp_registration', 'health_visiting', 'review_done', 'contact_took_place', 'ed_attendance',
        'early_years', 'childrens_centre', 'childrens_centre_visit', 'sen_support', 'alternative_provision', 'gp_temporary_registration')
), said AS (
    SELECT child, starts AS day, positions FROM met UNION ALL SELECT child, until, positions FROM met WHERE until < 2000000
), day AS (
    SELECT child, day, log.sorted(log.array_join(positions)) AS positions, lead(day, 1, 2000000) OVER (PARTITION BY child ORDER BY day) AS following
    FROM said GROUP BY child, day
), aged AS (
    SELECT s.child, s.silenced, coalesce(s.age_from, 0) AS begins, coalesce(s.age_to, 2000000) AS ends,
        log.months_after(s.age_from + 1, -65) AS eldest, log.months_after(s.age_from, -60) AS youngest
    FROM stage_silence s
), due AS (
    SELECT d.*, a.silenced, a.begins, a.ends, (SELECT min(a.youngest + v.due + 1) FROM (VALUES (10, 14), (42, 56), (274, 457), (730, 914)) AS v (opens, due)
        WHERE a.eldest + v.opens > d.day) AS overdue
    FROM day d JOIN aged a USING (child)
), silence AS (
    SELECT child, silenced, day AS since, overdue AS starts, least(following, begins) AS until, positions, 'below school age' AS whose FROM due
    UNION ALL
    SELECT child, silenced, CASE WHEN overdue < begins THEN day ELSE greatest(day, begins) END, greatest(day, begins), least(following, ends), positions, NULL
    FROM due WHERE following - CASE WHEN overdue < begins THEN day ELSE greatest(day, begins) END >= 26
    UNION ALL
    -- A baby that the health service knows, until the first contact.
    SELECT a.child, a.silenced, least(a.youngest, h.day), a.youngest + 15, least(a.begins, d.day), '{}', 'below school age'
    FROM aged a JOIN stage_child c USING (child)
    LEFT JOIN (SELECT child, min(day) AS day FROM stage_address GROUP BY child) h USING (child)
    LEFT JOIN (SELECT child, min(day) AS day FROM said GROUP BY child) d USING (child)
    LEFT JOIN (SELECT DISTINCT m.child, true AS numbered FROM stage_member m JOIN log.subject j ON j.record = m.record WHERE j.scheme IN ('nhs', 'upn')) n USING (child)
    WHERE c.facts AND a.begins > 0 AND coalesce(n.numbered, false)
)
SELECT q.child, 'no_universal_contact', q.since, lower(r), upper(r), q.positions, q.whose
FROM silence q CROSS JOIN LATERAL unnest(int4multirange(int4range(q.starts, q.until)) - q.silenced) AS r
WHERE q.starts < q.until;

-- ten_days_absent, twenty_days_absent: school days in a row with nothing but unauthorised absence.
INSERT INTO stage_rectangle (child, rule, since, starts, ends, positions, organisation)
WITH school_day AS (
    SELECT child, day, bool_and(category = 4) AS away, max(school COLLATE "C") AS school FROM stage_mark WHERE category <> 7 GROUP BY child, day
), island AS (
    SELECT *, row_number() OVER (PARTITION BY child ORDER BY day) - row_number() OVER (PARTITION BY child, away ORDER BY day) AS run,
        lead(day, 1, 2000000) OVER (PARTITION BY child ORDER BY day) AS next_day
    FROM school_day
), run AS (
    SELECT child, min(day) AS since, array_agg(day ORDER BY day) AS days, max(next_day) AS ends, (array_agg(school ORDER BY day DESC))[1] AS school
    FROM island WHERE away GROUP BY child, run HAVING count(*) >= 10
), long AS (
    SELECT r.child, l.rule, r.since, r.days[l.enough] AS starts, r.school, least(r.ends, (SELECT min(o.until) FROM stage_own o
        WHERE o.child = r.child AND o.kind = 'enrolment' AND o.provider = r.school AND o.until > r.since)) AS left_by
    FROM run r JOIN (VALUES ('ten_days_absent', 10), ('twenty_days_absent', 20)) AS l (rule, enough) ON cardinality(r.days) >= l.enough
)
SELECT n.child, n.rule, n.since, lower(r), upper(r), log.sorted(log.marks_of(m.records, n.since, n.starts, '{4}', %(hi)s)), 'urn-' || n.school
FROM long n JOIN stage_silence s USING (child) JOIN (SELECT child, array_agg(record) AS records FROM stage_member GROUP BY child) m USING (child)
CROSS JOIN LATERAL unnest(int4multirange(int4range(n.starts, greatest(n.starts, n.left_by))) - s.silenced) AS r;

-- severe_absence: half or more of the school year's possible sessions were missed, of twenty at least.
INSERT INTO stage_rectangle (child, rule, since, starts, ends, positions, organisation)
WITH session AS (
    -- Of a child on two rolls one session is asked for, and missed where either school missed the child.
    SELECT child, day, max(school COLLATE "C") FILTER (WHERE category IN (3, 4, 5)) AS missed_by FROM stage_mark WHERE category NOT IN (6, 7) GROUP BY child, day, slot
), school_day AS (
    SELECT child, day, count(*) AS sessions, count(missed_by) AS missed, max(missed_by COLLATE "C") AS missed_by FROM session GROUP BY child, day
), year AS (
    SELECT day, log.school_year_starts(day) AS year FROM (SELECT DISTINCT day FROM school_day) d
), counted AS (
    -- The last day that was missed goes along with the school that missed the child.
    SELECT d.child, d.day, y.year, sum(sessions) OVER so_far AS possible, sum(missed) OVER so_far AS absent,
        max(lpad(d.day::text, 7, '0') || d.missed_by COLLATE "C") OVER so_far AS missed_last
    FROM school_day d JOIN year y USING (day) WINDOW so_far AS (PARTITION BY d.child, y.year ORDER BY d.day)
), told AS (
    SELECT *, possible >= 20 AND absent * 2 >= possible AS severe FROM counted
), turned AS (
    SELECT *, lag(severe, 1, false) OVER (PARTITION BY child, year ORDER BY day) AS before FROM told
), stretch AS (
    SELECT *, lead(day, 1, log.months_after(year, 12)) OVER (PARTITION BY child, year ORDER BY day) AS until FROM turned WHERE severe <> before
)
SELECT v.child, 'severe_absence', v.day, lower(r), upper(r), log.sorted(log.marks_of(m.records, v.year, v.day, '{3,4,5}', %(hi)s)), 'urn-' || substr(v.missed_last, 8)
FROM stretch v JOIN stage_silence s USING (child) JOIN (SELECT child, array_agg(record) AS records FROM stage_member GROUP BY child) m USING (child)
CROSS JOIN LATERAL unnest(int4multirange(int4range(v.day, v.until)) - s.silenced) AS r
WHERE v.severe;
