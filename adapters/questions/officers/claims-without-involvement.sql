SELECT l.at, l.viewer, l.organisation, r.came_out AS review, l.id AS entry
FROM looks l LEFT JOIN reviews r ON r.entry = l.id
WHERE l.rule = ANY(%(alerting)s) AND l.day + %(days)s < %(today)s
    AND NOT EXISTS (SELECT FROM involved i WHERE i.works = l.works AND i.child = l.child
        AND (i.ends IS NULL OR i.ends > l.day) AND (i.starts IS NULL OR i.starts <= l.day + %(days)s))
ORDER BY l.at DESC, l.id
