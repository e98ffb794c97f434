-- Who is signed in (access.md 6). No content of any child's record stands here.
CREATE TABLE access.session (
    id bytea PRIMARY KEY CHECK (length(id) = 32),
    viewer text NOT NULL,
    organisation text NOT NULL,
    issuer text NOT NULL,
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    ended_at timestamptz,
    CHECK (seen_at >= created_at)
);
CREATE INDEX session_viewer ON access.session (viewer) WHERE ended_at IS NULL;
COMMENT ON TABLE access.session IS 'Who has signed in to the pages, from when until when';
COMMENT ON COLUMN access.session.id IS 'SHA-256 of the random id that the browser keeps';
COMMENT ON COLUMN access.session.viewer IS 'Who: organisation and staff id';
COMMENT ON COLUMN access.session.organisation IS 'For which organisation';
COMMENT ON COLUMN access.session.issuer IS 'Which issuer vouched for that, by its name in the settings';
COMMENT ON COLUMN access.session.created_at IS 'When they signed in, of the service''s clock';
COMMENT ON COLUMN access.session.seen_at IS 'Their last request';
COMMENT ON COLUMN access.session.ended_at IS 'When they signed out, or were signed out; null: it goes on until a limit';
