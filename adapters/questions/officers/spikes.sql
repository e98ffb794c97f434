WITH daily AS (
    SELECT l.viewer, l.organisation, l.day, count(DISTINCT l.child) AS children, (array_agg(l.id ORDER BY l.at DESC, l.id))[1] AS entry
    FROM looks l GROUP BY l.viewer, l.organisation, l.day
), compared AS (
    SELECT d.*, avg(d.children) OVER before AS usual, count(*) OVER before AS days FROM daily d
    WINDOW before AS (PARTITION BY d.viewer ORDER BY d.day ROWS BETWEEN 20 PRECEDING AND 1 PRECEDING)
)
SELECT c.day, c.viewer, c.organisation, c.children, round(c.usual)::int AS usual, c.entry
FROM compared c WHERE c.days >= 5 AND c.children >= %(least)s AND c.children > 3 * c.usual
ORDER BY c.day DESC, c.viewer
