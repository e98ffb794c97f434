-- Facts whose subject carries identifiers that are disputed: they may be about another child (domain.identity.links.doubted).
UPDATE stage_fact s SET doubted = true
FROM stage_record t JOIN doubt d ON d.record = t.record AND d.to_ed IS NULL JOIN log.fact l ON l.record = d.record AND d.other = ANY(l.linked)
WHERE s.position = l.position;
