-- The roles that our connections take on: who answers questions writes no entry's table, who writes entries can change none, and who
-- seals can change no entry either. A role is one of the server's, for all its databases; its rights are this database's.
-- This is run after the migrations, each time: a right that is added is added here.
CREATE OR REPLACE FUNCTION access.grant_roles() RETURNS text[]
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    one text;
    taken text := CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END;
    missing text[] := '{}';
BEGIN
    FOREACH one IN ARRAY ARRAY['icr_reader', 'icr_discloser', 'icr_sealer'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = one)
            AND (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', one);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL; -- another database's migration made it at this moment
            END;
        END IF;
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = one) THEN
            IF NOT pg_has_role(one, taken) THEN
                BEGIN
                    EXECUTE format('GRANT %I TO %I', one, current_user);
                EXCEPTION WHEN insufficient_privilege THEN
                    missing := missing || one;
                END;
            END IF;
            EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA access, log FROM %I', one);
            EXECUTE format('GRANT USAGE ON SCHEMA access, log TO %I', one);
        ELSE
            missing := missing || one;
        END IF;
    END LOOP;
    REVOKE EXECUTE ON FUNCTION access.make_months(date, date), access.sum_up(bigint, timestamptz, timestamptz) FROM PUBLIC;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'icr_reader') THEN
        GRANT USAGE ON SCHEMA view_a, view_b TO icr_reader;
        GRANT SELECT ON ALL TABLES IN SCHEMA log, access, view_a, view_b TO icr_reader;
        ALTER DEFAULT PRIVILEGES IN SCHEMA log, access, view_a, view_b GRANT SELECT ON TABLES TO icr_reader;
        -- Who is signed in, and by what, is noted on the connection on which questions are answered; it is no entry.
        GRANT INSERT, UPDATE, DELETE ON access.session, access.assertion TO icr_reader;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'icr_discloser') THEN
        GRANT INSERT ON access.context, access.content, access.shown, access.pending, access.entry TO icr_discloser;
        GRANT INSERT (record, class, period, wrapped) ON log.data_key TO icr_discloser;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'icr_sealer') THEN
        GRANT SELECT ON access.entry, access.pending, access.leaf, access.tile, access.checkpoint, log.head TO icr_sealer;
        GRANT DELETE ON access.pending TO icr_sealer;
        GRANT INSERT ON access.leaf, access.tile, access.checkpoint TO icr_sealer;
        GRANT UPDATE (nodes) ON access.tile TO icr_sealer;
        GRANT UPDATE (published_at) ON access.checkpoint TO icr_sealer;
        GRANT EXECUTE ON FUNCTION access.make_months(date, date), access.sum_up(bigint, timestamptz, timestamptz) TO icr_sealer;
    END IF;
    RETURN missing;
END
$$;
COMMENT ON FUNCTION access.grant_roles() IS 'Makes the roles of the access log where that is allowed, and gives them their rights; the names of those that are missing';
REVOKE EXECUTE ON FUNCTION access.grant_roles() FROM PUBLIC;
SELECT access.grant_roles();
