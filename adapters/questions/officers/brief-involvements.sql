WITH brief AS (
    SELECT i.works, i.child, i.starts, i.ends FROM involved i WHERE i.ends <= i.starts + 3 + %(days)s
), opened AS (
    SELECT b.works, b.child, f.viewer, f.organisation, f.at, f.day, f.id
    FROM (SELECT DISTINCT b.works, b.child FROM brief b) AS b CROSS JOIN LATERAL (
        SELECT l.viewer, l.organisation, l.at, l.day, l.id FROM looks l WHERE l.works = b.works AND l.child = b.child ORDER BY l.at, l.id LIMIT 1) f
)
SELECT o.viewer, o.organisation, b.starts AS began, o.at AS first, b.ends AS ended, o.id AS entry
FROM opened o JOIN brief b ON b.works = o.works AND b.child = o.child AND b.starts BETWEEN o.day - 3 AND o.day AND b.ends <= o.day + %(days)s
ORDER BY o.at DESC, o.id
