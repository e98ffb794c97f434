-- Timeline entries of the touched records (domain.timeline.pairing.entries): by reference, by the walk, and moments. What is doubted
-- makes entries of its own.
DELETE FROM stage_entry;

-- Records of one child whose numbers replaced one another are one record here, that of one holder of them all: what began
-- under the former number ends under the present one (domain.identity.links.one_holder).
DELETE FROM stage_holder;
INSERT INTO stage_holder
WITH RECURSIVE pair AS MATERIALIZED (
    SELECT g.record, g.other FROM edge g JOIN membership m ON m.record = g.record AND m.to_ed IS NULL
    JOIN membership o ON o.record = g.other AND o.to_ed IS NULL AND o.child = m.child
    WHERE g.strength = 2 AND g.to_ed IS NULL AND g.joins AND g.record IN (SELECT record FROM stage_record)
), both_ways AS (
    SELECT record, other FROM pair UNION SELECT other, record FROM pair
), reached AS (
    SELECT record, other AS holder FROM both_ways
    UNION
    SELECT r.record, b.other FROM reached r JOIN both_ways b ON b.record = r.holder
)
SELECT DISTINCT ON (record) record, holder FROM reached ORDER BY record, holder;

UPDATE stage_fact f SET record = h.holder FROM stage_holder h WHERE f.record = h.record AND h.holder <> h.record;

-- What a school and the one that took over from it both tell of a child is told of the latter, paired by days; an end for the
-- change says that the child was there until then (domain.timeline.succession). 92 days: HAND_OVER_DAYS.
DELETE FROM stage_heir;
INSERT INTO stage_heir
WITH RECURSIVE link AS MATERIALIZED (
    SELECT * FROM log.successors(%(hi)s)
), on_roll AS MATERIALIZED (
    SELECT record, provider, min(day) FILTER (WHERE act = 1) AS starts FROM stage_fact
    WHERE kind = 'enrolment' AND EXISTS (SELECT FROM link) AND provider IN (SELECT school FROM link UNION ALL SELECT successor FROM link)
    GROUP BY record, provider
), after AS (
    SELECT r.record, r.provider AS school, l.successor AS heir, l.closed, 1 AS step, ARRAY[r.provider, l.successor] AS seen
    FROM on_roll r JOIN link l ON l.school = r.provider WHERE l.successor <> r.provider
    UNION ALL
    SELECT a.record, a.school, l.successor, a.closed, a.step + 1, a.seen || l.successor
    FROM after a JOIN link l ON l.school = a.heir WHERE l.successor <> ALL(a.seen)
), found AS (
    SELECT a.record, a.school, (array_agg(a.heir ORDER BY a.step DESC))[1] AS heir, a.closed, min(r.starts) AS starts
    FROM after a JOIN on_roll r ON r.record = a.record AND r.provider = a.heir AND r.starts IS NOT NULL
    GROUP BY a.record, a.school, a.closed
)
SELECT * FROM found
UNION ALL
SELECT DISTINCT record, heir, heir, NULL::int, NULL::int FROM found f
WHERE NOT EXISTS (SELECT FROM found o WHERE o.record = f.record AND o.school = f.heir);

UPDATE stage_fact f SET provider = h.heir, reference = NULL,
    organisation = CASE WHEN f.organisation = 'urn-' || h.school THEN 'urn-' || h.heir ELSE f.organisation END,
    act = CASE WHEN f.act = 2 AND abs(f.day - h.closed) <= 92 AND h.starts <= f.day + 92 THEN 3 ELSE f.act END
FROM stage_heir h WHERE f.kind = 'enrolment' AND f.record = h.record AND f.provider = h.school;

