-- In each set of views; {view} is the set's schema. How an edition finds the rectangles of the children that it works out again:
-- by child. By rule and first day it found those of all children, and no question can use an index of what stands now only.
DROP INDEX {view}.rectangle_rule_starts_idx;
CREATE INDEX ON {view}.rectangle (child, rule, since, starts) WHERE to_ed IS NULL;

-- Lists, bytes and ranges are not what rows are looked for by, and are the slowest to make statistics of.
ALTER TABLE {view}.week ALTER steps SET STATISTICS 0, ALTER editions SET STATISTICS 0;
ALTER TABLE {view}.entry ALTER positions SET STATISTICS 0, ALTER others SET STATISTICS 0, ALTER tie SET STATISTICS 0, ALTER contact SET STATISTICS 0;
ALTER TABLE {view}.rectangle ALTER positions SET STATISTICS 0;

DO $$
DECLARE
    named record;
BEGIN
    FOR named IN SELECT c.oid::regclass AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = '{view}' AND c.relkind = 'r' AND starts_with(c.relname, 'stage_')
    LOOP
        -- A working table that was once seen empty counts as empty in the plans made thereafter, so that it is forgotten what was
        -- seen, and the server looks at one by itself only when nobody else does.
        EXECUTE format('TRUNCATE %s', named.name);
        EXECUTE format('ALTER TABLE %s SET (autovacuum_vacuum_threshold = 100000, autovacuum_analyze_threshold = 100000)', named.name);
    END LOOP;
    FOR named IN SELECT c.oid::regclass AS name, a.attname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped JOIN pg_type t ON t.oid = a.atttypid
        WHERE n.nspname = '{view}' AND c.relkind = 'r' AND starts_with(c.relname, 'stage_')
            AND (t.typcategory IN ('A', 'R') OR t.typname = 'bytea')
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER %I SET STATISTICS 0', named.name, named.attname);
    END LOOP;
END $$;
