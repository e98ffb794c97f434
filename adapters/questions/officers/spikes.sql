WITH opened AS (
    SELECT l.viewer, l.organisation, l.day, l.child, max(l.at) AS last FROM looks l GROUP BY l.viewer, l.organisation, l.day, l.child
), daily AS (
    SELECT o.viewer, o.organisation, o.day, count(*) AS children, max(o.last) AS last FROM opened o GROUP BY o.viewer, o.organisation, o.day
), compared AS (
    SELECT d.*, avg(d.children) OVER before AS usual, count(*) OVER before AS days FROM daily d
    WINDOW before AS (PARTITION BY d.viewer ORDER BY d.day ROWS BETWEEN 20 PRECEDING AND 1 PRECEDING)
)
SELECT c.day, c.viewer, c.organisation, c.children, round(c.usual)::int AS usual,
    (SELECT l.id FROM looks l WHERE l.viewer = c.viewer AND l.at = c.last ORDER BY l.id LIMIT 1) AS entry
FROM compared c WHERE c.days >= 5 AND c.children >= %(least)s AND c.children > 3 * c.usual
ORDER BY c.day DESC, c.viewer
