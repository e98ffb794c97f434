WITH counted AS (
    SELECT l.viewer, l.organisation, l.child, count(*) AS times, min(l.at) AS first, max(l.at) AS last FROM looks l
    WHERE l.rule <> ALL(%(on_duty)s) AND (extract(isodow FROM l.at AT TIME ZONE 'Europe/London') >= 6
        OR l.day = ANY(%(bank_holidays)s) OR extract(hour FROM l.at AT TIME ZONE 'Europe/London') NOT BETWEEN 7 AND 19)
    GROUP BY l.viewer, l.organisation, l.child
), person AS (
    SELECT c.viewer, c.organisation, sum(c.times)::bigint AS times, count(*) AS children, min(c.first) AS first, max(c.last) AS last
    FROM counted c GROUP BY c.viewer, c.organisation HAVING sum(c.times) >= %(least)s
)
SELECT p.viewer, p.organisation, p.times, p.children, p.first, p.last,
    (SELECT l.id FROM looks l WHERE l.viewer = p.viewer AND l.at = p.last ORDER BY l.id LIMIT 1) AS entry
FROM person p ORDER BY p.times DESC, p.viewer
