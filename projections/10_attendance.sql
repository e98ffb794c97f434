-- Attendance: the marks of this edition are appended to their week's steps.
INSERT INTO week AS w (record, school, week, steps, editions)
SELECT m.record, m.school, (m.day + 3) / 7,
       array_agg((m.recorded_at << 8) | (((m.day + 3) %% 7 * 2 + s.slot) << 4) | s.category ORDER BY m.position, s.slot),
       array_agg(%(e)s::int)
FROM new_marks(%(lo)s, %(hi)s) m CROSS JOIN LATERAL (VALUES (0, m.am), (1, m.pm)) AS s (slot, category)
WHERE s.category IS NOT NULL
GROUP BY m.record, m.school, (m.day + 3) / 7
ON CONFLICT (record, school, week) DO UPDATE SET steps = w.steps || excluded.steps, editions = w.editions || excluded.editions;

-- A retracted mark is taken back by the same steps, negative; a second retraction of it says nothing new.
INSERT INTO week AS w (record, school, week, steps, editions)
SELECT m.record, m.school, (m.day + 3) / 7,
       array_agg(-((m.recorded_at << 8) | (((m.day + 3) %% 7 * 2 + s.slot) << 4) | s.category) ORDER BY m.position, s.slot),
       array_agg(%(e)s::int)
FROM new_facts(%(lo)s, %(hi)s) r
CROSS JOIN LATERAL (
    SELECT m.* FROM log.inbox i JOIN log.fact_mark m ON m.position = i.position WHERE i.key = r.target_key OFFSET 0) m
CROSS JOIN LATERAL (VALUES (0, m.am), (1, m.pm)) AS s (slot, category)
WHERE r.act = 15 AND r.target_key IS NOT NULL AND s.category IS NOT NULL
  AND NOT EXISTS (SELECT FROM log.fact o WHERE o.target_key = r.target_key AND o.act = 15 AND o.position < r.position)
GROUP BY m.record, m.school, (m.day + 3) / 7
ON CONFLICT (record, school, week) DO UPDATE SET steps = w.steps || excluded.steps, editions = w.editions || excluded.editions;

INSERT INTO absence AS a (record, days)
SELECT record, count(*) FROM new_marks(%(lo)s, %(hi)s)
WHERE am = 4 OR pm = 4
GROUP BY record
ON CONFLICT (record) DO UPDATE SET days = a.days + excluded.days;

INSERT INTO absence_child AS a (child, days)
SELECT coalesce(m.child, f.record), count(*) FROM new_marks(%(lo)s, %(hi)s) f
LEFT JOIN LATERAL (SELECT m.child FROM membership m WHERE m.record = f.record AND m.to_ed IS NULL OFFSET 0) m ON true
WHERE f.am = 4 OR f.pm = 4
GROUP BY 1
ON CONFLICT (child) DO UPDATE SET days = a.days + excluded.days;

-- What the marks of this edition change in the sessions possible and missed of a school year (domain.indicators.attendance):
-- a day after all that were marked counts as it stands, any other as its sessions stand now less as they stood.
DELETE FROM stage_tally;
INSERT INTO stage_tally (record, school, year, possible, absent, ran, first, last, seen, away, before, seen_before, away_before)
WITH taken_back AS (
    SELECT DISTINCT m.record, m.school, m.day FROM new_facts(%(lo)s, %(hi)s) r
    CROSS JOIN LATERAL (
        SELECT m.* FROM log.inbox i JOIN log.fact_mark m ON m.position = i.position WHERE i.key = r.target_key OFFSET 0) m
    WHERE r.act = 15 AND r.target_key IS NOT NULL
), told AS (
    SELECT record, school, day, count(*) = 1 AS once, min(am) AS am, min(pm) AS pm
    FROM new_marks(%(lo)s, %(hi)s) GROUP BY record, school, day
    UNION ALL
    SELECT record, school, day, false, NULL, NULL FROM taken_back
), year AS (
    SELECT day, log.school_year_starts(day) AS starts FROM (SELECT DISTINCT day FROM told) d
), placed AS (
    SELECT t.record, t.school, t.day, y.starts AS year, bool_and(t.once AND t.day > coalesce(a.latest, -1)) AS new, min(t.am) AS am, min(t.pm) AS pm
    FROM told t JOIN year y USING (day)
    LEFT JOIN LATERAL (SELECT latest FROM tally a WHERE a.record = t.record AND a.year = y.starts AND a.school = t.school OFFSET 0) a ON true
    GROUP BY 1, 2, 3, 4
), step AS (
    SELECT t.record, t.school, t.year, t.day, abs(s.step) AS step,
        sum(sign(s.step)) AS now, sum(sign(s.step)) FILTER (WHERE s.edition < %(e)s) AS was
    FROM placed t CROSS JOIN LATERAL (SELECT * FROM week w WHERE w.record = t.record AND w.school = t.school AND w.week = (t.day + 3) / 7 OFFSET 0) w
    CROSS JOIN LATERAL unnest(w.steps, w.editions) AS s (step, edition)
    WHERE NOT t.new AND ((abs(s.step) >> 4) & 15) / 2 = (t.day + 3) %% 7
    GROUP BY 1, 2, 3, 4, 5
), session AS (
    SELECT record, school, year, day, max(step) FILTER (WHERE now > 0) & 15 AS now, max(step) FILTER (WHERE was > 0) & 15 AS was
    FROM step GROUP BY 1, 2, 3, 4, (step >> 4) & 15
    UNION ALL
    SELECT t.record, t.school, t.year, t.day, s.category, NULL FROM placed t CROSS JOIN LATERAL (VALUES (t.am), (t.pm)) AS s (category)
    WHERE t.new
), day AS (
    SELECT record, school, year, day, count(*) FILTER (WHERE now NOT IN (6, 7)) - count(*) FILTER (WHERE was NOT IN (6, 7)) AS possible,
        count(*) FILTER (WHERE now IN (3, 4, 5)) - count(*) FILTER (WHERE was IN (3, 4, 5)) AS absent,
        bool_and(now = 4) FILTER (WHERE now <> 7) AS away
    FROM session GROUP BY 1, 2, 3, 4
), made AS (
    SELECT record, school, year, sum(possible) AS possible, sum(absent) AS absent, count(*) FILTER (WHERE away) AS ran, min(day) AS first, max(day) AS last,
        max(day) FILTER (WHERE away IS NOT NULL) AS seen, max(day) FILTER (WHERE away) = max(day) FILTER (WHERE away IS NOT NULL) AS away
    FROM day GROUP BY 1, 2, 3
)
-- Where the last school day may have been taken back, the one before it may have been such a day.
SELECT m.record, m.school, m.year, m.possible, m.absent, m.ran, m.first, m.last, greatest(m.seen, a.seen),
    CASE WHEN a.seen IS NULL OR m.seen >= a.seen THEN coalesce(m.away, false) ELSE m.first <= a.seen OR a.away END,
    coalesce(a.latest, -1), a.seen, a.away
FROM made m LEFT JOIN LATERAL (SELECT * FROM tally a WHERE a.record = m.record AND a.year = m.year AND a.school = m.school OFFSET 0) a ON true;

INSERT INTO tally AS a (record, school, year, possible, absent, latest, seen, away)
SELECT record, school, year, possible, absent, last, seen, away FROM stage_tally
ON CONFLICT (record, year, school) DO UPDATE SET possible = a.possible + excluded.possible, absent = a.absent + excluded.absent,
    latest = greatest(a.latest, excluded.latest), seen = excluded.seen, away = excluded.away;
