SELECT a.at, a.viewer, a.organisation, a.found, encode(a.probe, 'hex') AS mark, a.id AS entry
FROM accesses a
WHERE a.kind = 'FindChildren' AND a.outcome = 'shown' AND a.found > 0
    AND NOT EXISTS (SELECT FROM ever o JOIN access.shown s ON s.entry = a.id AND s.at = a.at AND s.child = o.child
        WHERE o.viewer = a.viewer AND o.outcome = 'shown' AND o.at >= a.at AND o.at < a.at + interval '1 hour')
ORDER BY a.at DESC, a.id
