-- The children to work out again: facts or membership changed, or marks that may make or end a long absence.
DELETE FROM absence_child WHERE child = ANY(%(relinked)s);
INSERT INTO absence_child (child, days)
SELECT c.child, sum(a.days) FROM (
    SELECT m.child, m.record FROM membership m WHERE m.child = ANY(%(relinked)s) AND m.to_ed IS NULL
    UNION SELECT r, r FROM unnest(%(relinked)s::uuid[]) AS r WHERE NOT EXISTS (SELECT FROM membership m WHERE m.record = r AND m.to_ed IS NULL)
) c JOIN absence a ON a.record = c.record GROUP BY c.child;

DELETE FROM stage_child;
INSERT INTO stage_child
WITH touched AS MATERIALIZED (
    SELECT t.record, coalesce(m.child, t.record) AS child FROM (SELECT record FROM stage_record UNION SELECT record FROM stage_tally) t
    LEFT JOIN LATERAL (SELECT m.child FROM membership m WHERE m.record = t.record AND m.to_ed IS NULL OFFSET 0) m ON true
), home AS MATERIALIZED (
    SELECT c.child, coalesce(m.record, c.child) AS record FROM (SELECT DISTINCT child FROM touched) c
    LEFT JOIN LATERAL (SELECT m.record FROM membership m WHERE m.child = c.child AND m.to_ed IS NULL OFFSET 0) m ON true
), tallied AS MATERIALIZED (
    -- The school years of those children, and how each stood before the marks of this edition.
    SELECT h.child, a.year, a.latest, a.absent, a.possible, t.record IS NOT NULL AS marked, t.first, t.last, coalesce(t.ran, 0) AS ran,
        coalesce(t.before, a.latest) AS before, a.absent - coalesce(t.absent, 0) AS absent_before, a.possible - coalesce(t.possible, 0) AS possible_before,
        CASE WHEN t.record IS NULL THEN a.seen ELSE t.seen_before END AS seen_before, CASE WHEN t.record IS NULL THEN a.away ELSE t.away_before END AS away_before
    FROM home h CROSS JOIN LATERAL (SELECT * FROM tally a WHERE a.record = h.record OFFSET 0) a
    LEFT JOIN stage_tally t ON t.record = a.record AND t.school = a.school AND t.year = a.year
), own AS MATERIALIZED (
    SELECT h.child, h.record FROM home h
    WHERE h.child IN (SELECT t.child FROM stage_record s JOIN touched t USING (record)) AND h.child IN (SELECT child FROM tallied)
), silenced AS MATERIALIZED (
    -- What may be silenced otherwise than before: birth or death was told for the first time, or otherwise than by another
    -- telling of it; or something said that the child left England, or it was sealed. One look by index for each record: a plan
    -- made while the tables are small would read them whole.
    SELECT w.child FROM own w CROSS JOIN LATERAL (SELECT * FROM person p WHERE p.record = w.record OFFSET 0) p GROUP BY w.child
    HAVING bool_or(%(e)s IN (p.from_ed, p.to_ed)) AND (min(p.from_ed) = %(e)s OR count(DISTINCT (p.vital_act, p.vital_day, p.age_to)) > 1)
    UNION
    SELECT w.child FROM own w CROSS JOIN LATERAL (SELECT FROM address d WHERE d.record = w.record AND d.status = 'left_england' LIMIT 1) d
    UNION
    SELECT w.child FROM own w CROSS JOIN LATERAL (
        SELECT FROM entry e WHERE e.record = w.record AND e.kind = 'left_england' LIMIT 1) e
    UNION
    SELECT w.child FROM own w JOIN log.sealed z ON z.record = w.record AND z.position BETWEEN %(lo)s AND %(hi)s
), moved AS (
    -- Days in a row also end with the roll of their school.
    SELECT child FROM silenced
    UNION
    SELECT w.child FROM own w CROSS JOIN LATERAL (
        SELECT FROM entry e WHERE e.record = w.record AND e.kind = 'enrolment' AND %(e)s IN (e.from_ed, e.to_ed) LIMIT 1) e
), looked_at AS (
    -- Severe absence changes from the first day marked anew on; and wholly where what silenced it may have changed.
    SELECT child, year, min(first) AS day FROM tallied WHERE marked GROUP BY child, year
    UNION
    SELECT child, year, 0 FROM silenced JOIN tallied USING (child)
), counted AS (
    -- Sessions of all the child's records and schools; of two, which may mean one session, no less than that with the most.
    SELECT l.child, l.day, l.day > max(a.before) AS appended, max(a.latest) AS latest, sum(a.absent) AS absent, sum(a.possible) AS possible,
        max(a.absent_before) AS least_absent, max(a.possible_before) AS least_before, max(a.possible) AS least
    FROM looked_at l JOIN tallied a USING (child, year) GROUP BY l.child, l.year, l.day
), severe AS (
    -- Days after all that were marked change nothing if absence was severe before and on each of them, or on none. Else no
    -- more was missed by a day from the first looked at on than all that was, and no less was possible than before it.
    SELECT c.child FROM counted c
    WHERE NOT (c.appended AND (c.absent * 2 < c.least_before OR c.possible < 20 OR (c.least_before >= 20 AND c.least_absent * 2 >= c.possible)))
      AND (c.absent >= 10 AND c.absent * 2 >= c.least - 2 * greatest(0, c.latest - c.day + 1)
           OR EXISTS (SELECT FROM rectangle r WHERE r.child = c.child AND r.rule = 'severe_absence' AND r.to_ed IS NULL))
), ran AS (
    -- Days in a row change around the days marked; by the end, after a school day of another kind, fewer than ten days more
    -- begin and end nothing.
    SELECT a.child, min(a.first) AS first, max(a.last) AS last FROM tallied a JOIN absence_child b ON b.child = a.child AND b.days >= 10
    GROUP BY a.child
    HAVING sum(a.ran) >= 10 OR min(a.first) <= max(a.before) OR max(a.seen_before) > coalesce(max(a.seen_before) FILTER (WHERE NOT a.away_before), -1)
), around AS MATERIALIZED (
    -- The school days about them: which may have been days away, and on which the child surely was there, before as now.
    SELECT r.child, r.first, r.last, s.day, bool_or(s.away) AS away, bool_or(s.there) AS there
    FROM ran r JOIN home h USING (child) CROSS JOIN LATERAL (
        SELECT w.week * 7 - 3 + ((abs(u.step) >> 4) & 15)::int / 2 AS day, bool_or(abs(u.step) & 15 = 4) AS away,
            bool_and(u.step > 0 AND u.step & 15 NOT IN (4, 7)) AND bool_or(u.edition < %(e)s) AS there
        FROM week w CROSS JOIN LATERAL unnest(w.steps, w.editions) AS u (step, edition)
        WHERE w.record = h.record AND w.week BETWEEN (r.first + 3) / 7 - 9 AND (r.last + 3) / 7 + 9
        GROUP BY w.school, w.week, (abs(u.step) >> 4) & 15) s
    WHERE r.first IS NOT NULL
    GROUP BY r.child, r.first, r.last, s.day
), bounded AS (
    SELECT child, first, last, max(day) FILTER (WHERE there AND day < first) AS lower, min(day) FILTER (WHERE there AND day > last) AS upper
    FROM around GROUP BY child, first, last
), beyond AS (
    -- Whether there are weeks further off, on a side on which no such day was found.
    SELECT b.child FROM bounded b JOIN home h USING (child) CROSS JOIN LATERAL (
        SELECT FROM week w WHERE w.record = h.record
            AND ((b.lower IS NULL AND w.week < (b.first + 3) / 7 - 9) OR (b.upper IS NULL AND w.week > (b.last + 3) / 7 + 9)) LIMIT 1) w
    WHERE b.lower IS NULL OR b.upper IS NULL
), in_a_row AS (
    -- Fewer than ten days away between the nearest days that the child surely was there begin and end nothing.
    SELECT b.child FROM bounded b JOIN around a USING (child)
    GROUP BY b.child, b.first, b.last, b.lower, b.upper
    HAVING count(*) FILTER (WHERE a.away AND a.day > coalesce(b.lower, -1) AND a.day < coalesce(b.upper, 2000000)) >= 10
    UNION
    SELECT child FROM beyond
)
SELECT child, bool_or(facts), bool_or(marks) FROM (
    SELECT t.child, true AS facts, false AS marks FROM stage_record s JOIN touched t USING (record)
    UNION ALL SELECT unnest(%(relinked)s::uuid[]), true, true
    UNION ALL SELECT b.child, false, true FROM moved v JOIN absence_child b USING (child) WHERE b.days >= 10
    UNION ALL SELECT r.child, false, true FROM in_a_row r
    UNION ALL SELECT severe.child, false, true FROM severe
) w GROUP BY child;

