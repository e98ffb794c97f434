-- Each child helped on the day: is a lead active (domain.leads)?
, led AS (
    SELECT DISTINCT child FROM own WHERE kind = 'lead' AND why IS NULL AND accepted IS NOT NULL
        AND greatest(accepted, starts) <= %(d)s AND until > %(d)s
)
SELECT h.child, l.child IS NOT NULL, (l.child IS NOT NULL)::int, 1, NULL::int FROM helped h LEFT JOIN led l ON l.child = h.child
