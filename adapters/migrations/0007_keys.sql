-- Which keys the log is written with, so that it is not written with others: a record found under one keyed hash is not
-- found under another, and a child would have two.
CREATE TABLE log.keys (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    fingerprint bytea NOT NULL CHECK (length(fingerprint) = 32)
);
COMMENT ON TABLE log.keys IS 'Which keys the log is written with: one row, once a service has opened it';
COMMENT ON COLUMN log.keys.one IS 'Always true, so that there is one row';
COMMENT ON COLUMN log.keys.fingerprint IS 'Keyed hashes of a constant, under the hash key and the key-encryption key';
