-- Officers' cases are found by the child whom they are about, with each look at the child, and by the member of staff.
CREATE INDEX fact_case_child ON log.fact USING gin (others) WHERE kind = 'access_case_opened';
CREATE INDEX fact_case_told ON log.fact (reference) WHERE kind = 'access_case_noted' AND service = 'recipient_told';
CREATE INDEX fact_case_concerned ON log.fact (reference) WHERE kind = 'access_case_opened';
-- Whoever told what a person disputes is asked to look at it, once of each event.
ALTER TABLE log.feedback DROP CONSTRAINT feedback_word_check;
ALTER TABLE log.feedback ADD CONSTRAINT feedback_word_check
    CHECK (word IN ('duplicate', 'conflict', 'kept', 'released', 'replaced', 'rejected', 'replay_requested', 'disputed'));
CREATE UNIQUE INDEX feedback_disputed ON log.feedback (position) WHERE word = 'disputed';
COMMENT ON COLUMN log.feedback.word IS 'What became of the message, or replay_requested, or disputed';
COMMENT ON COLUMN log.feedback.position IS 'Of a duplicate, or of what is disputed: position of the event in the log, which says the event id';
-- Whether anybody ever asked that a record be put right, or not used, is asked with every answer.
CREATE INDEX fact_case_request ON log.fact (position) WHERE kind = 'access_case_opened' AND service IN ('rectification', 'restriction');
COMMENT ON COLUMN log.fact.others IS 'Records of other people named; of an officer''s case the record of the child whom it is about';
COMMENT ON COLUMN log.fact.reference IS 'Keyed hash of the agency''s reference; of an officer''s case that of the member of staff whom it is about; of somebody who was told, the entry of the access log by which they had seen it';
COMMENT ON COLUMN log.fact.scope IS 'child or family, of a lead; of an officer''s case the office that has it';
