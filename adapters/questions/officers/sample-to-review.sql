WITH lot AS (
    SELECT l.id, l.at, l.organisation, l.opening, l.rule, l.rule = ANY(%(alerting)s) AS alerts, sha256(%(seed)s || uuid_send(l.id)) AS drawn FROM looks l
), placed AS (
    SELECT o.*, row_number() OVER (PARTITION BY o.organisation, o.alerts ORDER BY o.drawn) AS place FROM lot o
)
SELECT p.at, p.organisation, CASE WHEN p.opening = 'override' THEN 'every_override' WHEN p.alerts THEN 'share_of_alerts' ELSE 'by_lot' END AS drawn,
    r.came_out AS review, p.id AS entry
FROM placed p LEFT JOIN reviews r ON r.entry = p.id
WHERE (p.alerts AND p.opening = 'override') OR (p.alerts AND get_byte(p.drawn, 0) * 256 + get_byte(p.drawn, 1) < %(share)s * 65536 / 100)
    OR (NOT p.alerts AND p.place <= %(others)s)
ORDER BY p.organisation, p.at, p.id
