-- What decides between statements of one instant, the same in every installation; sensitive services are no additional ones.
ALTER TABLE log.fact ADD tie bytea;
COMMENT ON COLUMN log.fact.tie IS 'What decides between statements recorded at one instant: the source''s version, then its event id (domain.order)';
UPDATE log.fact SET tie = '\x00'::bytea || uuid_send(key);

CREATE OR REPLACE FUNCTION log.is_additional(kind text, provision text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN kind IN ('early_help', 'child_in_need', 'child_protection', 'looked_after', 'youth_justice', 'asylum_support')
        OR (kind = 'involvement' AND provision = 'additional');
