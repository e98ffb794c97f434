-- What was usual is the difference of two running sums: a sum over the twenty days before each day takes ten times as long.
WITH running AS (
    SELECT d.*, row_number() OVER upto - 1 AS before, sum(d.children) OVER upto AS so_far FROM person_days d
    WINDOW upto AS (PARTITION BY d.viewer ORDER BY d.day, d.organisation ROWS UNBOUNDED PRECEDING)
), compared AS (
    SELECT r.*, r.so_far - r.children - lag(r.so_far, 21, 0::bigint) OVER (PARTITION BY r.viewer ORDER BY r.day, r.organisation) AS opened,
        least(r.before, 20) AS days FROM running r
)
SELECT c.day, c.viewer, c.organisation, c.children, round(c.opened / c.days::numeric)::int AS usual,
    (SELECT l.id FROM looks l WHERE l.viewer = c.viewer AND l.at = c.last ORDER BY l.id LIMIT 1) AS entry
FROM compared c WHERE c.days >= 5 AND c.children >= %(least)s AND c.children * c.days > 3 * c.opened
ORDER BY c.day DESC, c.viewer
