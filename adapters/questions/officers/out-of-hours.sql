-- Bank holidays are read by the day; what is out of hours on other days has an index.
WITH look AS (
    SELECT l.viewer, l.organisation, l.child, l.at FROM looks l WHERE l.rule <> ALL(%(on_duty)s) AND access.out_of_hours(l.at)
    UNION ALL
    SELECT l.viewer, l.organisation, l.child, l.at FROM unnest(%(bank_holidays)s::int[]) AS h (day) CROSS JOIN LATERAL (
        SELECT l.viewer, l.organisation, l.child, l.at FROM looks l
        WHERE l.rule <> ALL(%(on_duty)s) AND NOT access.out_of_hours(l.at) AND l.at >= (DATE '1970-01-01' + h.day)::timestamp AT TIME ZONE 'Europe/London'
            AND l.at < (DATE '1970-01-01' + h.day + 1)::timestamp AT TIME ZONE 'Europe/London' OFFSET 0) l
), counted AS (
    SELECT l.viewer, l.organisation, l.child, count(*) AS times, min(l.at) AS first, max(l.at) AS last FROM look l
    GROUP BY l.viewer, l.organisation, l.child
), person AS (
    SELECT c.viewer, c.organisation, sum(c.times)::bigint AS times, count(*) AS children, min(c.first) AS first, max(c.last) AS last
    FROM counted c GROUP BY c.viewer, c.organisation HAVING sum(c.times) >= %(least)s
)
SELECT p.viewer, p.organisation, p.times, p.children, p.first, p.last,
    (SELECT l.id FROM looks l WHERE l.viewer = p.viewer AND l.at = p.last ORDER BY l.id LIMIT 1) AS entry
FROM person p ORDER BY p.times DESC, p.viewer
