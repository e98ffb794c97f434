-- Attendance: the marks of this edition are appended to their week's steps.
INSERT INTO week AS w (record, school, week, steps, editions)
SELECT m.record, m.school, (m.day + 3) / 7,
       array_agg((m.recorded_at << 8) | (((m.day + 3) %% 7 * 2 + s.slot) << 4) | s.category ORDER BY m.position, s.slot),
       array_agg(%(e)s::int)
FROM log.fact_mark m CROSS JOIN LATERAL (VALUES (0, m.am), (1, m.pm)) AS s (slot, category)
WHERE m.position BETWEEN %(lo)s AND %(hi)s AND s.category IS NOT NULL
GROUP BY m.record, m.school, (m.day + 3) / 7
ON CONFLICT (record, school, week) DO UPDATE SET steps = w.steps || excluded.steps, editions = w.editions || excluded.editions;

-- A retracted mark is taken back by the same steps, negative; a second retraction of it says nothing new.
INSERT INTO week AS w (record, school, week, steps, editions)
SELECT m.record, m.school, (m.day + 3) / 7,
       array_agg(-((m.recorded_at << 8) | (((m.day + 3) %% 7 * 2 + s.slot) << 4) | s.category) ORDER BY m.position, s.slot),
       array_agg(%(e)s::int)
FROM log.fact r
JOIN log.inbox i ON i.key = r.target_key
JOIN log.fact_mark m ON m.position = i.position
CROSS JOIN LATERAL (VALUES (0, m.am), (1, m.pm)) AS s (slot, category)
WHERE r.position BETWEEN %(lo)s AND %(hi)s AND r.act = 15 AND r.target_key IS NOT NULL AND s.category IS NOT NULL
  AND NOT EXISTS (SELECT FROM log.fact o WHERE o.target_key = r.target_key AND o.act = 15 AND o.position < r.position)
GROUP BY m.record, m.school, (m.day + 3) / 7
ON CONFLICT (record, school, week) DO UPDATE SET steps = w.steps || excluded.steps, editions = w.editions || excluded.editions;

INSERT INTO absence AS a (record, days)
SELECT record, count(*) FROM log.fact_mark
WHERE position BETWEEN %(lo)s AND %(hi)s AND (am = 4 OR pm = 4)
GROUP BY record
ON CONFLICT (record) DO UPDATE SET days = a.days + excluded.days;

INSERT INTO absence_child AS a (child, days)
SELECT coalesce(m.child, f.record), count(*) FROM log.fact_mark f LEFT JOIN membership m ON m.record = f.record AND m.to_ed IS NULL
WHERE f.position BETWEEN %(lo)s AND %(hi)s AND (f.am = 4 OR f.pm = 4)
GROUP BY 1
ON CONFLICT (child) DO UPDATE SET days = a.days + excluded.days;

-- What the marks of this edition change in the sessions possible and missed of a school year (domain.indicators.attendance).
INSERT INTO tally AS a (record, school, year, possible, absent, latest)
WITH touched AS (
    SELECT record, school, (day + 3) / 7 AS week FROM log.fact_mark WHERE position BETWEEN %(lo)s AND %(hi)s
    UNION
    SELECT m.record, m.school, (m.day + 3) / 7 FROM log.fact r
    JOIN log.inbox i ON i.key = r.target_key JOIN log.fact_mark m ON m.position = i.position
    WHERE r.position BETWEEN %(lo)s AND %(hi)s AND r.act = 15 AND r.target_key IS NOT NULL
), step AS (
    SELECT w.record, w.school, w.week, abs(s.step) AS step, sum(sign(s.step)) AS now, sum(sign(s.step)) FILTER (WHERE s.edition < %(e)s) AS was
    FROM touched t JOIN week w USING (record, school, week) CROSS JOIN LATERAL unnest(w.steps, w.editions) AS s (step, edition)
    GROUP BY 1, 2, 3, 4
), session AS (
    SELECT record, school, week, week * 7 - 3 + (((step >> 4) & 15) / 2)::int AS day,
        max(step) FILTER (WHERE now > 0) & 15 AS now, max(step) FILTER (WHERE was > 0) & 15 AS was
    FROM step GROUP BY record, school, week, (step >> 4) & 15
), year AS (
    SELECT week, log.school_year_starts(week * 7 + 3) AS starts, log.school_year_starts(week * 7 - 3) AS before
    FROM (SELECT DISTINCT week FROM touched) w
)
SELECT s.record, s.school, CASE WHEN s.day < y.starts THEN y.before ELSE y.starts END,
    count(*) FILTER (WHERE s.now NOT IN (6, 7)) - count(*) FILTER (WHERE s.was NOT IN (6, 7)),
    count(*) FILTER (WHERE s.now IN (3, 4, 5)) - count(*) FILTER (WHERE s.was IN (3, 4, 5)), max(s.week)
FROM session s JOIN year y USING (week) GROUP BY 1, 2, 3
ON CONFLICT (record, year, school) DO UPDATE SET possible = a.possible + excluded.possible, absent = a.absent + excluded.absent,
    latest = greatest(a.latest, excluded.latest);
