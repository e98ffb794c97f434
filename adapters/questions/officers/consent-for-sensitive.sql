WITH told AS (
    SELECT coalesce(o.record, e.record) AS child, e.kind, e.organisation, e.main, e.starts, e.ends
    FROM entry e LEFT JOIN membership m ON m.record = e.record AND live(m) LEFT JOIN membership o ON o.child = m.child AND live(o)
    WHERE live(e) AND (e.kind = 'consent' OR e.kind = ANY(%(sensitive)s))
), serving AS MATERIALIZED (
    -- Each sensitive service of each child, with the consents that are for it, which are few.
    SELECT t.child, t.organisation, t.starts, t.ends, array_agg(c.main) AS consents, array_agg(c.starts) AS began, array_agg(c.ends) AS ended
    FROM told t LEFT JOIN told c ON c.child = t.child AND c.kind = 'consent' AND c.organisation = t.organisation
    WHERE t.kind = ANY(%(sensitive)s) GROUP BY t.child, t.organisation, t.main, t.starts, t.ends
), opened AS MATERIALIZED (
    SELECT c.child, l.id, l.at, l.day, l.viewer, l.organisation, l.rule, l.leaf -> 'rules' ? 'sensitive_service' AS left_out,
        split_part(l.leaf ->> 'head', ':', 2)::bigint AS head
    FROM (SELECT DISTINCT s.child FROM serving s) AS c CROSS JOIN LATERAL (
        SELECT l.id, l.at, l.day, l.viewer, l.organisation, l.rule, convert_from(l.bytes, 'UTF8')::jsonb AS leaf
        FROM looks l WHERE l.child = c.child OFFSET 0) l
), covered AS (
    -- A consent that came to be known after the look covered nothing of it.
    SELECT l.id, l.at, l.viewer, l.organisation, l.left_out,
        CASE WHEN l.rule = ANY(%(everything)s) THEN 'by_role' WHEN bool_and(s.organisation = l.organisation) THEN 'own_service'
            WHEN max(c.main) IS NOT NULL THEN 'consent' ELSE 'nothing_found' END AS covered_by, max(c.main) AS consent
    FROM opened l JOIN serving s ON s.child = l.child AND (s.starts IS NULL OR s.starts <= l.day) AND (s.ends IS NULL OR s.ends > l.day)
    CROSS JOIN LATERAL (SELECT max(u.main) AS main FROM unnest(s.consents, s.began, s.ended) AS u (main, starts, ends)
        WHERE u.main <= l.head AND (u.starts IS NULL OR u.starts <= l.day) AND (u.ends IS NULL OR u.ends > l.day)) c
    GROUP BY l.id, l.at, l.viewer, l.organisation, l.rule, l.left_out
)
SELECT c.at, c.viewer, c.organisation, c.covered_by, CASE WHEN c.covered_by = 'consent' THEN c.consent END AS consent, c.left_out, c.id AS entry
FROM covered c WHERE NOT (c.left_out AND c.covered_by = 'nothing_found')
ORDER BY c.at DESC, c.id
