-- Each child looked after for twelve months without a break up to the day: assessed in the last twelve?
, due AS (
    SELECT c.child, coalesce(bool_or(h.day > %(after)s AND h.day <= %(d)s), false) AS done
    FROM cared c LEFT JOIN assessed_health h ON h.child = c.child
    WHERE c.starts <= %(long)s AND c.until > %(d)s AND NOT EXISTS (SELECT FROM gone g WHERE g.child = c.child)
    GROUP BY c.child
)
SELECT child, done, done::int, 1, NULL::int FROM due