-- A correction of an enrolment's first day is one of every telling of that day (domain.timeline.retold).
WITH corrected AS (
    SELECT DISTINCT ON (s.record, s.kind, s.provider, s.service, f.day) s.record, s.kind, s.provider, s.service, f.day AS told, c.day
    FROM stage_fact s JOIN log.fact f ON f.position = s.position CROSS JOIN LATERAL (
        SELECT a.day, a.recorded_at, a.tie FROM log.fact a
        WHERE a.position = ANY(s.amended) AND a.act = 14 AND a.day IS NOT NULL ORDER BY a.recorded_at DESC, a.tie DESC LIMIT 1) c
    WHERE s.kind = 'enrolment' AND s.act = 1 AND s.amended IS NOT NULL
    ORDER BY s.record, s.kind, s.provider, s.service, f.day, c.recorded_at DESC, c.tie DESC
)
UPDATE stage_fact s SET day = c.day FROM corrected c, log.fact f
WHERE f.position = s.position AND s.act = 1 AND s.kind = c.kind AND s.record = c.record AND s.provider = c.provider
    AND s.service = c.service AND f.day = c.told AND s.day <> c.day;

-- References of one enrolment are one, and none where it is told without (domain.timeline.retold).
WITH last AS (
    SELECT DISTINCT ON (record, doubted, kind, organisation, reference) record, doubted, kind, organisation, reference, provider, service, day, recorded_at, tie
    FROM stage_fact WHERE kind = 'enrolment' AND act = 1 AND reference IS NOT NULL
    ORDER BY record, doubted, kind, organisation, reference, recorded_at DESC, tie DESC
), without AS (
    SELECT DISTINCT record, doubted, kind, provider, service, day, true AS told
    FROM stage_fact WHERE kind = 'enrolment' AND act = 1 AND reference IS NULL
), same AS (
    SELECT record, doubted, kind, organisation, reference, CASE WHEN w.told
        THEN NULL ELSE first_value(reference) OVER (PARTITION BY record, doubted, kind, organisation, provider, service, day ORDER BY recorded_at, tie)
        END AS one
    FROM last LEFT JOIN without w USING (record, doubted, kind, provider, service, day)
)
UPDATE stage_fact f SET reference = s.one FROM same s
WHERE f.kind = s.kind AND f.record = s.record AND f.doubted = s.doubted AND f.organisation = s.organisation AND f.reference = s.reference
    AND s.one IS DISTINCT FROM f.reference;

-- With a reference: the start recorded last and the end recorded last make one interval.
INSERT INTO stage_entry (main, record, kind, service, provider, organisation, starts, ends, why, confirmed, accepted, worker, team, role,
                         scope, provision, reason, lapses_after, others, positions, recorded_at, tie, takes_over, onward, due, doubted, sessions)
WITH one AS (
    SELECT record, doubted, kind, organisation, reference,
        (array_agg(position ORDER BY CASE WHEN act IN (1, 9, 12) THEN 0 WHEN act = 10 THEN 1 WHEN act = 3 THEN 2 ELSE 3 END,
                   recorded_at DESC, tie DESC))[1] AS main,
        bool_or(act IN (1, 9, 12)) AS has_start, bool_or(act IN (2, 13)) AS has_end,
        (array_agg(day ORDER BY recorded_at DESC, tie DESC) FILTER (WHERE act IN (1, 9, 12)))[1] AS start_day,
        (array_agg(until ORDER BY recorded_at DESC, tie DESC) FILTER (WHERE act IN (1, 9, 12)))[1] AS start_until,
        (array_agg(day ORDER BY recorded_at DESC, tie DESC) FILTER (WHERE act IN (2, 13)))[1] AS end_day,
        (array_agg(reason ORDER BY recorded_at DESC, tie DESC) FILTER (WHERE act IN (2, 13)))[1] AS end_reason,
        (array_agg(onward ORDER BY recorded_at DESC, tie DESC) FILTER (WHERE act IN (2, 13)))[1] AS end_onward,
        max(CASE WHEN act = 3 THEN day ELSE seen END) AS confirmed, min(day) FILTER (WHERE act = 10) AS accepted,
        log.sorted(log.array_join(ARRAY[position] || coalesce(amended, '{}'))) AS positions
    FROM stage_fact WHERE act IN (1, 2, 3, 9, 10, 12, 13) AND reference IS NOT NULL
    GROUP BY record, doubted, kind, organisation, reference
), dated AS (
    SELECT *, CASE WHEN has_start THEN start_day ELSE accepted END AS starts, CASE WHEN has_end THEN end_day ELSE start_until END AS ends FROM one
)
SELECT m.position, m.record, m.kind, m.service, m.provider, m.organisation, d.starts,
    CASE WHEN d.ends < d.starts THEN NULL ELSE d.ends END,
    CASE WHEN d.starts IS NULL AND has_end THEN 'end_without_start' WHEN d.starts IS NULL THEN 'confirmed_without_start'
         WHEN d.ends < d.starts THEN 'end_before_start' END,
    d.confirmed, d.accepted, m.worker, m.team, m.role, m.scope, m.provision, d.end_reason, m.lapses_after, m.others, d.positions,
    m.recorded_at, m.tie, coalesce(m.takes_over, false), coalesce(d.end_onward, false), m.due, m.doubted, m.sessions
