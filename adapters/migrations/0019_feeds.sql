-- In each set of views; {view} is the set's schema. What answers looked for among all rows is found by index.

-- How far each feed said last that it is complete.
CREATE TABLE {view}.feed (
    organisation text NOT NULL,
    event_type text NOT NULL,
    complete_through int NOT NULL,
    told_through int NOT NULL,
    recorded_at bigint NOT NULL,
    tie bytea NOT NULL,
    from_ed int NOT NULL,
    to_ed int
);
-- What stands now names every feed, since none is ever taken back; of each, an edition's row is one look-up away.
CREATE INDEX ON {view}.feed (organisation, event_type) WHERE to_ed IS NULL;
CREATE UNIQUE INDEX ON {view}.feed (organisation, event_type, from_ed);
COMMENT ON TABLE {view}.feed IS 'The last report of each feed, by what its agency wrote down last; a row holds for editions [from_ed, to_ed)';
COMMENT ON COLUMN {view}.feed.organisation IS 'Organisation that publishes';
COMMENT ON COLUMN {view}.feed.event_type IS 'Event type of the feed';
COMMENT ON COLUMN {view}.feed.complete_through IS 'Last day for which it is complete, as far as a snapshot that was cut off lets it be';
COMMENT ON COLUMN {view}.feed.told_through IS 'Last day for which its last report says that it is complete';
COMMENT ON COLUMN {view}.feed.recorded_at IS 'When the report was recorded, microseconds';
COMMENT ON COLUMN {view}.feed.tie IS 'What decides between reports of one instant';
COMMENT ON COLUMN {view}.feed.from_ed IS 'First edition it holds in';
COMMENT ON COLUMN {view}.feed.to_ed IS 'First edition it no longer holds in';

-- Of a record mostly entries of one kind are asked for; of the few shields, whose they are.
DROP INDEX {view}.entry_record_idx;
CREATE INDEX ON {view}.entry (record, kind);
CREATE INDEX ON {view}.entry (record) WHERE kind = 'shield';

-- The organisation whose feed a report speaks of: of an authority's, of one school's roll, the school.
CREATE FUNCTION {view}.feed_of(report log.fact) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN report.lists = 'enrolment' AND report.provider LIKE 'la-%' AND report.scope ~ '^[0-9]{6}$' THEN 'urn-' || report.scope ELSE report.provider END
$$;
COMMENT ON FUNCTION {view}.feed_of(log.fact) IS 'The organisation whose feed a report speaks of';

-- What stands now, so that answers about now hold before `icr rebuild` has made the editions of before.
INSERT INTO {view}.feed (organisation, event_type, complete_through, told_through, recorded_at, tie, from_ed)
SELECT DISTINCT ON (1, 2) {view}.feed_of(f), f.service, f.until, f.until, f.recorded_at, f.tie, s.edition
FROM log.fact f, {view}.state s WHERE f.act = 16 AND f.position <= s.position
ORDER BY 1, 2, f.recorded_at DESC, f.tie DESC, f.until DESC;
