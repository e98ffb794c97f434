-- What is so between people is told apart by who they are, in whatever order they are named, as domain.kinds says it; parental
-- responsibility too, but where it was said of nobody by name and could be anybody's. What was written before as well.
UPDATE log.fact SET provider = array_to_string(ARRAY(SELECT replace(o::text, '-', '') FROM unnest(others) AS o ORDER BY o), '|')
WHERE kind = 'relationship' AND provider LIKE '%|%';
UPDATE log.fact f
SET provider = provider || '|' || array_to_string(ARRAY(SELECT replace(o::text, '-', '') FROM unnest(others) AS o ORDER BY o), '|')
WHERE kind = 'parental_responsibility' AND NOT EXISTS (
    SELECT FROM log.fact n WHERE n.record = f.record AND n.kind = f.kind AND n.organisation = f.organisation AND coalesce(cardinality(n.others), 0) = 0);
