-- In each set of views; {view} is the set's schema. Records that an edition could not take in, and until which one.
CREATE TABLE {view}.mending (
    record uuid NOT NULL,
    position bigint NOT NULL,
    cause text NOT NULL,
    part text NOT NULL,
    from_ed int NOT NULL,
    to_ed int
);
CREATE UNIQUE INDEX ON {view}.mending (record) WHERE to_ed IS NULL;
CREATE INDEX ON {view}.mending (record);
CREATE INDEX ON {view}.mending (to_ed);
COMMENT ON TABLE {view}.mending IS 'Records being mended: their events of editions [from_ed, to_ed) were not taken in before edition to_ed';
COMMENT ON COLUMN {view}.mending.record IS 'Record';
COMMENT ON COLUMN {view}.mending.position IS 'First position that was not taken in';
COMMENT ON COLUMN {view}.mending.cause IS 'SQLSTATE or kind of the error; busy_record where it is only put off';
COMMENT ON COLUMN {view}.mending.part IS 'Part of the projection that failed';
COMMENT ON COLUMN {view}.mending.from_ed IS 'First edition that is without the record''s new events';
COMMENT ON COLUMN {view}.mending.to_ed IS 'Edition that took them in; null while the record is being mended';

CREATE UNLOGGED TABLE {view}.stage_apart (record uuid PRIMARY KEY);
COMMENT ON TABLE {view}.stage_apart IS 'Working rows of one edition: records that it leaves out';
COMMENT ON COLUMN {view}.stage_apart.record IS 'Record';
CREATE UNLOGGED TABLE {view}.stage_mended (record uuid PRIMARY KEY, position bigint NOT NULL);
COMMENT ON TABLE {view}.stage_mended IS 'Working rows of one edition: records that it takes in again, and from which position on';
COMMENT ON COLUMN {view}.stage_mended.record IS 'Record';
COMMENT ON COLUMN {view}.stage_mended.position IS 'First position that was not taken in';

-- What an edition takes in: its range of the log without the records it leaves out, and what was missed of those it takes in
-- again. Written as texts, so that columns added later are in their answers; the planner puts them in the place of the call.
CREATE FUNCTION {view}.new_facts(lo bigint, hi bigint) RETURNS SETOF log.fact LANGUAGE sql STABLE AS $$
    SELECT f.* FROM log.fact f WHERE f.position BETWEEN lo AND hi AND NOT EXISTS (SELECT FROM {view}.stage_apart a WHERE a.record = f.record)
    UNION ALL
    SELECT f.* FROM {view}.stage_mended m CROSS JOIN LATERAL (
        SELECT f.* FROM log.fact f WHERE f.record = m.record AND f.position BETWEEN m.position AND lo - 1 OFFSET 0) f
$$;
COMMENT ON FUNCTION {view}.new_facts(bigint, bigint) IS 'Facts that an edition takes in';
CREATE FUNCTION {view}.new_marks(lo bigint, hi bigint) RETURNS SETOF log.fact_mark LANGUAGE sql STABLE AS $$
    SELECT f.* FROM log.fact_mark f WHERE f.position BETWEEN lo AND hi AND NOT EXISTS (SELECT FROM {view}.stage_apart a WHERE a.record = f.record)
    UNION ALL
    SELECT f.* FROM {view}.stage_mended m CROSS JOIN LATERAL (
        SELECT f.* FROM log.fact_mark f WHERE f.record = m.record AND f.position BETWEEN m.position AND lo - 1 OFFSET 0) f
$$;
COMMENT ON FUNCTION {view}.new_marks(bigint, bigint) IS 'Attendance marks that an edition takes in';

-- An edition that takes a record in again adds no position: it ends where the one before it does.
DROP INDEX IF EXISTS log.edition_last;
CREATE INDEX IF NOT EXISTS edition_by_last ON log.edition (last);
