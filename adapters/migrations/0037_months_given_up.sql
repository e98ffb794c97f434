-- The log states of each month that is over which leaves it has, and of a month that is given up that its entries are gone (docs/decisions/0072).
ALTER TABLE access.entry DROP CONSTRAINT entry_outcome_check;
ALTER TABLE access.entry ADD CONSTRAINT entry_outcome_check
    CHECK (outcome IN ('shown', 'nothing', 'refused', 'failed', 'ended', 'month_ended', 'given_up'));
COMMENT ON COLUMN access.entry.outcome IS 'Shown, nothing known, refused, or failed; no access: ended (the process that wrote entries has), month_ended and given_up (what is stated of a month)';
CREATE INDEX entry_of_month ON access.entry (at) WHERE outcome IN ('month_ended', 'given_up');
