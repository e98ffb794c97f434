-- In each set of views; {view} is the set's schema. Whose word a link is, and whether it joins or parts.
ALTER TABLE {view}.edge ADD strength smallint, ADD joins boolean NOT NULL DEFAULT true;
UPDATE {view}.edge SET strength = CASE WHEN former THEN 2 ELSE 1 END;
ALTER TABLE {view}.edge ALTER strength SET NOT NULL, DROP former;
COMMENT ON COLUMN {view}.edge.strength IS 'Whose word it is: 1 an agency''s assertion, 2 the issuer''s replacement of the other record''s number, 3 a person''s decision';
COMMENT ON COLUMN {view}.edge.joins IS 'Whether it says that the records are one child; false: a person parted them';
