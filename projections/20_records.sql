-- The records this edition touches: those of its events, those that it seals, and those that a snapshot leaves out.
DELETE FROM stage_fact;
DELETE FROM stage_record;
INSERT INTO stage_record
SELECT record FROM log.fact WHERE position BETWEEN %(lo)s AND %(hi)s AND act NOT IN (16, 18)
UNION
SELECT record FROM log.sealed WHERE position BETWEEN %(lo)s AND %(hi)s
UNION
SELECT o.record FROM snapshot s JOIN entry o ON o.organisation = s.organisation AND o.kind = s.kind AND o.to_ed IS NULL AND o.ends IS NULL
    AND s.first > greatest(o.starts, o.confirmed) AND (o.absent_from IS NULL OR o.absent_from > s.first)
WHERE s.whole_ed = %(e)s;
