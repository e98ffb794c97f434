-- In each set of views; {view} is the set's schema. What silences an indicator is asked of every child worked out again.
CREATE INDEX ON {view}.entry (record) WHERE kind IN ('identity_sealed', 'left_england');
CREATE INDEX ON {view}.entry (record) WHERE kind = 'enrolment';
