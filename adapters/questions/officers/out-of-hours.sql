SELECT l.viewer, l.organisation, count(*) AS times, count(DISTINCT l.child) AS children, min(l.at) AS first, max(l.at) AS last,
    (array_agg(l.id ORDER BY l.at DESC, l.id))[1] AS entry
FROM looks l
WHERE l.rule <> ALL(%(on_duty)s) AND (extract(isodow FROM l.at AT TIME ZONE 'Europe/London') >= 6
    OR extract(hour FROM l.at AT TIME ZONE 'Europe/London') NOT BETWEEN 7 AND 19)
GROUP BY l.viewer, l.organisation HAVING count(*) >= %(least)s
ORDER BY count(*) DESC, l.viewer
