-- Who a record is about, as stated last, and its addresses: from live facts of which it is not disputed whom they are about.
-- The date of birth that a sensitive service states (domain.kinds.TOLD_IN_CONFIDENCE) stands where no other told one, and
-- then there is no school age that rules could go by.
WITH f AS (
    SELECT l.*, coalesce(s.day, l.day) AS stands, l.kind IN ('community_support', 'consent') AS sensitive FROM stage_fact s JOIN log.fact l ON l.position = s.position
    WHERE NOT s.doubted AND (l.person IS NOT NULL OR l.birth IS NOT NULL OR l.birth_day IS NOT NULL OR l.sex IS NOT NULL OR l.act IN (7, 8, 17))
), called AS (
    SELECT record, array_agg(DISTINCT n ORDER BY n) AS named FROM f CROSS JOIN LATERAL unnest(named) AS n GROUP BY record
), stated AS (
    -- Whose word it is, but for a sensitive service, which is named nowhere.
    SELECT DISTINCT ON (record, whose, called) record, whose AS organisation, called, person, recorded_at, tie
    FROM f CROSS JOIN LATERAL (SELECT CASE WHEN sensitive THEN '' ELSE organisation END AS whose) w
    WHERE person IS NOT NULL ORDER BY record, whose, called, recorded_at, tie
), names AS (
    SELECT record, array_agg(person ORDER BY recorded_at, tie) AS called, array_agg(organisation ORDER BY recorded_at, tie) AS called_by
    FROM stated GROUP BY record
), new AS (
    SELECT t.record,
        (array_agg(person ORDER BY recorded_at DESC, tie DESC) FILTER (WHERE person IS NOT NULL))[1] AS person,
        (array_agg(recorded_at ORDER BY recorded_at DESC, tie DESC) FILTER (WHERE person IS NOT NULL))[1] AS person_at,
        (array_agg(tie ORDER BY recorded_at DESC, tie DESC) FILTER (WHERE person IS NOT NULL))[1] AS person_tie,
        (array_agg(birth ORDER BY sensitive, recorded_at DESC, tie DESC) FILTER (WHERE birth IS NOT NULL))[1] AS birth,
        (array_agg(recorded_at ORDER BY sensitive, recorded_at DESC, tie DESC) FILTER (WHERE birth IS NOT NULL))[1] AS birth_at,
        (array_agg(tie ORDER BY sensitive, recorded_at DESC, tie DESC) FILTER (WHERE birth IS NOT NULL))[1] AS birth_tie,
        (array_agg(age_from ORDER BY recorded_at DESC, tie DESC) FILTER (WHERE birth IS NOT NULL AND NOT sensitive))[1] AS age_from,
        (array_agg(age_to ORDER BY recorded_at DESC, tie DESC) FILTER (WHERE birth IS NOT NULL AND NOT sensitive))[1] AS age_to,
        (array_agg(birth_day ORDER BY (birth IS NULL), sensitive, recorded_at DESC, tie DESC) FILTER (WHERE birth_day IS NOT NULL))[1] AS birth_day,
        c.named,
        (array_agg(act ORDER BY recorded_at DESC, act DESC, tie DESC) FILTER (WHERE act IN (7, 8)))[1] AS vital_act,
        (array_agg(stands ORDER BY recorded_at DESC, act DESC, tie DESC) FILTER (WHERE act IN (7, 8)))[1] AS vital_day,
        (array_agg(recorded_at ORDER BY recorded_at DESC, act DESC, tie DESC) FILTER (WHERE act IN (7, 8)))[1] AS vital_at,
        (array_agg(tie ORDER BY recorded_at DESC, act DESC, tie DESC) FILTER (WHERE act IN (7, 8)))[1] AS vital_tie,
        (array_agg(sex ORDER BY recorded_at DESC, tie DESC) FILTER (WHERE sex IS NOT NULL))[1] AS sex,
        (array_agg(recorded_at ORDER BY recorded_at DESC, tie DESC) FILTER (WHERE sex IS NOT NULL))[1] AS sex_at,
        (array_agg(tie ORDER BY recorded_at DESC, tie DESC) FILTER (WHERE sex IS NOT NULL))[1] AS sex_tie,
        s.called, s.called_by, min(stands) FILTER (WHERE act = 17) AS notified
    FROM stage_record t JOIN f ON f.record = t.record LEFT JOIN called c ON c.record = t.record LEFT JOIN names s ON s.record = t.record
    GROUP BY t.record, c.named, s.called, s.called_by
), signed AS (
    SELECT *, md5(new::text)::uuid AS sig FROM new
), closed AS (
    UPDATE person o SET to_ed = %(e)s FROM stage_record t
    WHERE o.record = t.record AND o.to_ed IS NULL AND NOT EXISTS (SELECT FROM signed n WHERE n.record = o.record AND n.sig = o.sig)
)
INSERT INTO person (record, person, person_at, person_tie, birth, birth_at, birth_tie, age_from, age_to, birth_day, named,
    vital_act, vital_day, vital_at, vital_tie, sex, sex_at, sex_tie, called, called_by, notified, sig, from_ed)
SELECT n.*, %(e)s FROM signed n
WHERE NOT EXISTS (SELECT FROM person o WHERE o.record = n.record AND o.to_ed IS NULL AND o.sig = n.sig);

WITH new AS (
    SELECT * FROM (
        SELECT DISTINCT ON (s.record, s.day) s.position AS main, s.record, s.day, l.address_status AS status, l.residence, l.place, l.property,
            l.address, l.recorded_at, l.tie, false AS placed, NULL::int AS until
        FROM stage_fact s JOIN log.fact l ON l.position = s.position
        WHERE NOT s.doubted AND l.act IN (6, 17) AND l.address IS NOT NULL
        ORDER BY s.record, s.day, l.recorded_at DESC, l.tie DESC) told
    UNION ALL
    -- Temporary accommodation is the current address while it lasts.
    SELECT * FROM (
        SELECT DISTINCT ON (n.record, n.starts) n.main, n.record, n.starts, l.address_status, coalesce(l.residence, 'temporary'), l.place, l.property,
            l.address, l.recorded_at, l.tie, true,
            coalesce(n.ends, least(greatest(n.starts, n.confirmed) + n.lapses_after, n.absent_from), 2000000)
        FROM stage_entry n JOIN log.fact l ON l.position = n.main
        WHERE n.kind = 'temporary_accommodation' AND n.why IS NULL AND NOT n.doubted AND n.starts IS NOT NULL AND l.address_status = 'current'
        ORDER BY n.record, n.starts, l.recorded_at DESC, l.tie DESC) placed
), signed AS (
    SELECT *, md5(new::text)::uuid AS sig FROM new
), closed AS (
    UPDATE address o SET to_ed = %(e)s FROM stage_record t
    WHERE o.record = t.record AND o.to_ed IS NULL AND NOT EXISTS (SELECT FROM signed n WHERE n.main = o.main AND n.sig = o.sig)
)
INSERT INTO address (main, record, day, status, residence, place, property, address, recorded_at, tie, placed, until, sig, from_ed)
SELECT n.*, %(e)s FROM signed n
WHERE NOT EXISTS (SELECT FROM address o WHERE o.record = n.record AND o.main = n.main AND o.to_ed IS NULL AND o.sig = n.sig);
