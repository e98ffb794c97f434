SELECT a.at, a.viewer, a.organisation, a.kind, a.rule, coalesce(a.child = ANY(%(children)s), false) AS opened, a.id AS entry
FROM accesses a
WHERE a.outcome = 'shown' AND (a.id, a.at) IN (SELECT s.entry, s.at FROM access.shown s WHERE s.child = ANY(%(children)s))
ORDER BY a.at DESC, a.id
