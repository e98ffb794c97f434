-- The records this edition touches: those it has new facts of, those that it seals, those that a whole snapshot does not list,
-- and those it takes in again; without those it leaves out.
DELETE FROM stage_fact;
DELETE FROM stage_record;
INSERT INTO stage_record
SELECT record FROM new_facts(%(lo)s, %(hi)s) WHERE act NOT IN (16, 18)
UNION
SELECT record FROM stage_mended
UNION
-- Pupils of schools of which it is said now who took over from them, or of those (domain.timeline.succession).
SELECT o.record FROM (
    SELECT substr(f.service, 5) AS school FROM log.fact f WHERE f.act = 18 AND f.kind = 'organisation' AND f.position BETWEEN %(lo)s AND %(hi)s
    UNION
    SELECT substr(s.code, 5) FROM log.fact f JOIN log.fact l ON l.act = 18 AND l.kind = 'organisation' AND l.service = f.service
    CROSS JOIN LATERAL string_to_table(l.scope, ' ') AS s (code)
    WHERE f.act = 18 AND f.kind = 'organisation' AND f.position BETWEEN %(lo)s AND %(hi)s AND l.position <= %(hi)s) n
CROSS JOIN LATERAL (SELECT e.record FROM entry e WHERE e.provider = n.school AND e.kind = 'enrolment' AND e.to_ed IS NULL OFFSET 0) o
WHERE NOT EXISTS (SELECT FROM stage_apart a WHERE a.record = o.record)
UNION
SELECT z.record FROM log.sealed z WHERE z.position BETWEEN %(lo)s AND %(hi)s AND NOT EXISTS (SELECT FROM stage_apart a WHERE a.record = z.record)
UNION
SELECT o.record FROM snapshot s JOIN entry o ON o.organisation = s.organisation AND o.kind = s.kind AND o.to_ed IS NULL AND o.ends IS NULL
    AND s.first > greatest(o.starts, o.confirmed) AND (o.absent_from IS NULL OR o.absent_from > s.first)
WHERE s.whole_ed = %(e)s AND NOT EXISTS (SELECT FROM stage_apart a WHERE a.record = o.record);
