-- The log: events, what keeps them once only, and the typed facts the views are made from.
CREATE SCHEMA log;
COMMENT ON SCHEMA log IS 'Events as accepted, sealed, and what the ingest transaction writes beside them';

CREATE TABLE log.event (
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    notification_id bigint NOT NULL,
    shard smallint NOT NULL,
    PRIMARY KEY (originator_id, originator_version)
);
CREATE UNIQUE INDEX event_notification_id ON log.event (notification_id);
COMMENT ON TABLE log.event IS 'The log. One row an accepted event; payload sealed under the record''s data key';
COMMENT ON COLUMN log.event.originator_id IS 'Record: random id of everything published under one identifier';
COMMENT ON COLUMN log.event.originator_version IS 'The position again: versions grow within a record and need no look-up';
COMMENT ON COLUMN log.event.topic IS 'Retention class and key period of the payload';
COMMENT ON COLUMN log.event.state IS 'Nonce and AES-256-GCM ciphertext of the event''s bytes';
COMMENT ON COLUMN log.event.notification_id IS 'Position in the log';
COMMENT ON COLUMN log.event.shard IS 'Logical shard of the record, 0 to 255';

CREATE TABLE log.inbox (
    key uuid PRIMARY KEY,
    digest uuid NOT NULL,
    position bigint NOT NULL
);
COMMENT ON TABLE log.inbox IS 'One row an accepted event: what makes it once only';
COMMENT ON COLUMN log.inbox.key IS 'Keyed hash of source organisation and event id';
COMMENT ON COLUMN log.inbox.digest IS 'Keyed hash of the stored bytes';
COMMENT ON COLUMN log.inbox.position IS 'Position of the event';

CREATE TABLE log.source_record (
    key uuid NOT NULL,
    position bigint NOT NULL,
    record uuid NOT NULL,
    PRIMARY KEY (key, position)
);
COMMENT ON TABLE log.source_record IS 'Events by the source system''s own record id, for corrections and retractions by it';
COMMENT ON COLUMN log.source_record.key IS 'Keyed hash of source organisation and source record id';
COMMENT ON COLUMN log.source_record.position IS 'Position of the event';
COMMENT ON COLUMN log.source_record.record IS 'Record of the event';

CREATE TABLE log.head (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    generation int NOT NULL,
    position bigint NOT NULL,
    hash bytea NOT NULL
);
COMMENT ON TABLE log.head IS 'One row: where the log ends; written under the append lock';
COMMENT ON COLUMN log.head.one IS 'Always true';
COMMENT ON COLUMN log.head.generation IS 'Raised by a restore, so that positions of two histories never mix';
COMMENT ON COLUMN log.head.position IS 'Last position given';
COMMENT ON COLUMN log.head.hash IS 'Head of the batches'' hash chain';
INSERT INTO log.head VALUES (true, 1, 0, '');

CREATE TABLE log.batch (
    last bigint PRIMARY KEY,
    first bigint NOT NULL,
    previous bytea NOT NULL,
    hash bytea NOT NULL,
    received_at timestamptz NOT NULL
);
CREATE INDEX batch_received_at ON log.batch (received_at);
COMMENT ON TABLE log.batch IS 'One row an append; each hash covers the one before and the appended rows';
COMMENT ON COLUMN log.batch.last IS 'Last position of the batch';
COMMENT ON COLUMN log.batch.first IS 'First position of the batch';
COMMENT ON COLUMN log.batch.previous IS 'Hash of the batch before';
COMMENT ON COLUMN log.batch.hash IS 'SHA-256 of previous and of the rows as copied';
COMMENT ON COLUMN log.batch.received_at IS 'When the batch was taken in';

CREATE TABLE log.tracking (
    name text PRIMARY KEY,
    next_offset bigint NOT NULL,
    updated_at timestamptz NOT NULL
);
COMMENT ON TABLE log.tracking IS 'How far each partition of each cluster incarnation is recorded; written in the append transaction, and fences it';
COMMENT ON COLUMN log.tracking.name IS 'kafka:<incarnation>:<topic>:<partition>';
COMMENT ON COLUMN log.tracking.next_offset IS 'Offset of the next message to read';
COMMENT ON COLUMN log.tracking.updated_at IS 'When it moved last';

