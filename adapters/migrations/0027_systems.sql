-- Systems that sign in, and who sent what is kept (access.md 6).
CREATE TABLE access.assertion (
    id bytea PRIMARY KEY CHECK (length(id) = 32),
    client text NOT NULL,
    ends_at timestamptz NOT NULL
);
CREATE INDEX assertion_ends ON access.assertion (ends_at);
COMMENT ON TABLE access.assertion IS 'What systems have signed in with, so that each is taken once; cleared when it has run out';
COMMENT ON COLUMN access.assertion.id IS 'SHA-256 of the client and its own id of the assertion (jti)';
COMMENT ON COLUMN access.assertion.client IS 'Which client signed it, by its id in the file of clients';
COMMENT ON COLUMN access.assertion.ends_at IS 'From when it would be refused anyway, by the service''s clock';

ALTER TABLE log.aside ADD COLUMN sender text;
COMMENT ON COLUMN log.aside.sender IS 'Who sent it, where that is known: a client that signed in, or the publisher of a topic; null: a gateway, a connector, or not known';
