-- What links rest on: which records are said to be one child, by whose word (domain.identity.links.Strength), and the date of
-- birth that each record is linked by.
WITH new AS (
    SELECT DISTINCT ON (s.record, o.other) s.record, o.other, s.recorded_at, s.tie, CASE WHEN o.other = l.former THEN 2 ELSE 1 END::smallint AS strength
    FROM stage_fact s JOIN log.fact l ON l.position = s.position CROSS JOIN LATERAL unnest(l.linked) AS o (other)
    WHERE l.linked IS NOT NULL AND o.other <> s.record AND NOT EXISTS (SELECT FROM log.erased z WHERE z.record = o.other)
    ORDER BY s.record, o.other, strength DESC, s.recorded_at, s.tie
), signed AS (
    SELECT *, md5(new::text)::uuid AS sig FROM new
), closed AS (
    UPDATE edge o SET to_ed = %(e)s FROM stage_record t
    WHERE o.record = t.record AND o.to_ed IS NULL AND NOT EXISTS (SELECT FROM signed n WHERE n.record = o.record AND n.other = o.other AND n.sig = o.sig)
)
INSERT INTO edge (record, other, recorded_at, tie, strength, sig, from_ed)
SELECT n.*, %(e)s FROM signed n
WHERE NOT EXISTS (SELECT FROM edge o WHERE o.record = n.record AND o.other = n.other AND o.to_ed IS NULL AND o.sig = n.sig);

-- The last that was stated under the record's number alone; else the last of the organisation that stated one first. Contested: the last
-- words of all who stated one under the number alone do not agree (domain.identity.links).
WITH f AS (
    SELECT l.record, l.organisation, l.birth, l.linked IS NULL AS alone, l.recorded_at, l.tie,
        first_value(l.organisation) OVER (PARTITION BY l.record ORDER BY l.recorded_at, l.tie) AS first
    FROM stage_fact s JOIN log.fact l ON l.position = s.position WHERE l.birth IS NOT NULL
), word AS (
    SELECT record, count(DISTINCT birth) > 1 AS contested FROM (
        SELECT DISTINCT ON (record, organisation) record, birth FROM f WHERE alone ORDER BY record, organisation, recorded_at DESC, tie DESC) w
    GROUP BY record
), new AS (
    SELECT DISTINCT ON (f.record) f.record, f.birth, coalesce(w.contested, false) AS contested FROM f LEFT JOIN word w USING (record)
    WHERE f.alone OR f.organisation = f.first
    ORDER BY f.record, f.alone DESC, f.recorded_at DESC, f.tie DESC
), closed AS (
    UPDATE stated_birth o SET to_ed = %(e)s FROM stage_record t
    WHERE o.record = t.record AND o.to_ed IS NULL
        AND NOT EXISTS (SELECT FROM new n WHERE n.record = o.record AND n.birth = o.birth AND n.contested = o.contested)
)
INSERT INTO stated_birth (record, birth, contested, from_ed)
SELECT n.*, %(e)s FROM new n
WHERE NOT EXISTS (SELECT FROM stated_birth o WHERE o.record = n.record AND o.to_ed IS NULL AND o.birth = n.birth AND o.contested = n.contested);
