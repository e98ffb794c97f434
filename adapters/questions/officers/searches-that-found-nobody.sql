WITH person AS (
    SELECT a.viewer, a.organisation, count(*) AS times, count(DISTINCT a.probe) AS different, min(a.at) AS first, max(a.at) AS last
    FROM accesses a WHERE a.kind = 'FindChildren' AND a.outcome IN ('shown', 'nothing') AND a.found = 0
    GROUP BY a.viewer, a.organisation HAVING count(*) >= %(least)s
)
SELECT p.viewer, p.organisation, p.times, p.different, p.first, p.last,
    (SELECT a.id FROM accesses a WHERE a.viewer = p.viewer AND a.at = p.last AND a.kind = 'FindChildren' ORDER BY a.id LIMIT 1) AS entry
FROM person p ORDER BY p.times DESC, p.viewer
