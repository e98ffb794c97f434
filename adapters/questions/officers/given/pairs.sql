-- Who opened whose record by which rule, in the days that are asked about or both before and after them.
pairs AS MATERIALIZED (
    SELECT e.works, e.child, e.rule FROM access.looked_at e WHERE e.last >= %(since)s AND e.first < %(until)s AND {whose}
    UNION ALL
    SELECT w.works, w.child, w.rule FROM waiting w
)
