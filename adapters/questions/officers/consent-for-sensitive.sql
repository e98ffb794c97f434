WITH told AS (
    SELECT coalesce(o.record, e.record) AS child, e.kind, e.organisation, e.main, e.starts, e.ends
    FROM entry e LEFT JOIN membership m ON m.record = e.record AND live(m) LEFT JOIN membership o ON o.child = m.child AND live(o)
    WHERE live(e) AND (e.kind = 'consent' OR e.kind = ANY(%(sensitive)s))
), opened AS (
    SELECT l.id, l.at, l.day, l.viewer, l.organisation, l.rule, c.child, convert_from(l.bytes, 'UTF8')::jsonb AS leaf
    FROM (SELECT DISTINCT t.child FROM told t WHERE t.kind = ANY(%(sensitive)s)) AS c CROSS JOIN LATERAL (
        SELECT l.id, l.at, l.day, l.viewer, l.organisation, l.rule, l.bytes FROM looks l WHERE l.child = c.child OFFSET 0) l
), covered AS (
    -- A consent that came to be known after the look covered nothing of it.
    SELECT l.id, l.at, l.viewer, l.organisation, l.leaf -> 'rules' ? 'sensitive_service' AS left_out,
        CASE WHEN l.rule = ANY(%(everything)s) THEN 'by_role' WHEN bool_and(t.organisation = l.organisation) THEN 'own_service'
            WHEN max(c.main) IS NOT NULL THEN 'consent' ELSE 'nothing_found' END AS covered_by, max(c.main) AS consent
    FROM opened l JOIN told t ON t.child = l.child AND t.kind = ANY(%(sensitive)s)
        AND (t.starts IS NULL OR t.starts <= l.day) AND (t.ends IS NULL OR t.ends > l.day)
    LEFT JOIN told c ON c.child = l.child AND c.kind = 'consent' AND c.organisation = t.organisation
        AND c.main <= split_part(l.leaf ->> 'head', ':', 2)::bigint
        AND (c.starts IS NULL OR c.starts <= l.day) AND (c.ends IS NULL OR c.ends > l.day)
    GROUP BY l.id, l.at, l.viewer, l.organisation, l.rule, l.leaf
)
SELECT c.at, c.viewer, c.organisation, c.covered_by, CASE WHEN c.covered_by = 'consent' THEN c.consent END AS consent, c.left_out, c.id AS entry
FROM covered c WHERE NOT (c.left_out AND c.covered_by = 'nothing_found')
ORDER BY c.at DESC, c.id
