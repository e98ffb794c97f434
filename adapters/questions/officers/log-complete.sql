WITH written AS MATERIALIZED (
    SELECT e.id, e.viewer, e.organisation, e.kind, e.outcome, e.child, e.rule, e.opening, e.acting_for, e.bytes,
        convert_from(e.bytes, 'UTF8')::jsonb AS leaf
    FROM access.entry e WHERE e.at >= %(since)s AND e.at < %(until)s
), chained AS (
    SELECT (w.leaf ->> 'number')::bigint AS number, lead((w.leaf ->> 'number')::bigint) OVER chain AS next, lead(w.leaf ->> 'previous') OVER chain AS names,
        encode(sha256(w.bytes), 'hex') AS hash
    FROM written w WINDOW chain AS (PARTITION BY w.leaf ->> 'process' ORDER BY (w.leaf ->> 'number')::bigint)
), counted (place, "check", found, wrong) AS (
    SELECT 1, 'entries', count(*), false FROM written
    UNION ALL SELECT 2, 'missing_in_a_chain', coalesce(sum(c.next - c.number - 1), 0)::bigint, true FROM chained c
    UNION ALL SELECT 3, 'chained_to_another', count(*), true FROM chained c WHERE c.next = c.number + 1 AND c.names IS DISTINCT FROM c.hash
    UNION ALL SELECT 4, 'not_as_their_leaf_says', count(*), true FROM written w
        WHERE (w.viewer, w.kind, w.outcome) IS DISTINCT FROM (w.leaf ->> 'viewer', w.leaf ->> 'question', w.leaf ->> 'outcome')
        OR (w.organisation, w.opening, w.acting_for, w.rule) IS DISTINCT FROM
            (w.leaf ->> 'organisation', w.leaf ->> 'opening', w.leaf ->> 'acting_for', w.leaf -> 'rules' ->> 0)
    UNION ALL SELECT 5, 'leaf_of_other_bytes', count(*), true FROM written w JOIN access.leaf l ON l.entry = w.id
        WHERE l.hash <> sha256('\x00'::bytea || w.bytes)
    UNION ALL SELECT 6, 'without_leaf_and_not_waiting', count(*), true FROM written w
        WHERE NOT EXISTS (SELECT FROM access.leaf l WHERE l.entry = w.id) AND NOT EXISTS (SELECT FROM access.pending p WHERE p.entry = w.id)
    UNION ALL SELECT 7, 'waiting_for_a_leaf', count(*), false FROM access.pending
    UNION ALL SELECT 8, 'leaves_missing', coalesce(max(l.index) + 1 - count(*), 0), true FROM access.leaf l
)
SELECT "check", found, wrong AND found > 0 AS amiss FROM counted ORDER BY place