DELETE FROM stage_member;
INSERT INTO stage_member
SELECT m.child, m.record FROM stage_child c JOIN membership m ON m.child = c.child AND m.to_ed IS NULL
UNION ALL
SELECT c.child, c.child FROM stage_child c WHERE NOT EXISTS (SELECT FROM membership m WHERE m.record = c.child AND m.to_ed IS NULL);

DELETE FROM stage_address;
INSERT INTO stage_address
SELECT child, main, day, lead(day, 1, 2000000) OVER (PARTITION BY child ORDER BY day), status, residence, place, placed
FROM (SELECT DISTINCT ON (m.child, a.day) m.child, a.main, a.day, a.status, a.residence, a.place, a.placed
      FROM stage_member m JOIN address a ON a.record = m.record AND a.to_ed IS NULL
      ORDER BY m.child, a.day, a.placed DESC, a.recorded_at DESC, a.tie DESC) d;

DELETE FROM stage_silence;
INSERT INTO stage_silence
WITH vital AS (
    SELECT DISTINCT ON (m.child) m.child, CASE WHEN p.vital_act = 7 THEN p.vital_day END AS death
    FROM stage_member m JOIN person p ON p.record = m.record AND p.to_ed IS NULL
    WHERE p.vital_act IS NOT NULL ORDER BY m.child, p.vital_at DESC, p.vital_act DESC, p.vital_tie DESC
), away AS (
    SELECT child, range_agg(int4range(day, until)) AS days FROM stage_address WHERE status = 'left_england' GROUP BY child
), home AS (
    SELECT child, array_agg(day) AS days FROM stage_address WHERE status <> 'left_england' GROUP BY child
), quiet AS (
    SELECT m.child, range_agg(int4range(e.starts, coalesce((SELECT min(d) FROM unnest(h.days) AS d WHERE d > e.starts), 2000000))) AS days
    FROM stage_member m JOIN entry e ON e.record = m.record AND e.to_ed IS NULL AND e.kind = 'left_england' LEFT JOIN home h USING (child)
    WHERE e.why IS NULL AND e.starts IS NOT NULL AND NOT e.doubted GROUP BY m.child
), sealed AS (
    SELECT m.child, min(z.day) AS day FROM stage_member m JOIN log.sealed z ON z.record = m.record AND z.position <= %(hi)s GROUP BY m.child
), age AS (
    SELECT DISTINCT ON (m.child) m.child, p.age_from, p.age_to
    FROM stage_member m JOIN person p ON p.record = m.record AND p.to_ed IS NULL
    WHERE p.age_from IS NOT NULL ORDER BY m.child, p.birth_at DESC, p.birth_tie DESC
), notified AS (
    SELECT m.child, min(p.notified) AS day FROM stage_member m JOIN person p ON p.record = m.record AND p.to_ed IS NULL GROUP BY m.child
)
SELECT c.child, coalesce(a.days, '{}'::int4multirange)
    + CASE WHEN least(v.death, z.day) IS NULL THEN '{}'::int4multirange ELSE int4multirange(int4range(least(v.death, z.day), 2000000)) END
    + coalesce(q.days, '{}')
    + CASE WHEN g.age_to IS NULL THEN '{}'::int4multirange ELSE int4multirange(int4range(log.months_after(g.age_to, 27), 2000000)) END,
    least(v.death, z.day), g.age_from, g.age_to, n.day
