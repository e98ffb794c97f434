-- Partitions that are not read at present and what a person had passed over in them, and which topic a name stands for.
CREATE TABLE log.paused_partition (
    name text NOT NULL,
    first_offset bigint NOT NULL,
    next_offset bigint NOT NULL CHECK (next_offset > first_offset),
    topic text NOT NULL,
    partition int NOT NULL,
    recorded bigint,
    reason text NOT NULL,
    detail text NOT NULL,
    aside uuid,
    paused_at timestamptz NOT NULL,
    look_again boolean NOT NULL DEFAULT false,
    skipped_at timestamptz,
    skipped_by text,
    note text,
    PRIMARY KEY (name, first_offset),
    CHECK ((skipped_at IS NULL) = (skipped_by IS NULL) AND (skipped_at IS NULL) = (note IS NULL))
);
COMMENT ON TABLE log.paused_partition IS 'Partitions that are paused, and records that a person skipped: one row a place';
COMMENT ON COLUMN log.paused_partition.name IS 'The partition, as in log.tracking';
COMMENT ON COLUMN log.paused_partition.first_offset IS 'Where it is paused: the first offset that is not recorded';
COMMENT ON COLUMN log.paused_partition.next_offset IS 'The offset behind what cannot be read';
COMMENT ON COLUMN log.paused_partition.topic IS 'Its topic';
COMMENT ON COLUMN log.paused_partition.partition IS 'Its number';
COMMENT ON COLUMN log.paused_partition.recorded IS 'What log.tracking said when it was paused; null when nothing was recorded';
COMMENT ON COLUMN log.paused_partition.reason IS 'Why, as a code: unreadable_record, mostly_unreadable or refused_by_broker';
COMMENT ON COLUMN log.paused_partition.detail IS 'What is wrong, in words of this program';
COMMENT ON COLUMN log.paused_partition.aside IS 'Where the bytes are kept: an id of log.aside';
COMMENT ON COLUMN log.paused_partition.paused_at IS 'When it was paused first';
COMMENT ON COLUMN log.paused_partition.look_again IS 'A person has asked that it be tried again now';
COMMENT ON COLUMN log.paused_partition.skipped_at IS 'When a person had it passed over; null while it is paused';
COMMENT ON COLUMN log.paused_partition.skipped_by IS 'Who did';
COMMENT ON COLUMN log.paused_partition.note IS 'Why, in that person''s words';

CREATE TABLE log.topic (
    name text PRIMARY KEY,
    topic_id uuid NOT NULL,
    remade boolean NOT NULL DEFAULT false,
    seen_at timestamptz NOT NULL
);
COMMENT ON TABLE log.topic IS 'Which topic stands behind a name: one that was deleted and made again has another id';
COMMENT ON COLUMN log.topic.name IS 'kafka:<cluster>:<topic>';
COMMENT ON COLUMN log.topic.topic_id IS 'The id that the cluster gave it';
COMMENT ON COLUMN log.topic.remade IS 'Whether it stands in the place of another: its partitions are then tracked under its id';
COMMENT ON COLUMN log.topic.seen_at IS 'When this id was seen first';
