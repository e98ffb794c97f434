WITH brief AS (
    SELECT i.works, i.child, i.starts, i.ends FROM involved i WHERE i.ends <= i.starts + 3 + %(days)s
), opened AS (
    SELECT DISTINCT ON (l.works, l.child) l.viewer, l.organisation, l.works, l.child, l.at, l.day, l.id
    FROM looks l JOIN (SELECT DISTINCT b.works, b.child FROM brief b) AS b ON b.works = l.works AND b.child = l.child
    ORDER BY l.works, l.child, l.at, l.id
)
SELECT o.viewer, o.organisation, b.starts AS began, o.at AS first, b.ends AS ended, o.id AS entry
FROM opened o JOIN brief b ON b.works = o.works AND b.child = o.child AND b.starts BETWEEN o.day - 3 AND o.day AND b.ends <= o.day + %(days)s
ORDER BY o.at DESC, o.id
