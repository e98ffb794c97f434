SELECT f.viewer, f.organisation, i.starts AS began, f.at AS first, i.ends AS ended, f.id AS entry
FROM (SELECT DISTINCT ON (l.works, l.child) l.* FROM looks l ORDER BY l.works, l.child, l.at, l.id) AS f
JOIN involved i ON i.works = f.works AND i.child = f.child AND i.starts BETWEEN f.day - 3 AND f.day AND i.ends <= f.day + %(days)s
ORDER BY f.at DESC, f.id
