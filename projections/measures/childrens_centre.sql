-- Each child that may be under five on the day: registered with a children's centre? Its date of birth is for the caller to open.
, registered AS (
    SELECT DISTINCT child FROM own WHERE kind = 'childrens_centre' AND why IS NULL AND starts <= %(d)s AND open_until > %(d)s
), born AS (
    SELECT DISTINCT ON (coalesce(m.child, p.record)) coalesce(m.child, p.record) AS child, p.age_from, p.record, p.birth_day
    FROM person p LEFT JOIN member m ON m.record = p.record
    WHERE p.age_from IS NOT NULL AND p.from_ed <= %(e)s AND (p.to_ed IS NULL OR p.to_ed > %(e)s)
    ORDER BY coalesce(m.child, p.record), p.birth_at DESC, p.birth_tie DESC
)
SELECT b.child, r.child IS NOT NULL, (r.child IS NOT NULL)::int, 1, NULL::int, b.age_from, b.record, b.birth_day
FROM born b LEFT JOIN registered r ON r.child = b.child
WHERE b.age_from > %(d)s AND NOT EXISTS (SELECT FROM gone g WHERE g.child = b.child)