CREATE TABLE log.subject (
    hash uuid PRIMARY KEY,
    record uuid NOT NULL,
    scheme text NOT NULL
);
CREATE UNIQUE INDEX subject_record ON log.subject (record);
COMMENT ON TABLE log.subject IS 'Finds the record of an identifier';
COMMENT ON COLUMN log.subject.hash IS 'Keyed hash of scheme and normalised value';
COMMENT ON COLUMN log.subject.record IS 'Random record id';
COMMENT ON COLUMN log.subject.scheme IS 'nhs, upn, agency:<organisation>:<system>, or feed';

CREATE TABLE log.data_key (
    record uuid NOT NULL,
    class text NOT NULL,
    period smallint NOT NULL,
    wrapped bytea NOT NULL,
    PRIMARY KEY (record, class, period)
);
COMMENT ON TABLE log.data_key IS 'Data keys wrapped by the key-encryption key; deleting one erases what it sealed';
COMMENT ON COLUMN log.data_key.record IS 'Record';
COMMENT ON COLUMN log.data_key.class IS 'Retention class';
COMMENT ON COLUMN log.data_key.period IS 'School year for attendance, else 0';
COMMENT ON COLUMN log.data_key.wrapped IS 'Nonce and wrapped key';

CREATE TABLE log.aside (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('kept', 'conflict')),
    state text NOT NULL CHECK (state IN ('waiting', 'ready', 'released', 'replaced', 'rejected', 'shown')),
    key uuid,
    digest uuid NOT NULL,
    reason text NOT NULL,
    field text,
    rule text,
    event_type text,
    organisation text,
    sector text,
    waits_for uuid,
    record uuid,
    received_at timestamptz NOT NULL,
    settled_at timestamptz,
    note text,
    wrapped bytea NOT NULL,
    sealed bytea NOT NULL
);
CREATE UNIQUE INDEX aside_content ON log.aside (kind, digest);
CREATE INDEX aside_key ON log.aside (key) WHERE state IN ('waiting', 'ready');
CREATE INDEX aside_waits_for ON log.aside (waits_for) WHERE state = 'waiting' AND waits_for IS NOT NULL;
CREATE INDEX aside_record ON log.aside (record) WHERE state IN ('waiting', 'ready');
CREATE INDEX aside_ready ON log.aside (id) WHERE state = 'ready';
COMMENT ON TABLE log.aside IS 'Events kept aside or in conflict: whole, sealed, with a reason';
COMMENT ON COLUMN log.aside.id IS 'Random id shown to people';
COMMENT ON COLUMN log.aside.kind IS 'kept, or conflict';
COMMENT ON COLUMN log.aside.state IS 'waiting, ready to be re-driven, released, replaced by a re-send, rejected; conflicts are shown';
COMMENT ON COLUMN log.aside.key IS 'Keyed hash of source organisation and event id, where they could be read';
COMMENT ON COLUMN log.aside.digest IS 'Keyed hash of the message''s bytes';
COMMENT ON COLUMN log.aside.reason IS 'Reason code';
COMMENT ON COLUMN log.aside.field IS 'Path of the offending field';
COMMENT ON COLUMN log.aside.rule IS 'The rule it breaks, in a sentence';
COMMENT ON COLUMN log.aside.event_type IS 'Event type, where it could be read';
COMMENT ON COLUMN log.aside.organisation IS 'Source organisation, where it could be read';
COMMENT ON COLUMN log.aside.sector IS 'Sector it came by';
COMMENT ON COLUMN log.aside.waits_for IS 'Key of the event or source record it waits for';
COMMENT ON COLUMN log.aside.record IS 'Record of its subject, where that could be read and is known';
COMMENT ON COLUMN log.aside.received_at IS 'When it was taken in';
COMMENT ON COLUMN log.aside.settled_at IS 'When its state became final';
COMMENT ON COLUMN log.aside.note IS 'Why a person rejected it';
COMMENT ON COLUMN log.aside.wrapped IS 'Its own data key, wrapped';
COMMENT ON COLUMN log.aside.sealed IS 'The message, sealed';

CREATE TABLE log.set_aside (
    position bigint NOT NULL,
    reason text NOT NULL,
    field text NOT NULL,
    organisation text NOT NULL
);
CREATE INDEX set_aside_position ON log.set_aside (position);
COMMENT ON TABLE log.set_aside IS 'Fields inside accepted events that failed their check';
COMMENT ON COLUMN log.set_aside.position IS 'Position of the event';
COMMENT ON COLUMN log.set_aside.reason IS 'Reason code';
COMMENT ON COLUMN log.set_aside.field IS 'Path of the field';
COMMENT ON COLUMN log.set_aside.organisation IS 'Source organisation';

