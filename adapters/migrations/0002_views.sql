-- The views: two sets of the same tables, one serving, one to rebuild into. {view} is the set's schema.
CREATE SCHEMA {view};
COMMENT ON SCHEMA {view} IS 'One set of the read models; log.serving says which set is read';

CREATE TABLE {view}.state (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    edition int NOT NULL,
    position bigint NOT NULL
);
COMMENT ON TABLE {view}.state IS 'One row: how far this set has come';
COMMENT ON COLUMN {view}.state.one IS 'Always true';
COMMENT ON COLUMN {view}.state.edition IS 'Last edition taken in';
COMMENT ON COLUMN {view}.state.position IS 'Last position taken in';
INSERT INTO {view}.state VALUES (true, 0, 0);

CREATE TABLE {view}.entry (
    main bigint NOT NULL,
    record uuid NOT NULL,
    kind text NOT NULL,
    service text NOT NULL,
    provider text NOT NULL,
    organisation text NOT NULL,
    starts int,
    ends int,
    why text,
    confirmed int,
    accepted int,
    worker text,
    team text,
    role text,
    scope text,
    provision text NOT NULL,
    reason text,
    lapses_after int,
    others uuid[],
    positions bigint[] NOT NULL,
    recorded_at bigint NOT NULL,
    key uuid NOT NULL,
    moment boolean NOT NULL DEFAULT false,
    contact bytea,
    sig uuid NOT NULL,
    from_ed int NOT NULL,
    to_ed int
);
CREATE INDEX ON {view}.entry (record);
CREATE INDEX ON {view}.entry (main) WHERE to_ed IS NULL;
CREATE INDEX ON {view}.entry (worker) WHERE worker IS NOT NULL;
CREATE INDEX ON {view}.entry (provider, service) WHERE kind = 'relationship';
COMMENT ON TABLE {view}.entry IS 'Timeline entries of a record: intervals and moments; a row holds for editions [from_ed, to_ed)';
COMMENT ON COLUMN {view}.entry.main IS 'Position of the event that gives the entry its identity';
COMMENT ON COLUMN {view}.entry.record IS 'Record';
COMMENT ON COLUMN {view}.entry.kind IS 'Timeline kind';
COMMENT ON COLUMN {view}.entry.service IS 'Service';
COMMENT ON COLUMN {view}.entry.provider IS 'Who provides';
COMMENT ON COLUMN {view}.entry.organisation IS 'Source organisation';
COMMENT ON COLUMN {view}.entry.starts IS 'First day; null when not known';
COMMENT ON COLUMN {view}.entry.ends IS 'First day on which it was over; null when open';
COMMENT ON COLUMN {view}.entry.why IS 'Why its dates cannot be trusted; null when they can';
COMMENT ON COLUMN {view}.entry.confirmed IS 'Last day on which it was confirmed';
COMMENT ON COLUMN {view}.entry.accepted IS 'Day on which a lead was accepted';
COMMENT ON COLUMN {view}.entry.worker IS 'organisation:staff id';
COMMENT ON COLUMN {view}.entry.team IS 'organisation:code';
COMMENT ON COLUMN {view}.entry.role IS 'Role';
COMMENT ON COLUMN {view}.entry.scope IS 'child or family, of a lead';
COMMENT ON COLUMN {view}.entry.provision IS 'universal or additional';
COMMENT ON COLUMN {view}.entry.reason IS 'Reason of its end';
COMMENT ON COLUMN {view}.entry.lapses_after IS 'Days without confirmation after which it lapses';
COMMENT ON COLUMN {view}.entry.others IS 'Records of other people named';
COMMENT ON COLUMN {view}.entry.positions IS 'Positions of the events it is made of, sorted';
COMMENT ON COLUMN {view}.entry.recorded_at IS 'When its main event was recorded, microseconds';
COMMENT ON COLUMN {view}.entry.key IS 'Key of its main event';
COMMENT ON COLUMN {view}.entry.moment IS 'Whether it is a moment and not an interval';
COMMENT ON COLUMN {view}.entry.contact IS 'Contacts, sealed under the record''s key of the event''s class';
COMMENT ON COLUMN {view}.entry.sig IS 'Hash of the row''s content; unchanged answers write nothing';
COMMENT ON COLUMN {view}.entry.from_ed IS 'First edition it holds in';
COMMENT ON COLUMN {view}.entry.to_ed IS 'First edition it no longer holds in';