FROM dated d JOIN stage_fact m ON m.position = d.main;

-- Without one: walk starts and ends by day; an end closes the one start that is open.
INSERT INTO stage_entry (main, record, kind, service, provider, organisation, starts, ends, why, worker, team, role,
                         scope, provision, reason, lapses_after, others, positions, recorded_at, tie, takes_over, onward, due, confirmed, doubted, sessions)
WITH f AS (
    SELECT *, act IN (2, 13) AS is_end,
        act IN (1, 9, 12) OR (act = 10 AND
            count(*) FILTER (WHERE act IN (1, 9, 12)) OVER by_day - count(*) FILTER (WHERE act IN (2, 13)) OVER by_day <= 0) AS is_start
    FROM stage_fact WHERE act IN (1, 2, 9, 10, 12, 13) AND reference IS NULL
    WINDOW by_day AS (PARTITION BY record, doubted, kind, provider, service ORDER BY day RANGE UNBOUNDED PRECEDING)
), counted AS (
    SELECT *,
        (count(*) FILTER (WHERE is_start) OVER earlier - count(*) FILTER (WHERE is_end) OVER earlier) > 0 AS something_open
    FROM f WHERE is_end OR (is_start AND until IS NULL)
    WINDOW earlier AS (PARTITION BY record, doubted, kind, provider, service ORDER BY day RANGE UNBOUNDED PRECEDING EXCLUDE GROUP)
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY record, doubted, kind, provider, service
        ORDER BY day, CASE WHEN is_end = something_open THEN 0 ELSE 1 END, recorded_at, tie) AS step
    FROM counted
), turned AS (
    SELECT *, CASE WHEN is_start AND lag(is_end) OVER (PARTITION BY record, doubted, kind, provider, service ORDER BY step) THEN 1 ELSE 0 END AS turn
    FROM ranked
), chained AS (
    SELECT *, sum(turn) OVER (PARTITION BY record, doubted, kind, provider, service ORDER BY step) AS chain FROM turned
), numbered AS (
    SELECT *, min(concat(worker, '|', team)) FILTER (WHERE is_start) OVER c = max(concat(worker, '|', team)) FILTER (WHERE is_start) OVER c AS one_hand,
        log.array_join(ARRAY[position] || coalesce(amended, '{}')) FILTER (WHERE is_start) OVER c AS all_starts,
        CASE WHEN NOT is_end THEN max(seen) FILTER (WHERE is_start) OVER c END AS last_seen,
        count(*) FILTER (WHERE is_start) OVER c AS starts_in, count(*) FILTER (WHERE is_end) OVER c AS ends_in,
        row_number() OVER (PARTITION BY record, doubted, kind, provider, service, chain, is_end ORDER BY step) AS nth,
        first_value(CASE WHEN is_end THEN day END) OVER e AS first_end, first_value(CASE WHEN is_end THEN reason END) OVER e AS first_reason,
        first_value(CASE WHEN is_end THEN onward END) OVER e AS first_onward,
        first_value(CASE WHEN is_end THEN ARRAY[position] || coalesce(amended, '{}') END) OVER e AS first_positions,
        log.array_join(ARRAY[position] || coalesce(amended, '{}')) FILTER (WHERE is_end) OVER c AS all_ends
    FROM chained
    WINDOW c AS (PARTITION BY record, doubted, kind, provider, service, chain),
           e AS (PARTITION BY record, doubted, kind, provider, service, chain ORDER BY CASE WHEN is_end THEN step ELSE 1000000 + step END)
)
SELECT position, record, kind, service, provider, organisation,
    CASE WHEN is_start THEN day END,
    CASE WHEN is_end THEN day WHEN one_hand AND ends_in > 0 THEN first_end END,
    CASE WHEN is_end THEN 'end_without_start' WHEN NOT one_hand AND ends_in > 0 THEN 'ambiguous_end' END,
    worker, team, role, scope, provision,
    CASE WHEN is_end THEN reason WHEN ends_in > 0 THEN first_reason END, lapses_after, others,
    log.sorted(ARRAY[position] || coalesce(amended, '{}') || CASE WHEN is_start AND one_hand THEN all_starts ELSE '{}' END
        || CASE WHEN is_start AND one_hand AND ends_in > 0 THEN first_positions WHEN is_start AND ends_in > 0 THEN all_ends ELSE '{}' END),
    recorded_at, tie, coalesce(takes_over, false), coalesce(CASE WHEN is_end THEN onward WHEN ends_in > 0 THEN first_onward END, false), due,
    CASE WHEN one_hand THEN last_seen ELSE seen END, doubted, sessions