CREATE TABLE log.fact (
    position bigint NOT NULL,
    record uuid NOT NULL,
    shard smallint NOT NULL,
    act smallint NOT NULL,
    kind text NOT NULL,
    service text NOT NULL,
    provider text NOT NULL,
    organisation text NOT NULL,
    day int,
    until int,
    reopen boolean NOT NULL,
    recorded_at bigint NOT NULL,
    key uuid NOT NULL,
    source_key uuid,
    target_key uuid,
    target_source uuid,
    reference uuid,
    worker text,
    team text,
    role text,
    scope text,
    provision text,
    reason text,
    lapses_after int,
    others uuid[],
    linked uuid[],
    contact bytea,
    birth uuid,
    age_from int,
    age_to int,
    birth_day bytea,
    person bytea,
    named uuid[],
    address bytea,
    address_status text,
    residence text,
    place uuid,
    property uuid
);
CREATE INDEX fact_position ON log.fact (position);
CREATE INDEX fact_record ON log.fact (record);
CREATE INDEX fact_target_key ON log.fact (target_key) WHERE target_key IS NOT NULL;
CREATE INDEX fact_target_source ON log.fact (target_source) WHERE target_source IS NOT NULL;
CREATE INDEX fact_source_key ON log.fact (source_key) WHERE source_key IS NOT NULL;
CREATE INDEX fact_linked ON log.fact (position) WHERE linked IS NOT NULL;
CREATE INDEX fact_feed ON log.fact (service, provider, position) WHERE act = 16;
COMMENT ON TABLE log.fact IS 'What an event says of the timeline: structure in the clear, cells sealed; all events but attendance marks';
COMMENT ON COLUMN log.fact.position IS 'Position of the event';
COMMENT ON COLUMN log.fact.record IS 'Record';
COMMENT ON COLUMN log.fact.shard IS 'Logical shard of the record';
COMMENT ON COLUMN log.fact.act IS 'What it does: domain.effects.Act';
COMMENT ON COLUMN log.fact.kind IS 'Timeline kind';
COMMENT ON COLUMN log.fact.service IS 'Service';
COMMENT ON COLUMN log.fact.provider IS 'Who provides; for pairing where there is no reference';
COMMENT ON COLUMN log.fact.organisation IS 'Source organisation';
COMMENT ON COLUMN log.fact.day IS 'First day, days since 1970';
COMMENT ON COLUMN log.fact.until IS 'First day on which it was no longer so';
COMMENT ON COLUMN log.fact.reopen IS 'A correction that takes an end away';
COMMENT ON COLUMN log.fact.recorded_at IS 'When the agency wrote it down, microseconds since 1970';
COMMENT ON COLUMN log.fact.key IS 'Keyed hash of organisation and event id';
COMMENT ON COLUMN log.fact.source_key IS 'Keyed hash of organisation and source record';
COMMENT ON COLUMN log.fact.target_key IS 'Event it corrects or retracts';
COMMENT ON COLUMN log.fact.target_source IS 'Source record it corrects or retracts';
COMMENT ON COLUMN log.fact.reference IS 'Keyed hash of the agency''s reference';
COMMENT ON COLUMN log.fact.worker IS 'organisation:staff id';
COMMENT ON COLUMN log.fact.team IS 'organisation:code';
COMMENT ON COLUMN log.fact.role IS 'Role of the worker or lead';
COMMENT ON COLUMN log.fact.scope IS 'child or family, of a lead';
COMMENT ON COLUMN log.fact.provision IS 'universal or additional';
COMMENT ON COLUMN log.fact.reason IS 'Reason of an end';
COMMENT ON COLUMN log.fact.lapses_after IS 'Days without confirmation after which it lapses';
COMMENT ON COLUMN log.fact.others IS 'Records of other people named';
COMMENT ON COLUMN log.fact.linked IS 'Records of the subject''s further identifiers';
COMMENT ON COLUMN log.fact.contact IS 'Names and contacts of worker and team, sealed';
COMMENT ON COLUMN log.fact.birth IS 'Keyed hash of the date of birth';
COMMENT ON COLUMN log.fact.age_from IS 'First day of compulsory school age';
COMMENT ON COLUMN log.fact.age_to IS 'First day after compulsory school age';
COMMENT ON COLUMN log.fact.birth_day IS 'Date of birth or expected date, sealed';
COMMENT ON COLUMN log.fact.person IS 'Names and other details, sealed';
COMMENT ON COLUMN log.fact.named IS 'Keyed hashes of family name with date of birth, for search';
COMMENT ON COLUMN log.fact.address IS 'Address, sealed';
COMMENT ON COLUMN log.fact.address_status IS 'current, last_known, none_known or left_england';
COMMENT ON COLUMN log.fact.residence IS 'Kind of residence';
COMMENT ON COLUMN log.fact.place IS 'Keyed hash of what tells the address from others';
COMMENT ON COLUMN log.fact.property IS 'Keyed hash of the UPRN, where children there may be a household';

