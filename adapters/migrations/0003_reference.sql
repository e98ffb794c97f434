-- Reference data and staff are found by what they are; a lead that takes over from another says so.
ALTER TABLE log.fact ADD takes_over boolean;
COMMENT ON COLUMN log.fact.takes_over IS 'A nomination that, once accepted, ends whoever led in the same role and scope';
ALTER TABLE log.fact ADD onward boolean;
COMMENT ON COLUMN log.fact.onward IS 'An end that says where the child went';
ALTER TABLE log.fact ADD due int, ADD backfill boolean;
COMMENT ON COLUMN log.fact.due IS 'Day of the next review';
COMMENT ON COLUMN log.fact.backfill IS 'Sent as backfill or snapshot: kept out of what changed';
ALTER TABLE log.fact ADD seen int, ADD lists text, ADD listed int, ADD former uuid;
COMMENT ON COLUMN log.fact.former IS 'Record of a number that the subject''s own has replaced';
COMMENT ON COLUMN log.fact.seen IS 'Day on which a row of a snapshot was written down';
COMMENT ON COLUMN log.fact.lists IS 'Kind of entry that a snapshot lists, by its report';
COMMENT ON COLUMN log.fact.listed IS 'How many it lists';
CREATE INDEX fact_seen ON log.fact (organisation, kind, seen) WHERE seen IS NOT NULL;
CREATE INDEX fact_reference ON log.fact (kind, position) WHERE act = 18;

CREATE FUNCTION log.months_after(day int, months int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (DATE '1970-01-01' + day + make_interval(months => months))::date - DATE '1970-01-01';
COMMENT ON FUNCTION log.months_after(int, int) IS 'The same day of the month some months later, or the last one of that month';

DROP FUNCTION log.five_working_days_after(int);
DROP FUNCTION log.twelve_months_after(int);

CREATE FUNCTION log.school_year_starts(day int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (date_trunc('year', DATE '1970-01-01' + day - INTERVAL '8 months') + INTERVAL '8 months')::date - DATE '1970-01-01';
COMMENT ON FUNCTION log.school_year_starts(int) IS 'The first of September on or before a day';

-- The standing marks that a rule rests on, whose positions only the log has: looked up for long absences alone, one by one
-- by their indexes, which a plan made while the tables are small would not do.
CREATE FUNCTION log.marks_of(records uuid[], first int, last int, categories smallint[], head bigint) RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE
    SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
BEGIN ATOMIC
    SELECT array_agg(k.position) FROM (
        SELECT m.position, s.category, rank() OVER (PARTITION BY m.record, m.school, m.day, s.slot ORDER BY m.recorded_at DESC, s.category DESC) AS nth
        FROM log.event v JOIN log.fact_mark m ON m.position = v.originator_version AND m.day BETWEEN first AND last
        CROSS JOIN LATERAL (VALUES (0, m.am), (1, m.pm)) AS s (slot, category)
        WHERE v.originator_id = ANY(records) AND v.originator_version <= head AND s.category IS NOT NULL AND NOT EXISTS (
            SELECT FROM log.fact t JOIN log.inbox i ON i.key = t.target_key
            WHERE t.record = m.record AND t.act = 15 AND t.position <= head AND i.position = m.position)) k
    WHERE k.nth = 1 AND k.category = ANY(categories);
END;
COMMENT ON FUNCTION log.marks_of(uuid[], int, int, smallint[], bigint) IS 'Positions of the standing marks of some records on the days [first, last] that are of some categories, as known at a position';
