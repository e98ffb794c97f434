-- What agencies are told of their own events: whose each event is, and what became of those that are not in the log.
ALTER TABLE log.batch ADD COLUMN organisations text[], ADD COLUMN types text[], ADD COLUMN senders bytea;
COMMENT ON COLUMN log.batch.organisations IS 'Source organisations of its events, once for each of their event types';
COMMENT ON COLUMN log.batch.types IS 'Event types, one beside each of organisations';
COMMENT ON COLUMN log.batch.senders IS 'Two bytes an event, the lower first, in order of position: which of organisations and types it is of, from 0; null where there is only one';

CREATE TABLE log.feedback (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    after bigint NOT NULL,
    organisation text,
    word text NOT NULL CHECK (word IN ('duplicate', 'conflict', 'kept', 'released', 'replaced', 'rejected', 'replay_requested')),
    event_type text,
    reason text,
    field text,
    rule text,
    position bigint,
    aside uuid,
    first_day date,
    end_day date,
    at timestamptz NOT NULL
);
CREATE INDEX feedback_organisation ON log.feedback (organisation, after, number);
COMMENT ON TABLE log.feedback IS 'What an agency is told beside its accepted events; written under the append lock, so that numbers are committed in their order';
COMMENT ON COLUMN log.feedback.number IS 'Order in which it is told';
COMMENT ON COLUMN log.feedback.after IS 'Head of the log: it is told after the events up to there';
COMMENT ON COLUMN log.feedback.organisation IS 'Source organisation, where it could be read';
COMMENT ON COLUMN log.feedback.word IS 'What became of the message, or replay_requested';
COMMENT ON COLUMN log.feedback.event_type IS 'Event type, where it could be read';
COMMENT ON COLUMN log.feedback.reason IS 'Reason code, as it was then';
COMMENT ON COLUMN log.feedback.field IS 'Path of the offending field';
COMMENT ON COLUMN log.feedback.rule IS 'The rule it breaks, in a sentence';
COMMENT ON COLUMN log.feedback.position IS 'Of a duplicate: position of the event in the log, which says the event id';
COMMENT ON COLUMN log.feedback.aside IS 'The event aside, which says the event id';
COMMENT ON COLUMN log.feedback.first_day IS 'Of a requested replay: first day of the range';
COMMENT ON COLUMN log.feedback.end_day IS 'Of a requested replay: first day beyond the range';
COMMENT ON COLUMN log.feedback.at IS 'When it became so';

CREATE TABLE log.feedback_reader (
    name text PRIMARY KEY,
    cursor text NOT NULL,
    updated_at timestamptz NOT NULL
);
COMMENT ON TABLE log.feedback_reader IS 'How far feedback is published, a row for each topic';
COMMENT ON COLUMN log.feedback_reader.name IS 'kafka:<incarnation>:<organisation>';
COMMENT ON COLUMN log.feedback_reader.cursor IS 'Cursor of the last that was acknowledged';
COMMENT ON COLUMN log.feedback_reader.updated_at IS 'When it moved last';
