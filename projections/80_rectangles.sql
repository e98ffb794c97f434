-- Rectangles that are no longer so are closed at this edition, new ones open; unchanged ones are not touched.
UPDATE rectangle o SET to_ed = %(e)s FROM stage_child c
WHERE o.child = c.child AND o.to_ed IS NULL AND CASE WHEN o.rule IN ('ten_days_absent', 'twenty_days_absent', 'severe_absence') THEN c.marks ELSE c.facts END
  AND NOT EXISTS (SELECT FROM stage_rectangle n WHERE (n.child, n.rule, n.since, n.starts, n.ends, n.positions) = (o.child, o.rule, o.since, o.starts, o.ends, o.positions)
                  AND n.organisation IS NOT DISTINCT FROM o.organisation);

INSERT INTO rectangle
SELECT DISTINCT n.child, n.rule, n.since, n.starts, n.ends, n.positions, n.organisation, %(e)s::int, NULL::int FROM stage_rectangle n
WHERE NOT EXISTS (SELECT FROM rectangle o WHERE (n.child, n.rule, n.since, n.starts, n.ends, n.positions) = (o.child, o.rule, o.since, o.starts, o.ends, o.positions)
                  AND n.organisation IS NOT DISTINCT FROM o.organisation AND o.to_ed IS NULL);
UPDATE state SET edition = %(e)s, position = %(hi)s;
