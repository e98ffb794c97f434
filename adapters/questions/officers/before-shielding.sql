SELECT DISTINCT h.starts AS shielded, a.at, a.viewer, a.organisation, a.kind, coalesce(a.child = s.child, false) AS opened, a.id AS entry
FROM entry h LEFT JOIN membership m ON m.record = h.record AND live(m) LEFT JOIN membership o ON o.child = m.child AND live(o)
JOIN access.shown s ON s.child = coalesce(o.record, h.record)
JOIN ever a ON a.id = s.entry AND a.at = s.at AND a.outcome = 'shown' AND a.day >= h.starts - %(days)s AND a.day < h.starts
WHERE h.kind = 'shield' AND live(h) AND h.starts BETWEEN %(first_day)s AND %(last_day)s
ORDER BY h.starts DESC, a.at DESC, a.id
