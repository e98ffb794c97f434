-- Who a record is about, as stated last; its addresses; its evidence of links. All from live facts.
WITH f AS (
    SELECT l.*, coalesce(s.day, l.day) AS stands FROM stage_fact s JOIN log.fact l ON l.position = s.position
    WHERE l.person IS NOT NULL OR l.birth IS NOT NULL OR l.birth_day IS NOT NULL OR l.act IN (7, 8)
), called AS (
    SELECT record, array_agg(DISTINCT n ORDER BY n) AS named FROM f CROSS JOIN LATERAL unnest(named) AS n GROUP BY record
), new AS (
    SELECT t.record,
        (array_agg(person ORDER BY recorded_at DESC, key DESC) FILTER (WHERE person IS NOT NULL))[1] AS person,
        (array_agg(recorded_at ORDER BY recorded_at DESC, key DESC) FILTER (WHERE person IS NOT NULL))[1] AS person_at,
        (array_agg(key ORDER BY recorded_at DESC, key DESC) FILTER (WHERE person IS NOT NULL))[1] AS person_key,
        (array_agg(birth ORDER BY recorded_at DESC, key DESC) FILTER (WHERE birth IS NOT NULL))[1] AS birth,
        (array_agg(recorded_at ORDER BY recorded_at DESC, key DESC) FILTER (WHERE birth IS NOT NULL))[1] AS birth_at,
        (array_agg(key ORDER BY recorded_at DESC, key DESC) FILTER (WHERE birth IS NOT NULL))[1] AS birth_key,
        (array_agg(age_from ORDER BY recorded_at DESC, key DESC) FILTER (WHERE birth IS NOT NULL))[1] AS age_from,
        (array_agg(age_to ORDER BY recorded_at DESC, key DESC) FILTER (WHERE birth IS NOT NULL))[1] AS age_to,
        (array_agg(birth_day ORDER BY (birth IS NULL), recorded_at DESC, key DESC) FILTER (WHERE birth_day IS NOT NULL))[1] AS birth_day,
        c.named,
        (array_agg(act ORDER BY recorded_at DESC, act DESC, key DESC) FILTER (WHERE act IN (7, 8)))[1] AS vital_act,
        (array_agg(stands ORDER BY recorded_at DESC, act DESC, key DESC) FILTER (WHERE act IN (7, 8)))[1] AS vital_day,
        (array_agg(recorded_at ORDER BY recorded_at DESC, act DESC, key DESC) FILTER (WHERE act IN (7, 8)))[1] AS vital_at,
        (array_agg(key ORDER BY recorded_at DESC, act DESC, key DESC) FILTER (WHERE act IN (7, 8)))[1] AS vital_key
    FROM stage_record t JOIN f ON f.record = t.record LEFT JOIN called c ON c.record = t.record GROUP BY t.record, c.named
), signed AS (
    SELECT *, md5(new::text)::uuid AS sig FROM new
), closed AS (
    UPDATE person o SET to_ed = %(e)s FROM stage_record t
    WHERE o.record = t.record AND o.to_ed IS NULL AND NOT EXISTS (SELECT FROM signed n WHERE n.record = o.record AND n.sig = o.sig)
)
INSERT INTO person
SELECT n.*, %(e)s, NULL FROM signed n
WHERE NOT EXISTS (SELECT FROM person o WHERE o.record = n.record AND o.to_ed IS NULL AND o.sig = n.sig);

WITH new AS (
    SELECT DISTINCT ON (s.record, s.day) s.position AS main, s.record, s.day, l.address_status AS status, l.residence, l.place, l.property,
        l.address, l.recorded_at, l.key
    FROM stage_fact s JOIN log.fact l ON l.position = s.position
    WHERE l.act IN (6, 17) AND l.address IS NOT NULL
    ORDER BY s.record, s.day, l.recorded_at DESC, l.key DESC
), signed AS (
    SELECT *, md5(new::text)::uuid AS sig FROM new
), closed AS (
    UPDATE address o SET to_ed = %(e)s FROM stage_record t
    WHERE o.record = t.record AND o.to_ed IS NULL AND NOT EXISTS (SELECT FROM signed n WHERE n.main = o.main AND n.sig = o.sig)
)
INSERT INTO address
SELECT n.*, %(e)s, NULL FROM signed n
WHERE NOT EXISTS (SELECT FROM address o WHERE o.record = n.record AND o.main = n.main AND o.to_ed IS NULL AND o.sig = n.sig);

WITH new AS (
    SELECT DISTINCT ON (s.record, o.other) s.record, o.other, s.recorded_at, s.key, coalesce(o.other = l.former, false) AS former
    FROM stage_fact s JOIN log.fact l ON l.position = s.position CROSS JOIN LATERAL unnest(l.linked) AS o (other)
    WHERE l.linked IS NOT NULL AND o.other <> s.record
    ORDER BY s.record, o.other, former DESC, s.recorded_at, s.key
), signed AS (
    SELECT *, md5(new::text)::uuid AS sig FROM new
), closed AS (
    UPDATE edge o SET to_ed = %(e)s FROM stage_record t
    WHERE o.record = t.record AND o.to_ed IS NULL AND NOT EXISTS (SELECT FROM signed n WHERE n.record = o.record AND n.other = o.other AND n.sig = o.sig)
)
INSERT INTO edge (record, other, recorded_at, key, former, sig, from_ed)
SELECT n.*, %(e)s FROM signed n
WHERE NOT EXISTS (SELECT FROM edge o WHERE o.record = n.record AND o.other = n.other AND o.to_ed IS NULL AND o.sig = n.sig);
