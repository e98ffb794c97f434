-- Who saw what, and the proof of it (access.md 3 and 4). Entries and parts are only ever added; leaves, tiles and checkpoints
-- are the sequencer's.
CREATE SCHEMA access;
COMMENT ON SCHEMA access IS 'The access log: what was disclosed, to whom and why, and the tree that proves it';

CREATE TABLE access.context (
    id bytea PRIMARY KEY CHECK (length(id) = 32),
    bytes bytea NOT NULL
);
COMMENT ON TABLE access.context IS 'What a page was made with: policy, code lists, templates, view code; one row for each combination';
COMMENT ON COLUMN access.context.id IS 'SHA-256 of the bytes';
COMMENT ON COLUMN access.context.bytes IS 'Canonical JSON: the name of each part, and its hash';

CREATE TABLE access.entry (
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    viewer text NOT NULL,
    organisation text,
    kind text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('shown', 'nothing', 'refused', 'failed')),
    bytes bytea NOT NULL CHECK (length(bytes) <= 16384),
    wrapped bytea NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE TABLE access.entry_rest PARTITION OF access.entry DEFAULT;
CREATE INDEX entry_viewer ON access.entry (viewer, at);
CREATE INDEX entry_at ON access.entry (at);
COMMENT ON TABLE access.entry IS 'One access: a question that somebody asked, and what became of it; a partition for each month';
COMMENT ON COLUMN access.entry.id IS 'Random id, which is printed on the page';
COMMENT ON COLUMN access.entry.at IS 'When, of the service''s clock';
COMMENT ON COLUMN access.entry.viewer IS 'Who asked: organisation and staff id, or the role of who operates the machine';
COMMENT ON COLUMN access.entry.organisation IS 'For which organisation';
COMMENT ON COLUMN access.entry.kind IS 'The question, by name';
COMMENT ON COLUMN access.entry.outcome IS 'Shown, nothing known, refused, or failed';
COMMENT ON COLUMN access.entry.bytes IS 'The leaf: canonical JSON of everything that an entry says';
COMMENT ON COLUMN access.entry.wrapped IS 'The key of this entry, wrapped by the key-encryption key';
COMMENT ON COLUMN access.entry.sealed IS 'Under that key: what was asked by, the reason in words, the salts of their commitments';

CREATE TABLE access.shown (
    entry uuid NOT NULL,
    number smallint NOT NULL,
    child uuid NOT NULL,
    opened boolean NOT NULL,
    records uuid[] NOT NULL,
    digests bytea[] NOT NULL,
    places smallint[] NOT NULL,
    classes smallint[] NOT NULL,
    PRIMARY KEY (entry, number)
);
CREATE INDEX shown_child ON access.shown (child, entry);
COMMENT ON TABLE access.shown IS 'The parts of an entry, by child: each is of one record, or of the child as a whole';
COMMENT ON COLUMN access.shown.entry IS 'Entry';
COMMENT ON COLUMN access.shown.number IS 'Which child of the entry, from 0';
COMMENT ON COLUMN access.shown.child IS 'Child; all zeros for what is of no child';
COMMENT ON COLUMN access.shown.opened IS 'Whether the child''s record was opened, or only listed';
COMMENT ON COLUMN access.shown.records IS 'Of each part the record it is of; the child''s own id for what is of the child as a whole';
COMMENT ON COLUMN access.shown.digests IS 'Of each part the commitment to its content';
COMMENT ON COLUMN access.shown.classes IS 'Of each part whose key seals it: 0 nobody''s, 1 that of the child as a whole, 2 the record''s';
COMMENT ON COLUMN access.shown.places IS 'Of each part its place among all parts of the entry';

CREATE TABLE access.content (
    record uuid NOT NULL,
    digest bytea NOT NULL CHECK (length(digest) = 32),
    sealed bytea NOT NULL,
    PRIMARY KEY (record, digest)
);
COMMENT ON TABLE access.content IS 'The content of parts, each stored once';
COMMENT ON COLUMN access.content.record IS 'Whose key seals it';
COMMENT ON COLUMN access.content.digest IS 'Salted hash of the content';
COMMENT ON COLUMN access.content.sealed IS 'Salt and canonical JSON, sealed under the record''s access key';

CREATE TABLE access.pending (
    entry uuid PRIMARY KEY,
    at timestamptz NOT NULL
);
COMMENT ON TABLE access.pending IS 'Entries that have no leaf yet';
COMMENT ON COLUMN access.pending.entry IS 'Entry';
COMMENT ON COLUMN access.pending.at IS 'Its time, by which its partition is found';

CREATE TABLE access.leaf (
    index bigint PRIMARY KEY CHECK (index >= 0),
    entry uuid NOT NULL UNIQUE,
    hash bytea NOT NULL CHECK (length(hash) = 32)
);
COMMENT ON TABLE access.leaf IS 'Which leaf of the tree an entry is';
COMMENT ON COLUMN access.leaf.index IS 'Its number, from 0, without gaps';
COMMENT ON COLUMN access.leaf.entry IS 'Entry';
COMMENT ON COLUMN access.leaf.hash IS 'RFC 6962 leaf hash of the entry''s bytes';

CREATE TABLE access.tile (
    level smallint NOT NULL,
    index bigint NOT NULL,
    nodes bytea NOT NULL CHECK (length(nodes) % 32 = 0 AND length(nodes) BETWEEN 32 AND 8192),
    PRIMARY KEY (level, index)
);
COMMENT ON TABLE access.tile IS 'The tree''s hashes, in tiles of 256 (C2SP tlog-tiles)';
COMMENT ON COLUMN access.tile.level IS 'Level of tiles, 0 are the leaf hashes';
COMMENT ON COLUMN access.tile.index IS 'Which tile of its level';
COMMENT ON COLUMN access.tile.nodes IS 'Its hashes, 32 bytes each; fewer than 256 in the last';

CREATE TABLE access.checkpoint (
    size bigint PRIMARY KEY CHECK (size >= 0),
    note text NOT NULL,
    at timestamptz NOT NULL,
    published_at timestamptz
);
COMMENT ON TABLE access.checkpoint IS 'Signed states of the tree (C2SP tlog-checkpoint)';
COMMENT ON COLUMN access.checkpoint.size IS 'Leaves that it covers';
COMMENT ON COLUMN access.checkpoint.note IS 'The signed note';
COMMENT ON COLUMN access.checkpoint.at IS 'When it was signed';
COMMENT ON COLUMN access.checkpoint.published_at IS 'When it reached the second place';