FROM stage_child c LEFT JOIN vital v USING (child) LEFT JOIN sealed z USING (child) LEFT JOIN away a USING (child) LEFT JOIN quiet q USING (child) LEFT JOIN age g USING (child) LEFT JOIN notified n USING (child);

DELETE FROM stage_own;
INSERT INTO stage_own
SELECT m.child, e.main, e.kind, e.service, e.provider, e.organisation, e.scope, e.worker, e.provision, e.starts, coalesce(e.ends, 2000000),
    coalesce(e.ends, least(greatest(e.starts, e.confirmed) + e.lapses_after, e.absent_from), 2000000), e.accepted, e.reason, e.positions, e.takes_over, e.onward, e.sessions
FROM stage_child c JOIN stage_member m USING (child)
JOIN entry e ON e.record = m.record AND e.to_ed IS NULL AND e.why IS NULL AND e.starts IS NOT NULL AND NOT e.doubted
WHERE (c.facts OR e.kind = 'enrolment') AND e.kind IN ('enrolment', 'elective_home_education', 'not_in_school_register',
    'alternative_provision', 'suspension', 'permanent_exclusion', 'sen_support', 'early_years', 'childrens_centre', 'childrens_centre_visit',
    'gp_registration', 'gp_temporary_registration', 'gp_registration_refused', 'health_visiting', 'review_done', 'review_missed', 'contact_took_place', 'was_not_brought', 'ed_attendance',
    'early_help', 'involvement', 'temporary_accommodation', 'homeless_application', 'tenancy', 'missing_episode', 'return_interview', 'child_in_need', 'child_protection',
    'looked_after', 'youth_justice', 'asylum_support', 'case_closed', 'step_down', 'step_up', 'lead');

