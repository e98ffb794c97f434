SELECT a.at, a.kind, a.outcome, a.rule, CASE WHEN a.child IS NOT NULL AND a.outcome = 'shown' THEN x.child IS NOT NULL END AS involved, a.id AS entry
FROM accesses a LEFT JOIN explained x ON x.works = a.works AND x.child = a.child
ORDER BY a.at DESC, a.id
