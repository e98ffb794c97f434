-- In each set of views; {view} is the set's schema.
ALTER TABLE {view}.entry ADD takes_over boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN {view}.entry.takes_over IS 'A lead that, once accepted, ends whoever led in the same role and scope';
ALTER TABLE {view}.stage_entry ADD takes_over boolean NOT NULL DEFAULT false;
ALTER TABLE {view}.stage_fact ADD takes_over boolean;
ALTER TABLE {view}.stage_own ADD takes_over boolean;
ALTER TABLE {view}.entry ADD onward boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN {view}.entry.onward IS 'Ended, and said where the child went';
ALTER TABLE {view}.stage_entry ADD onward boolean NOT NULL DEFAULT false;
ALTER TABLE {view}.stage_fact ADD onward boolean;
ALTER TABLE {view}.stage_own ADD onward boolean;
ALTER TABLE {view}.entry ADD due int;
COMMENT ON COLUMN {view}.entry.due IS 'Day of the next review';
ALTER TABLE {view}.stage_entry ADD due int;
ALTER TABLE {view}.stage_fact ADD due int;
ALTER TABLE {view}.stage_silence ADD age_from int, ADD age_to int;
COMMENT ON COLUMN {view}.stage_silence.age_from IS 'First day of compulsory school age';
COMMENT ON COLUMN {view}.stage_silence.age_to IS 'First day after it';
CREATE TABLE {view}.tally (
    record uuid NOT NULL,
    school text NOT NULL,
    year int NOT NULL,
    possible int NOT NULL,
    absent int NOT NULL,
    latest int NOT NULL,
    PRIMARY KEY (record, year, school)
) WITH (fillfactor = 70);
COMMENT ON TABLE {view}.tally IS 'Sessions of a school year by the marks that stand; says only of which children severe absence is to be worked out';
COMMENT ON COLUMN {view}.tally.record IS 'Record';
COMMENT ON COLUMN {view}.tally.school IS 'School''s URN';
COMMENT ON COLUMN {view}.tally.year IS 'First day of the school year';
COMMENT ON COLUMN {view}.tally.possible IS 'Possible sessions';
COMMENT ON COLUMN {view}.tally.absent IS 'Those of them that were missed';
COMMENT ON COLUMN {view}.tally.latest IS 'Last week marked, counted as in week';
CREATE UNLOGGED TABLE {view}.stage_mark (child uuid NOT NULL, record uuid NOT NULL, school text NOT NULL, day int NOT NULL, slot smallint NOT NULL,
    category smallint NOT NULL);
COMMENT ON TABLE {view}.stage_mark IS 'Working rows of one edition: standing marks of the children whose absence is worked out';
COMMENT ON COLUMN {view}.stage_mark.child IS 'Child';
COMMENT ON COLUMN {view}.stage_mark.record IS 'Record';
COMMENT ON COLUMN {view}.stage_mark.school IS 'School''s URN';
COMMENT ON COLUMN {view}.stage_mark.day IS 'Day';
COMMENT ON COLUMN {view}.stage_mark.slot IS '0 morning, 1 afternoon';
COMMENT ON COLUMN {view}.stage_mark.category IS 'Category of one session';
CREATE INDEX ON {view}.rectangle (child) WHERE rule = 'severe_absence' AND to_ed IS NULL;
CREATE UNLOGGED TABLE {view}.stage_gp_gap (child uuid NOT NULL, days int4range NOT NULL);
COMMENT ON TABLE {view}.stage_gp_gap IS 'Working rows of one edition: days on which those children were registered with no practice any more';
COMMENT ON COLUMN {view}.stage_gp_gap.child IS 'Child';
COMMENT ON COLUMN {view}.stage_gp_gap.days IS 'Days';
