-- What officers ask of a whole year's looks is read from three small tables, kept in the very transaction that gives entries their leaves
-- (docs/decisions/0071). They hold what stands beside the entries' leaves, random ids of children included, and nothing of its own.
CREATE TABLE access.looks_of_day (
    day int NOT NULL,
    organisation text NOT NULL,
    rule text NOT NULL,
    times bigint NOT NULL,
    PRIMARY KEY (day, organisation, rule)
);
COMMENT ON TABLE access.looks_of_day IS 'How many looks there were, of entries that have a leaf';
COMMENT ON COLUMN access.looks_of_day.day IS 'Day in London, from 1 January 1970';
COMMENT ON COLUMN access.looks_of_day.organisation IS 'For which organisation; empty: for none';
COMMENT ON COLUMN access.looks_of_day.rule IS 'The rule that decided; empty: none was asked for';
COMMENT ON COLUMN access.looks_of_day.times IS 'How many looks';

CREATE TABLE access.person_day (
    day int NOT NULL,
    viewer text NOT NULL,
    organisation text NOT NULL,
    children uuid[] NOT NULL,
    last timestamptz NOT NULL,
    PRIMARY KEY (day, viewer, organisation)
);
COMMENT ON TABLE access.person_day IS 'Whose records somebody opened on a day, of entries that have a leaf';
COMMENT ON COLUMN access.person_day.day IS 'Day in London, from 1 January 1970';
COMMENT ON COLUMN access.person_day.viewer IS 'Who looked';
COMMENT ON COLUMN access.person_day.organisation IS 'For which organisation; empty: for none';
COMMENT ON COLUMN access.person_day.children IS 'Children, each once, in the order of their ids';
COMMENT ON COLUMN access.person_day.last IS 'The last look of the day';

CREATE TABLE access.looked_at (
    viewer text NOT NULL,
    child uuid NOT NULL,
    organisation text NOT NULL,
    works text NOT NULL,
    rule text NOT NULL,
    first timestamptz NOT NULL,
    last timestamptz NOT NULL,
    PRIMARY KEY (viewer, child, organisation, works, rule)
);
COMMENT ON TABLE access.looked_at IS 'Who has opened whose record by which rule, of entries that have a leaf';
COMMENT ON COLUMN access.looked_at.viewer IS 'Who looked';
COMMENT ON COLUMN access.looked_at.child IS 'Whose record was opened';
COMMENT ON COLUMN access.looked_at.organisation IS 'For which organisation; empty: for none';
COMMENT ON COLUMN access.looked_at.works IS 'Whose work it was for: the viewer''s own, or of whom they acted for';
COMMENT ON COLUMN access.looked_at.rule IS 'The rule that decided; empty: none was asked for';
COMMENT ON COLUMN access.looked_at.first IS 'The first such look';
COMMENT ON COLUMN access.looked_at.last IS 'The last such look';

CREATE TABLE access.summed (
    size bigint NOT NULL CHECK (size >= 0),
    one boolean PRIMARY KEY DEFAULT true CHECK (one)
);
COMMENT ON TABLE access.summed IS 'How far the summary of looks goes; one row, none while it is empty';
COMMENT ON COLUMN access.summed.size IS 'Leaves that it takes in: those of the tree';
COMMENT ON COLUMN access.summed.one IS 'Keeps it to one row';

-- A look, as the summary has it.
CREATE VIEW access.look AS
SELECT l.index, e.at, (e.at AT TIME ZONE 'Europe/London')::date - DATE '1970-01-01' AS day, e.viewer, coalesce(e.acting_for, e.viewer) AS works,
    coalesce(e.organisation, '') AS organisation, e.child, coalesce(e.rule, '') AS rule
FROM access.leaf l JOIN access.entry e ON e.id = l.entry WHERE e.child IS NOT NULL AND e.outcome = 'shown';
COMMENT ON VIEW access.look IS 'Entries that have a leaf, and by which somebody opened a record';
COMMENT ON COLUMN access.look.index IS 'Its leaf';
COMMENT ON COLUMN access.look.at IS 'When';
COMMENT ON COLUMN access.look.day IS 'Day in London, from 1 January 1970';
COMMENT ON COLUMN access.look.viewer IS 'Who looked';
COMMENT ON COLUMN access.look.works IS 'Whose work it was for: the viewer''s own, or of whom they acted for';
COMMENT ON COLUMN access.look.organisation IS 'For which organisation; empty: for none';
COMMENT ON COLUMN access.look.child IS 'Whose record was opened';
COMMENT ON COLUMN access.look.rule IS 'The rule that decided; empty: none was asked for';

