-- Events from the future wait for their time.
ALTER TABLE log.aside ADD COLUMN due_at timestamptz;
CREATE INDEX aside_due_at ON log.aside (due_at) WHERE state = 'waiting' AND due_at IS NOT NULL;
COMMENT ON COLUMN log.aside.due_at IS 'From when an event from the future may be recorded: by whoever appends next';
