-- A year of what people do, put into the real tables in bulk: so many entries of so many people, each of whom works with forty
-- children, of whom one in fifteen or so is nobody's that is known of, and some are another's by now. Nothing of it is sealed content, which no officers' question reads.
SELECT setseed(0.5);

CREATE TEMP TABLE work_of AS
SELECT p AS person, CASE WHEN p %% 10 < 6 THEN 'la-808' ELSE 'org-' || (p %% 10) END AS organisation,
    CASE WHEN p %% 10 < 6 THEN 'la-808' ELSE 'org-' || (p %% 10) END || ':W' || p AS worker, n,
    md5('child ' || (p * 40 + n) %% (%(people)s * 30))::uuid AS child
FROM generate_series(1, %(people)s) AS p CROSS JOIN generate_series(0, 39) AS n;
CREATE UNIQUE INDEX ON work_of (person, n);

INSERT INTO {view}.entry (main, record, kind, service, provider, organisation, starts, ends, worker, provision, positions, recorded_at, tie, sig, from_ed)
SELECT 1000000 + row_number() OVER (), w.child, 'involvement', 'family support', w.organisation, w.organisation, %(first)s - (random() * 300)::int,
    CASE WHEN random() < 0.3 THEN %(first)s + (random() * 300)::int END, w.worker, 'additional', ARRAY[1000000 + row_number() OVER ()], 0,
    decode(md5(w.worker || w.child), 'hex'), md5(w.worker || w.child)::uuid, 1
FROM work_of w WHERE w.n < 38 AND (w.person + w.n) %% 17 > 0;
INSERT INTO {view}.entry (main, record, kind, service, provider, organisation, starts, provision, positions, recorded_at, tie, sig, from_ed)
SELECT 9000000 + n, md5('child ' || n * 50)::uuid, 'shield', 'shield', 'la-808', 'la-808', %(first)s + n * 3, 'universal', ARRAY[9000000 + n], 0,
    decode(md5('shield ' || n), 'hex'), md5('shield ' || n)::uuid, 1
FROM generate_series(1, 100) AS n;
-- A sensitive service works with one child in a hundred, of whom every other consents that it is known.
INSERT INTO {view}.entry (main, record, kind, service, provider, organisation, starts, provision, positions, recorded_at, tie, sig, from_ed)
SELECT 9100000 + n, md5('child ' || n / 2 * 100)::uuid, k.kind, k.kind, 'org-7', 'org-7', %(first)s, 'additional', ARRAY[9100000 + n], 0,
    decode(md5(k.kind || n), 'hex'), md5(k.kind || n)::uuid, 1
FROM generate_series(0, %(people)s * 3 / 5 - 1) AS n
CROSS JOIN LATERAL (SELECT CASE n %% 2 WHEN 0 THEN 'community_support' ELSE 'consent' END AS kind) AS k WHERE n %% 4 < 3;

-- Most of it on weekdays from seven to seven, most at one's own children; some by a claim, few by an override, some refused.
CREATE TEMP TABLE made AS
SELECT gen_random_uuid() AS id, d.at, w.organisation, w.worker, w.child, d.what, d.n
FROM (SELECT n, (DATE '1970-01-01' + %(first)s + (n::bigint * 364 / %(made)s)::int)::timestamptz + interval '7 hours' + random() * interval '13 hours' AS at,
        1 + (random() * (%(people)s - 1))::int AS person, (random() * random() * 39)::int AS place, random() AS what
    FROM generate_series(0, %(made)s - 1) AS n) AS d
JOIN work_of w ON w.person = d.person AND w.n = d.place
WHERE extract(isodow FROM d.at) < 6 OR d.what > 0.97;
CREATE TEMP TABLE told AS
SELECT m.id, m.at, m.worker AS viewer, m.organisation,
    CASE WHEN what < 0.4 OR what > 0.95 THEN 'ShowChild' WHEN what < 0.6 THEN 'ShowTimeline' WHEN what < 0.82 THEN 'ShowChanges'
        WHEN what < 0.85 THEN 'ShowCaseload' ELSE 'FindChildren' END AS kind,
    CASE WHEN what > 0.982 THEN 'refused' ELSE 'shown' END AS outcome,
    CASE WHEN what < 0.6 OR what > 0.95 THEN m.child END AS child, m.child AS named,
    CASE WHEN what > 0.982 THEN 'not_allowed' WHEN what > 0.98 THEN 'override' WHEN what > 0.95 THEN 'self_claim' WHEN what >= 0.85 THEN 'search'
        WHEN what >= 0.6 THEN 'own_work' ELSE 'involved' END AS rule,
    CASE WHEN what > 0.982 THEN NULL WHEN what > 0.98 THEN 'override' WHEN what >= 0.85 THEN 'claim' END AS opening,
    CASE WHEN what >= 0.85 AND what <= 0.95 THEN decode(md5('name ' || (m.n %% 50000)), 'hex') END AS probe, m.n
FROM made m;

INSERT INTO access.entry (id, at, viewer, organisation, kind, outcome, bytes, wrapped, sealed, child, rule, opening, probe, found)
SELECT t.id, t.at, t.viewer, t.organisation, t.kind, t.outcome, convert_to(jsonb_build_object('v', 2, 'id', 'a-' || replace(t.id::text, '-', ''),
    'at', t.at, 'process', 'p' || t.n / 10000, 'number', t.n %% 10000, 'previous', NULL, 'viewer', t.viewer, 'organisation', t.organisation, 'role', 'practitioner',
    'channel', 'pages', 'opening', t.opening, 'acting_for', NULL, 'purpose', 'work_with_own_children', 'question', t.kind, 'head', '1:1', 'outcome', t.outcome,
    'rules', jsonb_build_array(t.rule), 'context', repeat('0', 64), 'root', repeat('0', 64), 'asked', repeat('0', 64), 'parts', 2, 'withheld', 0)::text, 'UTF8'),
    decode(repeat('00', 60), 'hex'), decode(repeat('00', 120), 'hex'), t.child, t.rule, t.opening, t.probe,
    CASE WHEN t.kind = 'FindChildren' THEN (t.outcome = 'shown' AND t.n %% 20 > 0)::int END
FROM told t;

INSERT INTO access.shown (entry, number, child, opened, records, digests, places, classes, at)
SELECT t.id, 0, '00000000-0000-0000-0000-000000000000'::uuid, t.child IS NOT NULL, '{}'::uuid[], '{}'::bytea[], '{}'::int2[], '{}'::int2[], t.at FROM told t WHERE t.outcome = 'shown'
UNION ALL
SELECT t.id, 1, t.named, t.child IS NOT NULL, ARRAY[t.named], '{}', '{}', '{}', t.at FROM told t WHERE t.outcome = 'shown' AND t.kind <> 'ShowCaseload' AND t.n %% 20 > 0
UNION ALL
SELECT t.id, w.n + 1, w.child, false, ARRAY[w.child], '{}', '{}', '{}', t.at
FROM told t JOIN work_of w ON w.worker = t.viewer WHERE t.outcome = 'shown' AND t.kind = 'ShowCaseload';

INSERT INTO access.leaf (index, entry, hash)
SELECT row_number() OVER (ORDER BY e.at, e.id) - 1, e.id, sha256('\x00'::bytea || e.bytes) FROM access.entry e JOIN told t ON t.id = e.id;

SELECT access.sum_up();
