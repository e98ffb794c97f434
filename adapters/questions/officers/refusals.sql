SELECT a.viewer, a.organisation, count(*) AS times, min(a.at) AS first, max(a.at) AS last, (array_agg(a.id ORDER BY a.at DESC, a.id))[1] AS entry
FROM accesses a WHERE a.outcome = 'refused' GROUP BY a.viewer, a.organisation HAVING count(*) >= %(least)s
ORDER BY count(*) DESC, a.viewer
