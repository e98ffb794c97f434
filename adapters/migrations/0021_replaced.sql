-- In each set of views; {view} is the set's schema. Records whose numbers replaced one another are worked out together.
CREATE INDEX ON {view}.edge (record, other) WHERE strength = 2;
CREATE UNLOGGED TABLE {view}.stage_holder (record uuid NOT NULL, holder uuid NOT NULL)
    WITH (autovacuum_vacuum_threshold = 100000, autovacuum_analyze_threshold = 100000);
COMMENT ON TABLE {view}.stage_holder IS 'Working rows of one edition: records whose numbers replaced one another';
COMMENT ON COLUMN {view}.stage_holder.record IS 'Record';
COMMENT ON COLUMN {view}.stage_holder.holder IS 'The record that stands for all of them';