CREATE TABLE log.fact_mark (
    position bigint NOT NULL,
    record uuid NOT NULL,
    shard smallint NOT NULL,
    school text NOT NULL,
    day int NOT NULL,
    recorded_at bigint NOT NULL,
    am smallint,
    pm smallint
);
CREATE INDEX fact_mark_position ON log.fact_mark (position);
COMMENT ON TABLE log.fact_mark IS 'Attendance marks of a day as categories';
COMMENT ON COLUMN log.fact_mark.position IS 'Position of the event';
COMMENT ON COLUMN log.fact_mark.record IS 'Record';
COMMENT ON COLUMN log.fact_mark.shard IS 'Logical shard of the record';
COMMENT ON COLUMN log.fact_mark.school IS 'School''s URN';
COMMENT ON COLUMN log.fact_mark.day IS 'Day';
COMMENT ON COLUMN log.fact_mark.recorded_at IS 'When the school wrote it down, milliseconds since 1970';
COMMENT ON COLUMN log.fact_mark.am IS 'Category of the morning session: domain.attendance';
COMMENT ON COLUMN log.fact_mark.pm IS 'Category of the afternoon session';

CREATE TABLE log.edition (
    number int PRIMARY KEY,
    first bigint NOT NULL,
    last bigint NOT NULL,
    made_at timestamptz NOT NULL,
    log_hash bytea NOT NULL
);
CREATE UNIQUE INDEX edition_last ON log.edition (last);
COMMENT ON TABLE log.edition IS 'Boundaries of the editions; kept, so that a rebuild repeats them';
COMMENT ON COLUMN log.edition.number IS 'Number of the edition';
COMMENT ON COLUMN log.edition.first IS 'First position it takes in';
COMMENT ON COLUMN log.edition.last IS 'Last position it takes in';
COMMENT ON COLUMN log.edition.made_at IS 'When it was made';
COMMENT ON COLUMN log.edition.log_hash IS 'Hash chain''s head at its last batch';

CREATE TABLE log.serving (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    view text NOT NULL
);
COMMENT ON TABLE log.serving IS 'One row: which set of views is read';
COMMENT ON COLUMN log.serving.one IS 'Always true';
COMMENT ON COLUMN log.serving.view IS 'Schema of the set';
INSERT INTO log.serving VALUES (true, 'view_a');

CREATE AGGREGATE log.array_join (bigint[]) (SFUNC = array_cat, STYPE = bigint[], INITCOND = '{}');
COMMENT ON AGGREGATE log.array_join (bigint[]) IS 'All elements of all arrays';

CREATE FUNCTION log.sorted(bigint[]) RETURNS bigint[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ARRAY(SELECT DISTINCT u FROM unnest($1) AS u ORDER BY u);
COMMENT ON FUNCTION log.sorted(bigint[]) IS 'The elements once each, in order';

CREATE FUNCTION log.five_working_days_after(day int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN day + CASE (day + 3) % 7 WHEN 5 THEN 6 WHEN 6 THEN 5 ELSE 7 END;
COMMENT ON FUNCTION log.five_working_days_after(int) IS 'The day five Monday-to-Friday days later';

CREATE FUNCTION log.twelve_months_after(day int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (DATE '1970-01-01' + day + INTERVAL '12 months')::date - DATE '1970-01-01';
COMMENT ON FUNCTION log.twelve_months_after(int) IS 'The same day of the month twelve months later';
