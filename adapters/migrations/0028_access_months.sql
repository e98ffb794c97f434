-- What was shown stands by months, as entries do, so that a month whose time of keeping is over goes as a whole.
-- An entry of a month that has no partition yet goes to the rest: none fails for it.
ALTER TABLE access.shown RENAME TO shown_before;
ALTER TABLE access.shown_before RENAME CONSTRAINT shown_pkey TO shown_before_pkey;
ALTER INDEX access.shown_child RENAME TO shown_before_child;

CREATE TABLE access.shown (
    entry uuid NOT NULL,
    number smallint NOT NULL,
    child uuid NOT NULL,
    opened boolean NOT NULL,
    records uuid[] NOT NULL,
    digests bytea[] NOT NULL,
    places smallint[] NOT NULL,
    classes smallint[] NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (entry, number, at)
) PARTITION BY RANGE (at);
CREATE TABLE access.shown_rest PARTITION OF access.shown DEFAULT;
CREATE INDEX shown_child ON access.shown (child, entry);
COMMENT ON TABLE access.shown IS 'The parts of an entry, by child: each is of one record, or of the child as a whole; a partition for each month';
COMMENT ON COLUMN access.shown.entry IS 'Entry';
COMMENT ON COLUMN access.shown.number IS 'Which child of the entry, from 0';
COMMENT ON COLUMN access.shown.child IS 'Child; all zeros for what is of no child';
COMMENT ON COLUMN access.shown.opened IS 'Whether the child''s record was opened, or only listed';
COMMENT ON COLUMN access.shown.records IS 'Of each part the record it is of; the child''s own id for what is of the child as a whole';
COMMENT ON COLUMN access.shown.digests IS 'Of each part the commitment to its content';
COMMENT ON COLUMN access.shown.classes IS 'Of each part whose key seals it: 0 nobody''s, 1 that of the child as a whole, 2 the record''s';
COMMENT ON COLUMN access.shown.places IS 'Of each part its place among all parts of the entry';
COMMENT ON COLUMN access.shown.at IS 'The entry''s time, by which its partition is found';

-- What is of no entry, which somebody has put there, is kept for the check to name.
INSERT INTO access.shown
SELECT b.entry, b.number, b.child, b.opened, b.records, b.digests, b.places, b.classes, coalesce(e.at, 'epoch')
FROM access.shown_before b LEFT JOIN (SELECT id, min(at) AS at FROM access.entry GROUP BY id) e ON e.id = b.entry;
DROP TABLE access.shown_before;

-- Makes the months of some days, the first to the last, and takes what went to the rest meanwhile into them; how many were made.
-- Whoever reads the whole log for hours holds the rest: it is waited for only shortly, and tried again later.
CREATE FUNCTION access.make_months(first date, last date) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '500ms' SET timezone = 'UTC' AS $$
DECLARE
    made int := 0;
    month date := date_trunc('month', first)::date;
    begins timestamptz;
    ends timestamptz;
    divided text;
    part text;
BEGIN
    PERFORM pg_advisory_xact_lock(470941703); -- 0x1C_12_0007: one at a time
    WHILE month <= last LOOP
        begins := month;
        ends := (month + interval '1 month')::date;
        FOREACH divided IN ARRAY ARRAY['entry', 'shown'] LOOP
            part := divided || to_char(month, '_YYYY_MM');
            IF to_regclass('access.' || part) IS NULL THEN
                EXECUTE format('LOCK TABLE access.%I IN ACCESS EXCLUSIVE MODE', divided || '_rest');
                EXECUTE format('CREATE TABLE access.%I (LIKE access.%I INCLUDING CONSTRAINTS)', part, divided);
                EXECUTE format(
                    'WITH moved AS (DELETE FROM access.%I WHERE at >= %L AND at < %L RETURNING *) INSERT INTO access.%I SELECT * FROM moved',
                    divided || '_rest', begins, ends, part);
                EXECUTE format(
                    'ALTER TABLE access.%I ATTACH PARTITION access.%I FOR VALUES FROM (%L) TO (%L)', divided, part, begins, ends);
                made := made + 1;
            END IF;
        END LOOP;
        month := (month + interval '1 month')::date;
    END LOOP;
    RETURN made;
END
$$;
COMMENT ON FUNCTION access.make_months(date, date) IS 'Makes the partitions of months; the sealer may, which owns nothing';
REVOKE EXECUTE ON FUNCTION access.make_months(date, date) FROM PUBLIC;

-- From the first day on: of what is there already, of this month and of the next.
DO $$
DECLARE
    month date;
BEGIN
    FOR month IN SELECT DISTINCT date_trunc('month', at AT TIME ZONE 'UTC')::date FROM access.entry ORDER BY 1 LOOP
        PERFORM access.make_months(month, month);
    END LOOP;
    PERFORM access.make_months((now() AT TIME ZONE 'UTC')::date, (now() AT TIME ZONE 'UTC' + interval '1 month')::date);
END
$$;

-- A process that ends in good order says so in an entry, by which its chain is closed.
ALTER TABLE access.entry DROP CONSTRAINT entry_outcome_check;
ALTER TABLE access.entry ADD CONSTRAINT entry_outcome_check CHECK (outcome IN ('shown', 'nothing', 'refused', 'failed', 'ended'));
COMMENT ON COLUMN access.entry.outcome IS 'Shown, nothing known, refused, or failed; ended: no access, the process that wrote entries has ended';
