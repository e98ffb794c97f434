-- Parental responsibility of two people is told apart by who they are, as domain.kinds says it: what was written before too.
UPDATE log.fact SET provider = provider || '|' || array_to_string(ARRAY(SELECT replace(o::text, '-', '') FROM unnest(others) AS o), '|')
WHERE kind = 'parental_responsibility';
