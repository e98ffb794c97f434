-- The last word on each access that somebody reviewed.
reviews AS MATERIALIZED (
    SELECT DISTINCT ON (f.service) substr(f.service, 3)::uuid AS entry, f.reason AS came_out, f.worker AS reviewer
    FROM log.fact f WHERE f.act = 18 AND f.kind = 'access_reviewed' ORDER BY f.service, f.recorded_at DESC, f.position DESC
)
