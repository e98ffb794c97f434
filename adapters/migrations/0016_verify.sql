-- By which formula a batch's hash was worked out: adapters/log/chain.py has all of them, so that a log from before verifies.
ALTER TABLE log.batch ADD COLUMN formula smallint NOT NULL DEFAULT 1;
COMMENT ON COLUMN log.batch.formula IS 'How its hash is worked out: 1 SHA-256 of previous and of the rows as copied; 2 a keyed hash of all other columns and of the rows as copied';
COMMENT ON COLUMN log.batch.hash IS 'Hash of the batch before and of this one, by its formula';
