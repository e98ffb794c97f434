-- What officers ask by, beside each entry (access.md 7): the leaf says it too, and what it says stands. Null where a question has none.
ALTER TABLE access.entry ADD COLUMN child uuid, ADD COLUMN rule text, ADD COLUMN opening text, ADD COLUMN acting_for text, ADD COLUMN probe bytea;
COMMENT ON COLUMN access.entry.child IS 'The one child that was asked about; null: none, several, or none that is known';
COMMENT ON COLUMN access.entry.rule IS 'The rule that decided; null: none was asked for';
COMMENT ON COLUMN access.entry.opening IS 'How what is not the viewer''s own work was asked for: claim, override, mediation';
COMMENT ON COLUMN access.entry.acting_for IS 'For whom the viewer looked, as organisation:staff id';
COMMENT ON COLUMN access.entry.probe IS 'Keyed hash of what a child was looked for by, so that repeated searches are found; goes when the search is erased';

UPDATE access.entry e SET
    rule = said.leaf -> 'rules' ->> 0,
    opening = said.leaf ->> 'opening',
    acting_for = said.leaf ->> 'acting_for',
    child = CASE WHEN e.kind IN ('ShowChild', 'ShowTimeline') THEN
        (SELECT s.child FROM access.shown s WHERE s.entry = e.id AND s.at = e.at
            AND s.child <> '00000000-0000-0000-0000-000000000000' ORDER BY s.number LIMIT 1) END
FROM (SELECT id, at, convert_from(bytes, 'UTF8')::jsonb AS leaf FROM access.entry) AS said
WHERE said.id = e.id AND said.at = e.at AND e.outcome <> 'ended';

-- Of a whole year's looks at children these are read and no row of an entry is; of what was opened with a reason there are few.
CREATE INDEX entry_child ON access.entry (organisation, at) INCLUDE (viewer, acting_for, child, outcome, kind, rule, opening, id) WHERE child IS NOT NULL;
CREATE INDEX entry_opening ON access.entry (opening, at) WHERE opening IS NOT NULL;
CREATE INDEX entry_kind ON access.entry (kind, at);
CREATE INDEX entry_probe ON access.entry (probe, at) WHERE probe IS NOT NULL;
-- Answers with many children have a row of this number each.
CREATE INDEX shown_many ON access.shown (number, at) WHERE number >= 20;

-- Which accesses somebody has looked at, and what came of that: by the entry, which is the name of the fact.
CREATE INDEX fact_reviewed ON log.fact (service) WHERE act = 18 AND kind = 'access_reviewed';
