WITH claim AS MATERIALIZED (
    SELECT l.id, l.at, l.day, l.viewer, l.works, l.organisation, l.child FROM looks l WHERE l.rule = ANY(%(alerting)s) AND l.day + %(days)s < %(today)s
), followed AS MATERIALIZED (
    SELECT DISTINCT c.id FROM claim c JOIN involved i ON i.works = c.works AND i.child = c.child
    WHERE (i.ends IS NULL OR i.ends > c.day) AND (i.starts IS NULL OR i.starts <= c.day + %(days)s)
)
SELECT c.at, c.viewer, c.organisation, r.came_out AS review, c.id AS entry
FROM claim c LEFT JOIN followed f ON f.id = c.id LEFT JOIN reviews r ON r.entry = c.id
WHERE f.id IS NULL
ORDER BY c.at DESC, c.id
