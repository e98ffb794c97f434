SELECT l.at, l.rule, l.organisation, %(today)s - l.day AS waits, l.id AS entry
FROM looks l LEFT JOIN reviews r ON r.entry = l.id
WHERE l.opening IS NOT NULL AND l.rule = ANY(%(alerting)s) AND r.entry IS NULL
ORDER BY l.at, l.id
