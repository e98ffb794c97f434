SELECT encode(a.probe, 'hex') AS mark, count(*) AS times, count(DISTINCT a.viewer) AS people, string_agg(DISTINCT a.viewer, ', ') AS viewers,
    min(a.at) AS first, max(a.at) AS last, (array_agg(a.id ORDER BY a.at DESC, a.id))[1] AS entry
FROM accesses a WHERE a.probe IS NOT NULL AND a.kind IN ('FindChildren', 'ShowChild', 'ShowTimeline')
GROUP BY a.probe HAVING count(*) >= %(least)s ORDER BY count(*) DESC, a.probe
