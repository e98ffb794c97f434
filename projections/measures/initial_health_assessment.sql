-- Each time a child became looked after and stayed so for longer than the days allowed: assessed within them?
, due AS (
    SELECT c.child, coalesce(bool_or(h.day BETWEEN c.starts AND c.starts + %(initial)s), false) AS done
    FROM cared c LEFT JOIN died x ON x.child = c.child
    LEFT JOIN assessed_health h ON h.child = c.child AND h.service = 'initial'
    WHERE c.starts > %(after)s AND c.starts + %(initial)s < %(d)s AND c.starts + %(initial)s < least(c.until, x.day)
    GROUP BY c.child, c.starts
)
SELECT child, done, done::int, 1, NULL::int FROM due
