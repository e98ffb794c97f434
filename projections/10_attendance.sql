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

INSERT INTO missed AS a (record, year, sessions)
SELECT record, log.school_year_starts(day), count(*) FILTER (WHERE am IN (3, 4, 5)) + count(*) FILTER (WHERE pm IN (3, 4, 5)) FROM log.fact_mark
WHERE position BETWEEN %(lo)s AND %(hi)s AND (am IN (3, 4, 5) OR pm IN (3, 4, 5))
GROUP BY 1, 2
ON CONFLICT (record, year) DO UPDATE SET sessions = a.sessions + excluded.sessions;
