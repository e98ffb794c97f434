-- In each set of views; {view} is the set's schema. Leads of whole families are looked for among all that is known, whenever gaps
-- of all children are asked for.
CREATE INDEX ON {view}.entry (record) WHERE kind = 'lead' AND scope = 'family';

-- Who is registered with which practice stands once: with the days before the first, and whether an end explains the others.
ALTER TABLE {view}.stage_gp_gap ADD explained boolean NOT NULL DEFAULT false;
COMMENT ON TABLE {view}.stage_gp_gap IS 'Working rows of one edition: days on which those children were registered with no practice';
COMMENT ON COLUMN {view}.stage_gp_gap.explained IS 'Whether the registration before ended by death or embarkation';

-- On a date of birth on which agencies do not agree nothing is joined.
ALTER TABLE {view}.stated_birth ADD contested boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN {view}.stated_birth.contested IS 'The last words of those who stated one under the number alone do not agree';
