-- What the measures share, at an edition: entries by child, deaths, and children who are not here on the day.
WITH member AS (
    SELECT record, child FROM membership WHERE from_ed <= %(e)s AND (to_ed IS NULL OR to_ed > %(e)s)
), own AS (
    SELECT coalesce(m.child, o.record) AS child, o.kind, o.service, o.provision, o.starts, o.ends, o.accepted, o.why, o.scope, o.worker, o.takes_over,
        coalesce(o.ends, 2000000) AS until,
        coalesce(o.ends, least(greatest(o.starts, o.confirmed) + o.lapses_after, o.absent_from), 2000000) AS open_until
    FROM entry o LEFT JOIN member m ON m.record = o.record
    WHERE o.kind = ANY(%(kinds)s) AND NOT o.doubted AND o.from_ed <= %(e)s AND (o.to_ed IS NULL OR o.to_ed > %(e)s)
), working AS (
    SELECT child, starts, open_until FROM own
    WHERE why IS NULL AND kind = ANY(%(services)s) AND (kind <> 'involvement' OR provision = 'additional')
), died AS (
    -- Or has a new identity, of which nothing is told: either way nothing is looked for any more (domain.timeline.child.Child.over).
    SELECT child, min(day) AS day FROM (
    SELECT child, vital_day AS day FROM (
        SELECT DISTINCT ON (coalesce(m.child, p.record)) coalesce(m.child, p.record) AS child, p.vital_act, p.vital_day
        FROM person p LEFT JOIN member m ON m.record = p.record
        WHERE p.vital_act IS NOT NULL AND p.from_ed <= %(e)s AND (p.to_ed IS NULL OR p.to_ed > %(e)s)
        ORDER BY coalesce(m.child, p.record), p.vital_at DESC, p.vital_act DESC, p.vital_tie DESC
    ) v WHERE vital_act = 7
    UNION ALL
    SELECT coalesce(m.child, z.record), z.day FROM log.sealed z LEFT JOIN member m ON m.record = z.record
    WHERE z.position <= (SELECT last FROM log.edition WHERE number = %(e)s)
    ) o GROUP BY child
), gone AS (
    SELECT child FROM died WHERE day <= %(d)s
    UNION
    SELECT child FROM (
        SELECT DISTINCT ON (coalesce(m.child, a.record)) coalesce(m.child, a.record) AS child, a.status
        FROM address a LEFT JOIN member m ON m.record = a.record
        WHERE a.day <= %(d)s AND a.from_ed <= %(e)s AND (a.to_ed IS NULL OR a.to_ed > %(e)s)
        ORDER BY coalesce(m.child, a.record), a.day DESC, a.placed DESC, a.recorded_at DESC, a.tie DESC
    ) h WHERE status = 'left_england'
), cared AS (
    SELECT child, lower(r) AS starts, upper(r) AS until
    FROM (SELECT child, range_agg(int4range(starts, until)) AS days FROM own WHERE kind = 'looked_after' AND why IS NULL GROUP BY child) w
    CROSS JOIN LATERAL unnest(days) AS r
), assessed_health AS (
    SELECT child, service, starts AS day FROM own WHERE kind = 'health_assessment' AND why IS NULL
), helped AS (
    SELECT DISTINCT child FROM working
    WHERE starts <= %(d)s AND open_until > %(d)s AND NOT EXISTS (SELECT FROM gone g WHERE g.child = working.child)
)
