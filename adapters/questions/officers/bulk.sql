SELECT a.at, a.viewer, a.organisation, a.kind, (SELECT count(*) FROM access.shown s WHERE s.entry = a.id AND s.at = a.at AND s.child <> %(nobody)s) AS children,
    a.id AS entry
FROM (SELECT s.entry AS id, s.at FROM access.shown s WHERE s.number = %(least)s AND s.number >= 20 AND s.at >= %(since)s AND s.at < %(until)s
    UNION SELECT e.id, e.at FROM accesses e WHERE e.kind = 'ExportAnswer') AS large
JOIN accesses a ON a.id = large.id AND a.at = large.at
WHERE a.outcome = 'shown' ORDER BY a.at DESC, a.id
