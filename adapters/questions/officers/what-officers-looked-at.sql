SELECT a.at, a.viewer, a.organisation, a.kind, a.outcome, a.rule, a.id AS entry
FROM accesses a WHERE a.kind = ANY(%(of_officers)s) ORDER BY a.at DESC, a.id
