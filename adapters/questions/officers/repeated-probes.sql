WITH probed AS (
    SELECT a.probe, count(*) AS times, count(DISTINCT a.viewer) AS people, string_agg(DISTINCT a.viewer, ', ') AS viewers,
        min(a.at) AS first, max(a.at) AS last
    FROM accesses a WHERE a.probe IS NOT NULL AND a.kind IN ('FindChildren', 'ShowChild', 'ShowTimeline')
    GROUP BY a.probe HAVING count(*) >= %(least)s
)
SELECT encode(p.probe, 'hex') AS mark, p.times, p.people, p.viewers, p.first, p.last,
    (SELECT a.id FROM accesses a WHERE a.probe = p.probe AND a.at = p.last ORDER BY a.id LIMIT 1) AS entry
FROM probed p ORDER BY p.times DESC, p.probe
