SELECT l.at, l.viewer, l.organisation, g.ended, l.kind, l.rule, l.id AS entry
FROM looks l CROSS JOIN LATERAL (
    SELECT max(g.ends) AS ended FROM agreements g WHERE l.organisation LIKE g.party AND g.starts <= l.day HAVING max(g.ends) <= l.day) g
ORDER BY l.at DESC, l.id
