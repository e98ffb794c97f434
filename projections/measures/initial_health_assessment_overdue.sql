-- Each child looked after on the day for longer than the days allowed: still not assessed, and for how long overdue?
, due AS (
    SELECT c.child, c.starts, NOT coalesce(bool_or(h.day BETWEEN c.starts AND %(d)s), false) AS late
    FROM cared c LEFT JOIN assessed_health h ON h.child = c.child AND h.service = 'initial'
    WHERE c.starts > %(after)s AND c.starts + %(initial)s < %(d)s AND c.until > %(d)s
        AND NOT EXISTS (SELECT FROM gone g WHERE g.child = c.child)
    GROUP BY c.child, c.starts
)
SELECT child, late, late::int, 1, CASE WHEN late THEN %(d)s - starts - %(initial)s END FROM due
