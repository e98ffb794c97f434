SELECT a.at, a.viewer, a.organisation, w.day AS left_on, a.kind, a.outcome, a.id AS entry
FROM (SELECT DISTINCT f.worker FROM log.fact f WHERE f.act = 18 AND f.kind = 'worker_left') AS leaver
JOIN accesses a ON a.viewer = leaver.worker
CROSS JOIN LATERAL (SELECT f.kind, f.day FROM log.fact f WHERE f.act = 18 AND f.kind IN ('worker', 'worker_left') AND f.worker = a.viewer
    AND f.day <= a.day AND (f.until IS NULL OR f.until > a.day) ORDER BY f.day DESC, f.recorded_at DESC, f.tie DESC LIMIT 1) AS w
WHERE w.kind = 'worker_left' ORDER BY a.at DESC, a.id
