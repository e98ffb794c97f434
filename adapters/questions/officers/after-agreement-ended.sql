-- First the days on which an organisation looked at anybody when its agreement was over, then the looks.
WITH late AS (
    SELECT o.organisation, g.ended, (DATE '1970-01-01' + o.day)::timestamp AT TIME ZONE 'Europe/London' AS since,
        (DATE '1970-01-01' + o.day + 1)::timestamp AT TIME ZONE 'Europe/London' AS until
    FROM (SELECT DISTINCT d.day, d.organisation FROM day_looks d) AS o CROSS JOIN LATERAL (
        SELECT max(g.ends) AS ended FROM agreements g WHERE o.organisation LIKE g.party AND g.starts <= o.day HAVING max(g.ends) <= o.day) g
)
SELECT l.at, l.viewer, n.organisation, n.ended, l.kind, l.rule, l.id AS entry
FROM late n CROSS JOIN LATERAL (
    SELECT l.at, l.viewer, l.kind, l.rule, l.id FROM looks l WHERE l.organisation = n.organisation AND l.at >= n.since AND l.at < n.until OFFSET 0) l
ORDER BY l.at DESC, l.id
