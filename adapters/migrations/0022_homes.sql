-- In each set of views; {view} is the set's schema. Temporary accommodation as an address, sessions of a suspension, the day of a notified birth.
ALTER TABLE {view}.address ADD placed boolean NOT NULL DEFAULT false, ADD until int;
COMMENT ON COLUMN {view}.address.placed IS 'Of temporary accommodation, which is the current address while it lasts';
COMMENT ON COLUMN {view}.address.until IS 'Of temporary accommodation the first day on which it is over';
ALTER TABLE {view}.entry ADD sessions int;
COMMENT ON COLUMN {view}.entry.sessions IS 'Sessions that a suspension is stated to last';
ALTER TABLE {view}.stage_entry ADD sessions int;
ALTER TABLE {view}.stage_fact ADD sessions int;
ALTER TABLE {view}.stage_own ADD sessions int;
COMMENT ON COLUMN {view}.stage_own.sessions IS 'As in entry';
ALTER TABLE {view}.stage_address ADD placed boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN {view}.stage_address.placed IS 'As in address';
ALTER TABLE {view}.person ADD notified int;
COMMENT ON COLUMN {view}.person.notified IS 'Day of birth of a notification of birth, as that event shows it';
ALTER TABLE {view}.stage_silence ADD notified int;
COMMENT ON COLUMN {view}.stage_silence.notified IS 'As in person';
