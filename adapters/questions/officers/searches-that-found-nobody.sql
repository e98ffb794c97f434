SELECT a.viewer, a.organisation, count(*) AS times, count(DISTINCT a.probe) AS different, min(a.at) AS first, max(a.at) AS last,
    (array_agg(a.id ORDER BY a.at DESC, a.id))[1] AS entry
FROM accesses a
WHERE a.kind = 'FindChildren' AND a.outcome IN ('shown', 'nothing')
    AND NOT EXISTS (SELECT FROM access.shown s WHERE s.entry = a.id AND s.at = a.at AND s.child <> %(nobody)s)
GROUP BY a.viewer, a.organisation HAVING count(*) >= %(least)s
ORDER BY count(*) DESC, a.viewer
