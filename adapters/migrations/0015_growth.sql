-- What grows without end is bounded: how much of a message is kept, what is told again and again, what is cleared.
ALTER TABLE log.aside ADD COLUMN length bigint, ADD COLUMN stored bigint, ADD COLUMN named bytea;
-- Of a sealed text 28 bytes are nonce and tag.
UPDATE log.aside SET length = octet_length(sealed) - 28, stored = octet_length(sealed) - 28;
ALTER TABLE log.aside ALTER length SET NOT NULL, ALTER stored SET NOT NULL;
CREATE INDEX aside_organisation ON log.aside (organisation) INCLUDE (stored);
CREATE INDEX aside_settled ON log.aside (settled_at) WHERE settled_at IS NOT NULL;
COMMENT ON COLUMN log.aside.length IS 'Bytes of the message';
COMMENT ON COLUMN log.aside.stored IS 'Bytes of it that are sealed here: all; the first of a giant; none beyond the quota of its organisation';
COMMENT ON COLUMN log.aside.named IS 'Event id, sealed, where the message is not stored whole and it could be read';

CREATE TABLE log.counted (
    organisation text NOT NULL,
    event_type text NOT NULL,
    word text NOT NULL CHECK (word IN ('duplicate', 'conflict', 'kept')),
    reason text NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (organisation, event_type, word, reason)
);
COMMENT ON TABLE log.counted IS 'Messages that have no row any more, or never had one: what was told before and came again, and what was cleared';
COMMENT ON COLUMN log.counted.organisation IS 'Source organisation; empty where it could not be read';
COMMENT ON COLUMN log.counted.event_type IS 'Event type; empty where it could not be read';
COMMENT ON COLUMN log.counted.word IS 'What became of them';
COMMENT ON COLUMN log.counted.reason IS 'Reason code; empty where there is none';
COMMENT ON COLUMN log.counted.count IS 'How many';

-- That an event came again is told once: what is sent again every night costs no row a night.
CREATE TEMPORARY TABLE told_again ON COMMIT DROP AS
SELECT number, organisation, event_type, word, reason FROM (
    SELECT *, row_number() OVER (PARTITION BY word, position, aside ORDER BY number) AS nth FROM log.feedback
    WHERE word IN ('duplicate', 'conflict') AND (position IS NOT NULL OR aside IS NOT NULL)) f WHERE nth > 1;
INSERT INTO log.counted (organisation, event_type, word, reason, count)
SELECT coalesce(organisation, ''), coalesce(event_type, ''), word, coalesce(reason, ''), count(*) FROM told_again GROUP BY 1, 2, 3, 4;
DELETE FROM log.feedback WHERE number IN (SELECT number FROM told_again);
CREATE UNIQUE INDEX feedback_again ON log.feedback (position) WHERE word = 'duplicate' AND position IS NOT NULL;
CREATE UNIQUE INDEX feedback_again_aside ON log.feedback (aside, word) WHERE word IN ('duplicate', 'conflict') AND aside IS NOT NULL;
CREATE INDEX feedback_at ON log.feedback (at);