FROM numbered
WHERE (is_start AND (NOT one_hand OR nth = 1)) OR (is_end AND (starts_in = 0 OR (one_hand AND nth > 1)))
UNION ALL
SELECT position, record, kind, service, provider, organisation, day, CASE WHEN until < day THEN NULL ELSE until END,
    CASE WHEN until < day THEN 'end_before_start' END, worker, team, role, scope, provision, NULL, lapses_after, others,
    log.sorted(ARRAY[position] || coalesce(amended, '{}')), recorded_at, tie, coalesce(takes_over, false), false, due, seen, doubted, sessions
FROM f WHERE is_start AND until IS NOT NULL;

-- Confirmations and acceptances without a reference go to the entry that started last on or before their day; a
-- confirmation after an end does not confirm what ended.
WITH begun AS MATERIALIZED (
    SELECT e.* FROM stage_entry e JOIN stage_fact m ON m.position = e.main WHERE m.reference IS NULL
), home AS (
    SELECT DISTINCT ON (f.position) f.position, h.main AS home
    FROM stage_fact f JOIN begun h ON h.record = f.record AND h.doubted = f.doubted AND h.kind = f.kind AND h.provider = f.provider AND h.service = f.service
        AND h.starts <= f.day AND (f.act = 10 OR h.ends IS NULL OR h.ends >= f.day)
    WHERE f.act IN (3, 10) AND f.reference IS NULL
    ORDER BY f.position, h.starts DESC, h.recorded_at DESC, h.tie DESC
), said AS (
    SELECT f.*, h.home FROM stage_fact f LEFT JOIN home h USING (position) WHERE f.act IN (3, 10) AND f.reference IS NULL
), given AS (
    SELECT home, max(day) FILTER (WHERE act = 3) AS confirmed, min(day) FILTER (WHERE act = 10) AS accepted,
        log.array_join(ARRAY[position] || coalesce(amended, '{}')) AS positions
    FROM said WHERE home IS NOT NULL GROUP BY home
), put AS (
    UPDATE stage_entry e SET confirmed = greatest(e.confirmed, g.confirmed), accepted = g.accepted, positions = log.sorted(e.positions || g.positions)
    FROM given g WHERE e.main = g.home
)
INSERT INTO stage_entry (main, record, kind, service, provider, organisation, why, confirmed, worker, team, role, scope, provision, lapses_after,
                         others, positions, recorded_at, tie, doubted)
