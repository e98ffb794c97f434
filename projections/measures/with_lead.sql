-- Each child helped on the day: is a lead active, that no other took over from by then (domain.leads.active.active_span)?
, accepted AS (
    SELECT child, service, scope, worker, takes_over, until, greatest(accepted, starts) AS begun FROM own
    WHERE kind = 'lead' AND why IS NULL AND accepted IS NOT NULL
), led AS (
    SELECT DISTINCT a.child FROM accepted a WHERE a.begun <= %(d)s AND a.until > %(d)s AND NOT EXISTS (
        SELECT FROM accepted t WHERE t.child = a.child AND t.takes_over AND t.service = a.service AND t.scope = a.scope AND t.worker <> a.worker
            AND t.begun BETWEEN a.begun AND %(d)s)
)
SELECT h.child, l.child IS NOT NULL, (l.child IS NOT NULL)::int, 1, NULL::int FROM helped h LEFT JOIN led l ON l.child = h.child
