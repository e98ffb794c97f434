-- A row of a snapshot that names a sealed identity has come all the same: else its feed would say for ever that a row is
-- missing, and nothing that the snapshot does not list would lapse. Empty in what was withheld before.
ALTER TABLE log.withheld ADD organisation text, ADD kind text, ADD seen int, ADD provider text, ADD service text, ADD worker text, ADD team text;
CREATE INDEX withheld_seen ON log.withheld (organisation, kind, seen) WHERE seen IS NOT NULL;
COMMENT ON COLUMN log.withheld.organisation IS 'Of a row of a snapshot: organisation that published it; null of any other event, as are the columns after it';
COMMENT ON COLUMN log.withheld.kind IS 'Kind of entry that the snapshot lists';
COMMENT ON COLUMN log.withheld.seen IS 'Day on which the row was written down, days since 1970';
COMMENT ON COLUMN log.withheld.provider IS 'Who provides';
COMMENT ON COLUMN log.withheld.service IS 'Service';
COMMENT ON COLUMN log.withheld.worker IS 'Worker, as organisation:staff id';
COMMENT ON COLUMN log.withheld.team IS 'Team, as organisation:code';
