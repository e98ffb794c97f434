-- Lead gaps (domain.leads.gaps), each worked out ahead as if nothing more came.
INSERT INTO stage_rectangle (child, rule, since, starts, ends, positions, organisation)
WITH accepted AS NOT MATERIALIZED (
    SELECT *, greatest(accepted, starts) AS begun FROM stage_own WHERE kind = 'lead' AND accepted IS NOT NULL
), lead AS (
    SELECT a.*, int4range(a.begun, greatest(a.begun, least(a.until, (SELECT min(t.begun) FROM accepted t WHERE t.child = a.child AND t.takes_over
        AND t.service = a.service AND t.scope = a.scope AND t.worker <> a.worker AND t.begun >= a.begun)))) AS active
    FROM accepted a
), covered AS (
    SELECT child, range_agg(active) AS days FROM lead GROUP BY child
), helped AS (
    SELECT child, range_agg(int4range(starts, open_until)) AS days, log.sorted(log.array_join(positions)) AS positions
    FROM stage_own WHERE kind = 'early_help' OR (kind = 'involvement' AND service IN ('team around the family', 'team around the child'))
    GROUP BY child
), no_lead AS (
    SELECT h.child, 'early_help_without_lead' AS rule, h.days - coalesce(c.days, '{}') AS days, h.positions, NULL AS worker
    FROM helped h LEFT JOIN covered c USING (child)
), own AS (
    SELECT l.main, min(o.starts) AS begun, range_agg(int4range(o.starts, o.open_until)) AS days, log.array_join(o.positions) AS positions
    FROM lead l JOIN stage_own o ON o.child = l.child AND o.worker = l.worker
        AND (o.kind = 'involvement' OR log.is_additional(o.kind, o.provision)) GROUP BY l.main
), lead_gone AS (
    SELECT l.child, 'lead_involvement_ended',
        int4multirange(l.active) * int4multirange(int4range(o.begun, 2000000)) - o.days, log.sorted(l.positions || o.positions), l.worker
    FROM lead l JOIN own o USING (main)
), contested AS (
    SELECT a.child, 'contested_lead', int4multirange(a.active) * int4multirange(b.active), log.sorted(a.positions || b.positions), NULL
    FROM lead a JOIN lead b ON b.child = a.child AND b.main > a.main AND b.service = a.service AND b.scope = a.scope AND b.worker <> a.worker
), not_accepted AS (
    SELECT child, 'nomination_not_accepted', CASE WHEN starts < least(coalesce(accepted, 2000000), until)
        THEN int4multirange(int4range(starts, least(coalesce(accepted, 2000000), until))) ELSE '{}' END, positions, NULL
    FROM stage_own WHERE kind = 'lead'
), additional AS (
    SELECT *, int4range(starts, open_until) AS days, kind IN ('child_in_need', 'child_protection', 'looked_after') AS plan,
        kind = 'involvement' AND service IN ('social work', 'social worker', 'children''s social care') AS work,
        (SELECT e.team FROM entry e WHERE e.main = o.main AND e.to_ed IS NULL) AS team
    FROM stage_own o WHERE log.is_additional(kind, provision)
), services AS (
    SELECT child, log.sorted(log.array_join(positions)) AS positions FROM additional GROUP BY child
), at_once AS (
    SELECT a.child, range_agg(a.days * b.days) AS days
    -- Of two teams or agencies: one worker's or team's are one, all plans of social care, and a plan and its authority's social work.
    FROM additional a JOIN additional b ON b.child = a.child AND b.main > a.main AND NOT (a.plan AND b.plan)
        AND (a.worker = b.worker) IS NOT TRUE AND (a.team = b.team) IS NOT TRUE
        AND NOT (a.organisation = b.organisation AND (a.plan AND b.work OR a.work AND b.plan))
    GROUP BY a.child
), several AS (
    SELECT b.child, 'services_without_lead', b.days - coalesce(c.days, '{}'), s.positions, NULL
    FROM at_once b JOIN services s USING (child) LEFT JOIN covered c USING (child)
), step AS (
    SELECT o.child, CASE o.kind WHEN 'step_up' THEN 'step_up_without_lead' ELSE 'step_down_without_lead' END,
        int4multirange(int4range(o.starts, o.starts + 183)) - coalesce(c.days, '{}'), o.positions, NULL
    FROM stage_own o LEFT JOIN covered c USING (child) WHERE o.kind IN ('step_down', 'step_up') OR (o.kind = 'case_closed' AND o.reason = 'RC9')
), protected AS (
    SELECT child, range_agg(active) AS days FROM lead WHERE service = 'lead_child_protection_practitioner' GROUP BY child
), plan AS (
    SELECT child, kind, range_agg(int4range(starts, open_until)) AS days, log.sorted(log.array_join(positions)) AS positions
    FROM stage_own WHERE kind IN ('child_in_need', 'child_protection') GROUP BY child, kind
), plan_without AS (
    SELECT p.child, p.kind || '_without_lead',
        p.days - coalesce(CASE p.kind WHEN 'child_protection' THEN d.days ELSE c.days END, '{}'), p.positions, NULL
    FROM plan p LEFT JOIN covered c USING (child) LEFT JOIN protected d USING (child)
), gap AS (
    SELECT * FROM no_lead UNION ALL SELECT * FROM lead_gone UNION ALL SELECT * FROM contested UNION ALL SELECT * FROM not_accepted
    UNION ALL SELECT * FROM several UNION ALL SELECT * FROM step UNION ALL SELECT * FROM plan_without
)
SELECT g.child, g.rule, lower(r), lower(r), upper(r), g.positions,
    -- Where what the worker was last open with lapsed, its confirmations stayed away: whose.
    (SELECT CASE WHEN o.open_until < o.until THEN o.organisation END FROM stage_own o
     WHERE o.child = g.child AND o.worker = g.worker AND (o.kind = 'involvement' OR log.is_additional(o.kind, o.provision))
         AND o.open_until <= lower(r)
     ORDER BY o.open_until DESC, o.open_until < o.until DESC, o.organisation COLLATE "C" DESC LIMIT 1)
FROM gap g JOIN stage_silence s USING (child)
CROSS JOIN LATERAL unnest(CASE WHEN s.death IS NULL THEN g.days ELSE g.days - int4multirange(int4range(s.death, 2000000)) END) AS r;
