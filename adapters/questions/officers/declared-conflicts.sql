WITH declared AS (
    SELECT DISTINCT e.worker, coalesce(o.record, e.record) AS child, f.reason AS relation, e.starts
    FROM entry e JOIN log.fact f ON f.position = e.main LEFT JOIN membership m ON m.record = e.record AND live(m) LEFT JOIN membership o ON o.child = m.child AND live(o)
    WHERE e.kind = 'conflict_declared' AND e.worker IS NOT NULL AND live(e)
)
SELECT a.at, a.viewer, a.organisation, d.relation, d.starts AS declared, a.kind, a.outcome, a.id AS entry
FROM declared d CROSS JOIN LATERAL (
    SELECT a.at, a.viewer, a.organisation, a.kind, a.outcome, a.id FROM accesses a WHERE a.child = d.child AND a.works = d.worker OFFSET 0) a
ORDER BY a.at DESC, a.id