-- Days between registrations with a practice, but not after an end that explains them. A patient has one practice: a
-- registration with another ends the one before, whoever published it.
DELETE FROM stage_gp_gap;
INSERT INTO stage_gp_gap
SELECT g.child, g.days FROM (
    SELECT child, unnest(int4multirange(int4range(min(starts), 2000000)) - range_agg(int4range(starts, least(until, (
        SELECT min(n.starts) FROM stage_own n
        WHERE n.child = r.child AND n.kind = 'gp_registration' AND n.starts > r.starts AND n.provider <> r.provider))))) AS days
    FROM stage_own r WHERE kind = 'gp_registration' GROUP BY child) g
WHERE NOT EXISTS (SELECT FROM stage_own o WHERE o.child = g.child AND o.kind = 'gp_registration' AND o.until = lower(g.days)
                  AND o.reason IN ('death', 'embarkation'));

DELETE FROM stage_mark;
INSERT INTO stage_mark
WITH step AS (
    SELECT m.child, w.record, w.school, w.week, abs(s) AS step
    FROM stage_child c JOIN stage_member m USING (child) JOIN week w ON w.record = m.record CROSS JOIN LATERAL unnest(w.steps) AS s
    WHERE c.marks GROUP BY 1, 2, 3, 4, 5 HAVING sum(sign(s)) > 0
)
SELECT child, record, school, week * 7 - 3 + (((step >> 4) & 15) / 2)::int, ((step >> 4) & 15) %% 2, max(step) & 15
FROM step GROUP BY child, record, school, week, (step >> 4) & 15;

DELETE FROM stage_rectangle;