SELECT position, record, kind, service, provider, organisation, 'confirmed_without_start', day, worker, team, role, scope, provision, lapses_after,
    others, log.sorted(ARRAY[position] || coalesce(amended, '{}')), recorded_at, tie, doubted
FROM said WHERE home IS NULL;

INSERT INTO stage_entry (main, record, kind, service, provider, organisation, starts, worker, team, role, scope, provision, reason, lapses_after,
                         others, positions, recorded_at, tie, moment, due, doubted)
SELECT position, record, kind, service, provider, organisation, day, worker, team, role, scope, provision, reason, lapses_after, others,
    log.sorted(ARRAY[position] || coalesce(amended, '{}')), recorded_at, tie, true, due, doubted
FROM stage_fact WHERE act = 4;

-- What goes on ends with the identity, but for what protects the child (domain.identity.sealed).
UPDATE stage_entry n SET ends = greatest(z.day, n.starts) FROM log.sealed z
WHERE z.record = n.record AND z.position <= %(hi)s AND n.starts IS NOT NULL AND n.why IS NULL AND NOT n.moment
    AND (n.ends IS NULL OR n.ends > z.day) AND n.kind NOT IN ('shield', 'legal_hold');

-- What a whole snapshot would list and does not has lapsed since, until it is heard of again.
UPDATE stage_entry n SET absent_from = a.first FROM (
    SELECT n.main, min(s.first) AS first FROM stage_entry n JOIN snapshot s ON s.organisation = n.organisation AND s.kind = n.kind
    WHERE s.whole_ed IS NOT NULL AND s.first > greatest(n.starts, n.confirmed) AND n.ends IS NULL AND n.why IS NULL AND NOT n.moment
        AND (s.scope IS NULL OR s.scope IN (n.provider, n.service) OR n.team = s.organisation || ':' || s.scope)
    GROUP BY n.main) a
WHERE n.main = a.main;

-- An entry stands on the record of the event that it is made of.
WITH held AS MATERIALIZED (
    SELECT main FROM stage_entry WHERE record IN (SELECT holder FROM stage_holder)
)
UPDATE stage_entry n SET record = f.record FROM held h JOIN log.fact f ON f.position = h.main WHERE n.main = h.main;

-- And a fact is of its own record again: what comes after asks who told it of whom, and a holder is another in each installation.
UPDATE stage_fact s SET record = f.record FROM log.fact f
WHERE f.position = s.position AND f.record <> s.record AND s.record IN (SELECT holder FROM stage_holder);

UPDATE stage_entry SET sig = md5(stage_entry::text)::uuid;

UPDATE entry o SET to_ed = %(e)s FROM stage_record t
WHERE o.record = t.record AND o.to_ed IS NULL AND NOT EXISTS (SELECT FROM stage_entry n WHERE n.main = o.main AND n.sig = o.sig);

INSERT INTO entry (main, record, kind, service, provider, organisation, starts, ends, why, confirmed, accepted, worker, team, role, scope,
                   provision, reason, lapses_after, others, positions, recorded_at, tie, moment, takes_over, onward, due, absent_from, doubted, sessions, contact, sig, from_ed)
SELECT n.main, n.record, n.kind, n.service, n.provider, n.organisation, n.starts, n.ends, n.why, n.confirmed, n.accepted, n.worker, n.team,
    n.role, n.scope, n.provision, n.reason, n.lapses_after, n.others, n.positions, n.recorded_at, n.tie, n.moment, n.takes_over, n.onward, n.due, n.absent_from, n.doubted, n.sessions, f.contact, n.sig, %(e)s
FROM stage_entry n JOIN log.fact f ON f.position = n.main
WHERE NOT EXISTS (SELECT FROM entry o WHERE o.main = n.main AND o.to_ed IS NULL AND o.sig = n.sig);
