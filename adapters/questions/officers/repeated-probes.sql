-- Searches come in the order of an index, so nothing is sorted: first who looked for the same how often, then what was looked for.
WITH by_viewer AS NOT MATERIALIZED (
    SELECT a.probe, a.viewer, count(*) AS times, min(a.at) AS first, max(a.at) AS last
    FROM (SELECT a.probe, a.viewer, a.at FROM accesses a WHERE a.probe IS NOT NULL AND a.kind IN ('FindChildren', 'ShowChild', 'ShowTimeline')
        ORDER BY a.probe, a.viewer OFFSET 0) a
    GROUP BY a.probe, a.viewer
), probed AS (
    SELECT b.probe, sum(b.times)::bigint AS times, count(*) AS people, string_agg(b.viewer, ', ' ORDER BY b.viewer) AS viewers,
        min(b.first) AS first, max(b.last) AS last
    FROM by_viewer b GROUP BY b.probe HAVING sum(b.times) >= %(least)s
)
SELECT encode(p.probe, 'hex') AS mark, p.times, p.people, p.viewers, p.first, p.last,
    (SELECT a.id FROM accesses a WHERE a.probe = p.probe AND a.at = p.last ORDER BY a.id LIMIT 1) AS entry
FROM probed p ORDER BY p.times DESC, p.probe
