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
ALTER TABLE {view}.entry ADD absent_from int;
COMMENT ON COLUMN {view}.entry.absent_from IS 'First day of the first snapshot that would list it and does not, since it was last heard of';
ALTER TABLE {view}.stage_entry ADD absent_from int;
ALTER TABLE {view}.stage_fact ADD seen int;
ALTER TABLE {view}.edge ADD former boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN {view}.edge.former IS 'The other record is of a number that was replaced';
CREATE TABLE {view}.snapshot (
    position bigint PRIMARY KEY,
    organisation text NOT NULL,
    kind text NOT NULL,
    scope text,
    first int NOT NULL,
    last int NOT NULL,
    listed int NOT NULL,
    whole_ed int
);
COMMENT ON TABLE {view}.snapshot IS 'One row a snapshot that was reported (domain.timeline.snapshots)';
COMMENT ON COLUMN {view}.snapshot.position IS 'Its report';
COMMENT ON COLUMN {view}.snapshot.organisation IS 'Who sent it';
COMMENT ON COLUMN {view}.snapshot.kind IS 'What it lists';
COMMENT ON COLUMN {view}.snapshot.scope IS 'Provider, service or team, where not of the whole organisation';
COMMENT ON COLUMN {view}.snapshot.first IS 'First day on which its rows were written down';
COMMENT ON COLUMN {view}.snapshot.last IS 'Last one';
COMMENT ON COLUMN {view}.snapshot.listed IS 'How many rows it has';
COMMENT ON COLUMN {view}.snapshot.whole_ed IS 'Edition in which the last of them had come';
CREATE TABLE {view}.tally (
    record uuid NOT NULL,
    school text NOT NULL,
    year int NOT NULL,
    possible int NOT NULL,
    absent int NOT NULL,
    latest int NOT NULL,
    seen int,
    away boolean NOT NULL,
    PRIMARY KEY (record, year, school)
) WITH (fillfactor = 70);
COMMENT ON TABLE {view}.tally IS 'Sessions of a school year by the marks that stand; says only of which children severe absence is to be worked out';
COMMENT ON COLUMN {view}.tally.record IS 'Record';
COMMENT ON COLUMN {view}.tally.school IS 'School''s URN';
COMMENT ON COLUMN {view}.tally.year IS 'First day of the school year';
COMMENT ON COLUMN {view}.tally.possible IS 'Possible sessions';
COMMENT ON COLUMN {view}.tally.absent IS 'Those of them that were missed';
COMMENT ON COLUMN {view}.tally.latest IS 'Last day marked';
COMMENT ON COLUMN {view}.tally.seen IS 'Last of them on which a session was required';
COMMENT ON COLUMN {view}.tally.away IS 'Whether the child may have been absent without authorisation on all of it';
CREATE UNLOGGED TABLE {view}.stage_tally (record uuid NOT NULL, school text NOT NULL, year int NOT NULL, possible int NOT NULL, absent int NOT NULL,
    ran int NOT NULL, first int NOT NULL, last int NOT NULL, seen int, away boolean NOT NULL, before int NOT NULL, seen_before int, away_before boolean);
COMMENT ON TABLE {view}.stage_tally IS 'Working rows of one edition: what its marks change in tally';
COMMENT ON COLUMN {view}.stage_tally.record IS 'Record';
COMMENT ON COLUMN {view}.stage_tally.school IS 'School''s URN';
COMMENT ON COLUMN {view}.stage_tally.year IS 'First day of the school year';
COMMENT ON COLUMN {view}.stage_tally.possible IS 'More possible sessions than before';
COMMENT ON COLUMN {view}.stage_tally.absent IS 'More of them that were missed';
COMMENT ON COLUMN {view}.stage_tally.ran IS 'How many of the days marked anew were wholly absent without authorisation';
COMMENT ON COLUMN {view}.stage_tally.seen IS 'tally.seen from now on';
COMMENT ON COLUMN {view}.stage_tally.away IS 'tally.away from now on';
COMMENT ON COLUMN {view}.stage_tally.seen_before IS 'tally.seen as it was';
COMMENT ON COLUMN {view}.stage_tally.away_before IS 'tally.away as it was';
COMMENT ON COLUMN {view}.stage_tally.first IS 'First day marked anew';
COMMENT ON COLUMN {view}.stage_tally.last IS 'Last day marked anew';
COMMENT ON COLUMN {view}.stage_tally.before IS 'Last day that had been marked before, or -1';
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
CREATE INDEX ON {view}.stage_own (child);
CREATE UNLOGGED TABLE {view}.stage_gp_gap (child uuid NOT NULL, days int4range NOT NULL);
COMMENT ON TABLE {view}.stage_gp_gap IS 'Working rows of one edition: days on which those children were registered with no practice any more';
COMMENT ON COLUMN {view}.stage_gp_gap.child IS 'Child';
COMMENT ON COLUMN {view}.stage_gp_gap.days IS 'Days';
