-- In each set of views; {view} is the set's schema. Records whose numbers replaced one another are worked out together.
CREATE INDEX ON {view}.edge (record, other) WHERE strength = 2;
CREATE UNLOGGED TABLE {view}.stage_holder (record uuid NOT NULL, holder uuid NOT NULL)
    WITH (autovacuum_vacuum_threshold = 100000, autovacuum_analyze_threshold = 100000);
COMMENT ON TABLE {view}.stage_holder IS 'Working rows of one edition: records whose numbers replaced one another';
COMMENT ON COLUMN {view}.stage_holder.record IS 'Record';
COMMENT ON COLUMN {view}.stage_holder.holder IS 'The record that stands for all of them';

-- A school and its successor are one to a pupil whom both tell.
CREATE INDEX ON {view}.entry (provider) WHERE kind = 'enrolment' AND to_ed IS NULL;
CREATE UNLOGGED TABLE {view}.stage_heir (record uuid NOT NULL, school text NOT NULL, heir text NOT NULL, closed int, starts int)
    WITH (autovacuum_vacuum_threshold = 100000, autovacuum_analyze_threshold = 100000);
COMMENT ON TABLE {view}.stage_heir IS 'Working rows of one edition: records of which a school tells and a school that took over from it';
COMMENT ON COLUMN {view}.stage_heir.record IS 'Record';
COMMENT ON COLUMN {view}.stage_heir.school IS 'School';
COMMENT ON COLUMN {view}.stage_heir.heir IS 'The last of the schools that took over from it and admitted the child; itself for that one';
COMMENT ON COLUMN {view}.stage_heir.closed IS 'Day from which the school was no more';
COMMENT ON COLUMN {view}.stage_heir.starts IS 'First day on which one of them says that it admitted the child';
