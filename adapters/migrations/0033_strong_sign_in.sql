-- How strongly somebody signed in, which notice they have acknowledged, and what they had typed when they could not go on.
ALTER TABLE access.session
    ADD COLUMN acr text,
    ADD COLUMN signed_in_at timestamptz,
    ADD COLUMN notice smallint,
    ADD COLUMN typed_at timestamptz,
    ADD COLUMN typed_page text,
    ADD COLUMN typed bytea,
    ADD CHECK ((typed IS NULL) = (typed_at IS NULL) AND (typed IS NULL) = (typed_page IS NULL));
CREATE INDEX session_typed ON access.session (viewer, typed_at) WHERE typed IS NOT NULL;
COMMENT ON COLUMN access.session.acr IS 'How they signed in at their issuer, in its own word (OpenID Connect acr); null: it did not say';
COMMENT ON COLUMN access.session.signed_in_at IS 'When they signed in there (auth_time); null: it did not say';
COMMENT ON COLUMN access.session.notice IS 'The version of the notice for staff that they have acknowledged; null: none';
COMMENT ON COLUMN access.session.typed_at IS 'When they sent a form that could not be taken, as their time was over';
COMMENT ON COLUMN access.session.typed_page IS 'The page on which that form is typed; it names nobody';
COMMENT ON COLUMN access.session.typed IS 'What they had typed, sealed for them alone, until it is shown to them again or half an hour is over';
