-- Each day on which a child was referred: the first service after it, unless one worked with it, or it was over before.
, referred AS (
    SELECT DISTINCT child, starts AS day FROM own WHERE kind = 'referral' AND why IS NULL AND starts > %(after)s AND starts <= %(d)s
), happened AS (
    SELECT child, starts AS day, open_until, true AS served, false AS died FROM working
    UNION ALL
    SELECT child, starts, NULL, false, false FROM own WHERE kind = 'case_closed' AND why IS NULL
    UNION ALL
    SELECT child, day, NULL, false, true FROM died
), waited AS (
    SELECT r.child, r.day, min(h.day) FILTER (WHERE h.served AND h.day BETWEEN r.day AND %(d)s) AS first,
        min(h.day) FILTER (WHERE NOT h.served AND h.day <= %(d)s AND (h.died OR h.day >= r.day)) AS last
    FROM referred r LEFT JOIN happened h ON h.child = r.child
    GROUP BY r.child, r.day
    HAVING NOT coalesce(bool_or(h.served AND h.day < r.day AND h.open_until > r.day), false)
)
SELECT child, first IS NOT NULL, (first IS NOT NULL)::int, 1, coalesce(first, %(d)s) - day FROM waited WHERE last IS NULL OR first <= last
