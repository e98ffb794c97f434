-- In each set of views; {view} is the set's schema. All names of a child, and its sex where no name was stated with it.
ALTER TABLE {view}.person ADD sex bytea, ADD sex_at bigint, ADD sex_tie bytea, ADD called bytea[], ADD called_by text[];
COMMENT ON COLUMN {view}.person.sex IS 'Sex, sealed';
COMMENT ON COLUMN {view}.person.sex_at IS 'When that was recorded';
COMMENT ON COLUMN {view}.person.sex_tie IS 'What decides between those of one instant';
COMMENT ON COLUMN {view}.person.called IS 'Names and details as each organisation stated different ones first, sealed, in that order';
COMMENT ON COLUMN {view}.person.called_by IS 'The organisation of each of them';
