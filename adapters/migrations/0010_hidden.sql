-- What decides between statements of one instant, the same in every installation; sensitive services are no additional ones.
ALTER TABLE log.fact ADD tie bytea;
COMMENT ON COLUMN log.fact.tie IS 'What decides between statements recorded at one instant: the source''s version, then its event id (domain.order)';
UPDATE log.fact SET tie = '\x00'::bytea || uuid_send(key);

CREATE OR REPLACE FUNCTION log.is_additional(kind text, provision text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN kind IN ('early_help', 'child_in_need', 'child_protection', 'looked_after', 'youth_justice', 'asylum_support')
        OR (kind = 'involvement' AND provision = 'additional');

-- Records of sealed identities, found by the one who appends the sealing (domain.identity.sealed): what names one later is withheld.
CREATE TABLE log.sealed (
    record uuid PRIMARY KEY,
    position bigint NOT NULL,
    day int NOT NULL
);
CREATE INDEX sealed_position ON log.sealed (position);
COMMENT ON TABLE log.sealed IS 'Records whose child has a new identity, to which nothing may lead from them';
COMMENT ON COLUMN log.sealed.record IS 'Record';
COMMENT ON COLUMN log.sealed.position IS 'Position of the event that sealed it';
COMMENT ON COLUMN log.sealed.day IS 'First day of the new identity, days since 1970';
CREATE TABLE log.withheld (position bigint PRIMARY KEY);
COMMENT ON TABLE log.withheld IS 'Events that name a sealed identity: no facts are made of them';
COMMENT ON COLUMN log.withheld.position IS 'Position of the event';
ALTER TABLE log.aside DROP CONSTRAINT aside_kind_check, ADD CHECK (kind IN ('kept', 'conflict', 'withheld'));
COMMENT ON COLUMN log.aside.kind IS 'kept, conflict, or withheld: in the log, and shown to nobody but the index team';