CREATE TABLE {view}.person (
    record uuid NOT NULL,
    person bytea,
    person_at bigint,
    person_key uuid,
    birth uuid,
    birth_at bigint,
    birth_key uuid,
    age_from int,
    age_to int,
    birth_day bytea,
    named uuid[],
    vital_act smallint,
    vital_day int,
    vital_at bigint,
    vital_key uuid,
    sig uuid NOT NULL,
    from_ed int NOT NULL,
    to_ed int
);
CREATE INDEX ON {view}.person (record);
CREATE INDEX ON {view}.person USING gin (named) WHERE named IS NOT NULL;
COMMENT ON TABLE {view}.person IS 'Who a record is about, as stated last; a row holds for editions [from_ed, to_ed)';
COMMENT ON COLUMN {view}.person.record IS 'Record';
COMMENT ON COLUMN {view}.person.person IS 'Names and details, sealed';
COMMENT ON COLUMN {view}.person.person_at IS 'When that was recorded';
COMMENT ON COLUMN {view}.person.person_key IS 'Key of that event';
COMMENT ON COLUMN {view}.person.birth IS 'Keyed hash of the date of birth';
COMMENT ON COLUMN {view}.person.birth_at IS 'When that was recorded';
COMMENT ON COLUMN {view}.person.birth_key IS 'Key of that event';
COMMENT ON COLUMN {view}.person.age_from IS 'First day of compulsory school age';
COMMENT ON COLUMN {view}.person.age_to IS 'First day after compulsory school age';
COMMENT ON COLUMN {view}.person.birth_day IS 'Date of birth or expected date, sealed';
COMMENT ON COLUMN {view}.person.named IS 'Keyed hashes of family name with date of birth';
COMMENT ON COLUMN {view}.person.vital_act IS 'Death notified, or withdrawn, whichever was recorded last';
COMMENT ON COLUMN {view}.person.vital_day IS 'Day of death';
COMMENT ON COLUMN {view}.person.vital_at IS 'When that was recorded';
COMMENT ON COLUMN {view}.person.vital_key IS 'Key of that event';
COMMENT ON COLUMN {view}.person.sig IS 'Hash of the row''s content';
COMMENT ON COLUMN {view}.person.from_ed IS 'First edition it holds in';
COMMENT ON COLUMN {view}.person.to_ed IS 'First edition it no longer holds in';

CREATE TABLE {view}.address (
    main bigint NOT NULL,
    record uuid NOT NULL,
    day int NOT NULL,
    status text NOT NULL,
    residence text,
    place uuid,
    property uuid,
    address bytea NOT NULL,
    recorded_at bigint NOT NULL,
    key uuid NOT NULL,
    sig uuid NOT NULL,
    from_ed int NOT NULL,
    to_ed int
);
CREATE INDEX ON {view}.address (record);
CREATE INDEX ON {view}.address (property) WHERE property IS NOT NULL;
COMMENT ON TABLE {view}.address IS 'Addresses of a record, each from a day until the next; a row holds for editions [from_ed, to_ed)';
COMMENT ON COLUMN {view}.address.main IS 'Position of the event';
COMMENT ON COLUMN {view}.address.record IS 'Record';
COMMENT ON COLUMN {view}.address.day IS 'First day';
COMMENT ON COLUMN {view}.address.status IS 'current, last_known, none_known or left_england';
COMMENT ON COLUMN {view}.address.residence IS 'Kind of residence';
COMMENT ON COLUMN {view}.address.place IS 'Keyed hash of what tells it from other addresses';
COMMENT ON COLUMN {view}.address.property IS 'Keyed hash of the UPRN, where children there may be a household';
COMMENT ON COLUMN {view}.address.address IS 'The address, sealed';
COMMENT ON COLUMN {view}.address.recorded_at IS 'When it was recorded';
COMMENT ON COLUMN {view}.address.key IS 'Key of the event';
COMMENT ON COLUMN {view}.address.sig IS 'Hash of the row''s content';
COMMENT ON COLUMN {view}.address.from_ed IS 'First edition it holds in';
COMMENT ON COLUMN {view}.address.to_ed IS 'First edition it no longer holds in';

