-- In each set of views; {view} is the set's schema.
ALTER TABLE {view}.entry ALTER key TYPE bytea USING uuid_send(key);
ALTER TABLE {view}.entry RENAME key TO tie;
COMMENT ON COLUMN {view}.entry.tie IS 'What decides between statements of one instant, of its main event';
ALTER TABLE {view}.stage_entry ALTER key TYPE bytea USING uuid_send(key);
ALTER TABLE {view}.stage_entry RENAME key TO tie;
ALTER TABLE {view}.stage_fact ALTER key TYPE bytea USING uuid_send(key);
ALTER TABLE {view}.stage_fact RENAME key TO tie;
ALTER TABLE {view}.address ALTER key TYPE bytea USING uuid_send(key);
ALTER TABLE {view}.address RENAME key TO tie;
COMMENT ON COLUMN {view}.address.tie IS 'What decides between statements of one instant';
ALTER TABLE {view}.edge ALTER key TYPE bytea USING uuid_send(key);
ALTER TABLE {view}.edge RENAME key TO tie;
COMMENT ON COLUMN {view}.edge.tie IS 'What decides between statements of one instant';
ALTER TABLE {view}.person ALTER person_key TYPE bytea USING uuid_send(person_key), ALTER birth_key TYPE bytea USING uuid_send(birth_key),
    ALTER vital_key TYPE bytea USING uuid_send(vital_key);
ALTER TABLE {view}.person RENAME person_key TO person_tie;
ALTER TABLE {view}.person RENAME birth_key TO birth_tie;
ALTER TABLE {view}.person RENAME vital_key TO vital_tie;
COMMENT ON COLUMN {view}.person.person_tie IS 'What decides between that event and others of its instant';
COMMENT ON COLUMN {view}.person.birth_tie IS 'What decides between that event and others of its instant';
COMMENT ON COLUMN {view}.person.vital_tie IS 'What decides between that event and others of its instant';

-- Events that may be about another child make entries of their own, and say nothing of who a child is.
ALTER TABLE {view}.entry ADD doubted boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN {view}.entry.doubted IS 'Whether it is disputed whom the events that tell of it are about';
ALTER TABLE {view}.stage_entry ADD doubted boolean NOT NULL DEFAULT false;
ALTER TABLE {view}.stage_fact ADD doubted boolean NOT NULL DEFAULT false;
CREATE TABLE {view}.stated_birth (record uuid NOT NULL, birth uuid NOT NULL, from_ed int NOT NULL, to_ed int);
CREATE INDEX ON {view}.stated_birth (record);
COMMENT ON TABLE {view}.stated_birth IS 'The date of birth that a record is linked by (domain.identity.links)';
COMMENT ON COLUMN {view}.stated_birth.record IS 'Record';
COMMENT ON COLUMN {view}.stated_birth.birth IS 'Keyed hash of the date of birth';
COMMENT ON COLUMN {view}.stated_birth.from_ed IS 'First edition it holds in';
COMMENT ON COLUMN {view}.stated_birth.to_ed IS 'First edition it no longer holds in';
CREATE TABLE {view}.doubt (record uuid NOT NULL, other uuid NOT NULL, from_ed int NOT NULL, to_ed int);
CREATE INDEX ON {view}.doubt (record);
COMMENT ON TABLE {view}.doubt IS 'Pairs of records of which it is disputed that they are one child; each pair stands both ways round';
COMMENT ON COLUMN {view}.doubt.record IS 'Record';
COMMENT ON COLUMN {view}.doubt.other IS 'The other record';
COMMENT ON COLUMN {view}.doubt.from_ed IS 'First edition it holds in';
COMMENT ON COLUMN {view}.doubt.to_ed IS 'First edition it no longer holds in';