-- Takes the leaves that the summary lacks into it; how many. Of leaves from `known` on whoever calls knows that their entries are of
-- `since` to `until`: so a month is looked into, not all. It does so as its owner, so that nobody else needs to write these tables. Of how
-- many entries an instant has the planner knows nothing: it must not look through them once for each leaf.
CREATE FUNCTION access.sum_up(known bigint DEFAULT NULL, since timestamptz DEFAULT NULL, until timestamptz DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan SET work_mem = '64MB' SET enable_nestloop = off AS $$
DECLARE
    begun bigint := coalesce((SELECT s.size FROM access.summed s), 0);
    ended bigint := coalesce((SELECT max(l.index) + 1 FROM access.leaf l), 0);
BEGIN
    IF begun >= ended THEN
        RETURN 0;
    END IF;
    IF known IS NULL OR begun < known THEN
        since := '-infinity';
        until := 'infinity';
    END IF;
    WITH look AS MATERIALIZED (
        SELECT * FROM access.look l WHERE l.index >= begun AND l.index < ended AND l.at BETWEEN since AND until
    ), days AS (
        INSERT INTO access.person_day AS d (day, viewer, organisation, children, last)
        SELECT n.day, n.viewer, n.organisation, array_agg(DISTINCT n.child), max(n.at) FROM look n GROUP BY n.day, n.viewer, n.organisation
        ON CONFLICT (day, viewer, organisation) DO UPDATE SET last = greatest(d.last, excluded.last),
            children = CASE WHEN d.children @> excluded.children THEN d.children
                ELSE (SELECT array_agg(DISTINCT c) FROM unnest(d.children || excluded.children) AS u (c)) END
    ), pairs AS (
        INSERT INTO access.looked_at AS p (viewer, child, organisation, works, rule, first, last)
        SELECT n.viewer, n.child, n.organisation, n.works, n.rule, min(n.at), max(n.at) FROM look n
        GROUP BY n.viewer, n.child, n.organisation, n.works, n.rule
        ON CONFLICT (viewer, child, organisation, works, rule)
        DO UPDATE SET first = least(p.first, excluded.first), last = greatest(p.last, excluded.last)
    )
    INSERT INTO access.looks_of_day AS t (day, organisation, rule, times)
    SELECT n.day, n.organisation, n.rule, count(*) FROM look n GROUP BY n.day, n.organisation, n.rule
    ON CONFLICT (day, organisation, rule) DO UPDATE SET times = t.times + excluded.times;
    INSERT INTO access.summed AS s (size) VALUES (ended) ON CONFLICT (one) DO UPDATE SET size = excluded.size;
    RETURN ended - begun;
END
$$;
COMMENT ON FUNCTION access.sum_up(bigint, timestamptz, timestamptz) IS 'Takes the leaves that the summary of looks lacks into it; how many';
REVOKE EXECUTE ON FUNCTION access.sum_up(bigint, timestamptz, timestamptz) FROM PUBLIC;
SELECT access.sum_up();

-- What else is asked of a year is read from indexes alone. Of one child, by whose work it was for:
CREATE INDEX entry_of_child ON access.entry (child, (coalesce(acting_for, viewer)), at)
    INCLUDE (viewer, acting_for, organisation, outcome, kind, rule, opening, id) WHERE child IS NOT NULL;
DROP INDEX access.entry_child;
-- outside the hours in which most people work,
CREATE FUNCTION access.out_of_hours(at timestamptz) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT extract(isodow FROM at AT TIME ZONE 'Europe/London') >= 6 OR extract(hour FROM at AT TIME ZONE 'Europe/London') NOT BETWEEN 7 AND 19
$$;
COMMENT ON FUNCTION access.out_of_hours(timestamptz) IS 'Whether it is before 7 in the morning, after 8 in the evening, a Saturday or a Sunday in London';
CREATE INDEX entry_out_of_hours ON access.entry (viewer, at) INCLUDE (organisation, child, rule, opening, id)
    WHERE child IS NOT NULL AND outcome = 'shown' AND access.out_of_hours(at);
-- with a reason,
DROP INDEX access.entry_opening;
CREATE INDEX entry_opening ON access.entry (opening, at) INCLUDE (viewer, acting_for, organisation, child, outcome, kind, rule, id)
    WHERE opening IS NOT NULL;
-- refused,
CREATE INDEX entry_refused ON access.entry (viewer, at) INCLUDE (organisation, id) WHERE outcome = 'refused';
-- and searches, by who made them and by what they were for. How many children one found is counted among what was shown.
ALTER TABLE access.entry ADD COLUMN found smallint;
COMMENT ON COLUMN access.entry.found IS 'Of a search how many children it found; null: no search';
UPDATE access.entry e SET found = (SELECT count(*) FROM access.shown s WHERE s.entry = e.id AND s.at = e.at
    AND s.child <> '00000000-0000-0000-0000-000000000000') WHERE e.kind = 'FindChildren';
CREATE INDEX entry_search ON access.entry (viewer, at) INCLUDE (organisation, outcome, found, probe, id) WHERE kind = 'FindChildren';
DROP INDEX access.entry_probe;
CREATE INDEX entry_probe ON access.entry (probe, viewer, at) INCLUDE (organisation, outcome, kind, id) WHERE probe IS NOT NULL;