CREATE TABLE {view}.week (
    record uuid NOT NULL,
    school text NOT NULL,
    week int NOT NULL,
    steps bigint[] NOT NULL,
    editions int[] NOT NULL,
    PRIMARY KEY (record, school, week)
) WITH (fillfactor = 70);
COMMENT ON TABLE {view}.week IS 'Attendance marks of a week, each step with the edition it came in; never changed, only appended to';
COMMENT ON COLUMN {view}.week.record IS 'Record';
COMMENT ON COLUMN {view}.week.school IS 'School''s URN';
COMMENT ON COLUMN {view}.week.week IS 'Weeks from Monday 29 December 1969';
COMMENT ON COLUMN {view}.week.steps IS 'recorded at (ms) << 8 | session of the week << 4 | category; negative: retracted';
COMMENT ON COLUMN {view}.week.editions IS 'Edition of each step';

CREATE TABLE {view}.absence (
    record uuid PRIMARY KEY,
    days int NOT NULL
) WITH (fillfactor = 70);
COMMENT ON TABLE {view}.absence IS 'How many days of unauthorised absence were ever marked; says only where a long absence is worth looking for';
COMMENT ON COLUMN {view}.absence.record IS 'Record';
COMMENT ON COLUMN {view}.absence.days IS 'Days marked';

CREATE TABLE {view}.edge (
    record uuid NOT NULL,
    other uuid NOT NULL,
    recorded_at bigint NOT NULL,
    key uuid NOT NULL,
    sig uuid NOT NULL,
    from_ed int NOT NULL,
    to_ed int
);
CREATE INDEX ON {view}.edge (record);
CREATE INDEX ON {view}.edge (other);
COMMENT ON TABLE {view}.edge IS 'Live evidence that two records are one child: the first of each source record and pair';
COMMENT ON COLUMN {view}.edge.record IS 'Record whose event asserts it';
COMMENT ON COLUMN {view}.edge.other IS 'The other record';
COMMENT ON COLUMN {view}.edge.recorded_at IS 'When it was recorded';
COMMENT ON COLUMN {view}.edge.key IS 'Key of the event';
COMMENT ON COLUMN {view}.edge.sig IS 'Hash of the row''s content';
COMMENT ON COLUMN {view}.edge.from_ed IS 'First edition it holds in';
COMMENT ON COLUMN {view}.edge.to_ed IS 'First edition it no longer holds in';

CREATE TABLE {view}.membership (
    record uuid NOT NULL,
    child uuid NOT NULL,
    disputed boolean NOT NULL,
    from_ed int NOT NULL,
    to_ed int
);
CREATE INDEX ON {view}.membership (record);
CREATE INDEX ON {view}.membership (child);
COMMENT ON TABLE {view}.membership IS 'Which child a record belongs to; a record without a row is its own child';
COMMENT ON COLUMN {view}.membership.record IS 'Record';
COMMENT ON COLUMN {view}.membership.child IS 'Child: the least of its records';
COMMENT ON COLUMN {view}.membership.disputed IS 'Whether evidence about this record was disputed';
COMMENT ON COLUMN {view}.membership.from_ed IS 'First edition it holds in';
COMMENT ON COLUMN {view}.membership.to_ed IS 'First edition it no longer holds in';

CREATE TABLE {view}.rectangle (
    child uuid NOT NULL,
    rule text NOT NULL,
    since int NOT NULL,
    starts int NOT NULL,
    ends int NOT NULL,
    positions bigint[] NOT NULL,
    organisation text,
    from_ed int NOT NULL,
    to_ed int
);
CREATE INDEX ON {view}.rectangle (child);
CREATE INDEX ON {view}.rectangle (rule, starts) WHERE to_ed IS NULL;
COMMENT ON TABLE {view}.rectangle IS 'Indicators and lead gaps of a child: true on days [starts, ends) as known in editions [from_ed, to_ed)';
COMMENT ON COLUMN {view}.rectangle.child IS 'Child';
COMMENT ON COLUMN {view}.rectangle.rule IS 'Indicator or gap rule';
COMMENT ON COLUMN {view}.rectangle.since IS 'Day from which its days are counted';
COMMENT ON COLUMN {view}.rectangle.starts IS 'First day on which it holds';
COMMENT ON COLUMN {view}.rectangle.ends IS 'First day on which it no longer holds';
COMMENT ON COLUMN {view}.rectangle.positions IS 'Positions of the events it rests on';
COMMENT ON COLUMN {view}.rectangle.organisation IS 'Organisation whose feed must be heard';
COMMENT ON COLUMN {view}.rectangle.from_ed IS 'First edition it holds in';
COMMENT ON COLUMN {view}.rectangle.to_ed IS 'First edition it no longer holds in';

