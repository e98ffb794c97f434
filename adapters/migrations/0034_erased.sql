-- What was erased stays named by its random id alone: so that nothing made meanwhile by a process that remembers the record comes to be,
-- and so that what others' events name of it leads nowhere (docs/decisions/0063).
CREATE TABLE log.erased (
    record uuid PRIMARY KEY,
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    erasure text NOT NULL,
    position bigint NOT NULL,
    at timestamptz NOT NULL,
    done_at timestamptz
);
CREATE INDEX erased_unfinished ON log.erased (erasure) WHERE done_at IS NULL;
COMMENT ON TABLE log.erased IS 'Records that were erased: their keys are destroyed and their rows are gone';
COMMENT ON COLUMN log.erased.record IS 'Record, by an id that leads nowhere any more';
COMMENT ON COLUMN log.erased.number IS 'Grows with each; by it processes see that something was erased since they looked';
COMMENT ON COLUMN log.erased.erasure IS 'Id of the erasure, as its events name it';
COMMENT ON COLUMN log.erased.position IS 'Last position of the log when it was erased';
COMMENT ON COLUMN log.erased.at IS 'When';
COMMENT ON COLUMN log.erased.done_at IS 'When what it left behind in files and old editions was gone too; null while that is not done';

-- An event names somebody by a number. It means whom the number led to then: a record that begins under the number after an erasure is
-- nobody whom an event from before names.
ALTER TABLE log.subject ADD COLUMN since bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN log.subject.since IS 'Last position of the log when the row was made; 0 in rows from before this was noted';

-- No key is made again for what is erased: what a process is about to seal of it is sealed by a key that is stored nowhere.
CREATE FUNCTION log.refuse_key_of_erased() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN CASE WHEN EXISTS (SELECT FROM log.erased e WHERE e.record = NEW.record) THEN NULL ELSE NEW END;
END
$$;
COMMENT ON FUNCTION log.refuse_key_of_erased() IS 'Leaves out data keys of records that were erased';
REVOKE EXECUTE ON FUNCTION log.refuse_key_of_erased() FROM PUBLIC;
CREATE TRIGGER no_key_of_erased BEFORE INSERT ON log.data_key FOR EACH ROW EXECUTE FUNCTION log.refuse_key_of_erased();

-- Some records without those that were erased, in their order; null where none is left.
CREATE FUNCTION log.without_erased(records uuid[]) RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN records IS NULL OR NOT EXISTS (SELECT FROM log.erased e WHERE e.record = ANY(records)) THEN records
        ELSE (SELECT array_agg(r ORDER BY n) FROM unnest(records) WITH ORDINALITY AS u (r, n) WHERE NOT EXISTS (SELECT FROM log.erased e WHERE e.record = r)) END
$$;
COMMENT ON FUNCTION log.without_erased(uuid[]) IS 'Some records without those that were erased';

-- Of these questions what was asked by may name a child that the entry does not show; an erasure looks through all of them.
CREATE INDEX entry_may_name ON access.entry (at)
    WHERE outcome IN ('nothing', 'refused', 'failed') OR kind IN ('FindChildren', 'ListAccesses', 'ReplayEntry', 'AskOfficers', 'ExportAnswer');