CREATE UNLOGGED TABLE {view}.stage_record (record uuid NOT NULL);
COMMENT ON TABLE {view}.stage_record IS 'Working rows of one edition: records it touches';
COMMENT ON COLUMN {view}.stage_record.record IS 'Record';
CREATE UNLOGGED TABLE {view}.stage_fact (
    position bigint, record uuid, act smallint, kind text, service text, provider text, organisation text, day int, until int,
    recorded_at bigint, key uuid, reference uuid, worker text, team text, role text, scope text, provision text, reason text,
    lapses_after int, others uuid[], amended bigint[]
);
COMMENT ON TABLE {view}.stage_fact IS 'Working rows of one edition: live facts of the records it touches, corrections applied; columns as in log.fact';
CREATE UNLOGGED TABLE {view}.stage_entry (LIKE {view}.entry INCLUDING DEFAULTS);
ALTER TABLE {view}.stage_entry ALTER sig DROP NOT NULL, ALTER from_ed DROP NOT NULL;
COMMENT ON TABLE {view}.stage_entry IS 'Working rows of one edition: entries as they should be';
CREATE UNLOGGED TABLE {view}.stage_child (child uuid NOT NULL, facts boolean NOT NULL, marks boolean NOT NULL);
COMMENT ON TABLE {view}.stage_child IS 'Working rows of one edition: children to work out again, and why';
COMMENT ON COLUMN {view}.stage_child.child IS 'Child';
COMMENT ON COLUMN {view}.stage_child.facts IS 'Because facts or membership changed';
COMMENT ON COLUMN {view}.stage_child.marks IS 'Because marks may make or end a long absence';
CREATE UNLOGGED TABLE {view}.stage_member (child uuid NOT NULL, record uuid NOT NULL);
COMMENT ON TABLE {view}.stage_member IS 'Working rows of one edition: records of those children';
COMMENT ON COLUMN {view}.stage_member.child IS 'Child';
COMMENT ON COLUMN {view}.stage_member.record IS 'Record';
CREATE UNLOGGED TABLE {view}.stage_silence (child uuid NOT NULL, silenced int4multirange NOT NULL, death int);
COMMENT ON TABLE {view}.stage_silence IS 'Working rows of one edition: days on which no indicator speaks';
COMMENT ON COLUMN {view}.stage_silence.child IS 'Child';
COMMENT ON COLUMN {view}.stage_silence.silenced IS 'Days';
COMMENT ON COLUMN {view}.stage_silence.death IS 'Day of a death that stands';
CREATE UNLOGGED TABLE {view}.stage_rectangle (LIKE {view}.rectangle);
ALTER TABLE {view}.stage_rectangle ALTER from_ed DROP NOT NULL;
COMMENT ON TABLE {view}.stage_rectangle IS 'Working rows of one edition: rectangles as they should be';

CREATE TABLE {view}.absence_child (
    child uuid PRIMARY KEY,
    days int NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX ON {view}.absence_child (child) WHERE days >= 10;
COMMENT ON TABLE {view}.absence_child IS 'The same by child';
COMMENT ON COLUMN {view}.absence_child.child IS 'Child';
COMMENT ON COLUMN {view}.absence_child.days IS 'Days marked';
CREATE UNLOGGED TABLE {view}.stage_own (
    child uuid NOT NULL, main bigint NOT NULL, kind text NOT NULL, service text NOT NULL, provider text NOT NULL, organisation text NOT NULL,
    scope text, worker text, provision text NOT NULL, starts int NOT NULL, until int NOT NULL, open_until int NOT NULL, accepted int, reason text, positions bigint[] NOT NULL
);
COMMENT ON TABLE {view}.stage_own IS 'Working rows of one edition: entries of those children whose dates can be trusted';
CREATE UNLOGGED TABLE {view}.stage_address (child uuid NOT NULL, main bigint NOT NULL, day int NOT NULL, until int NOT NULL, status text NOT NULL, residence text, place uuid);
COMMENT ON TABLE {view}.stage_address IS 'Working rows of one edition: addresses of those children, each until the next';
