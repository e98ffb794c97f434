-- Lead gaps (domain.leads), each worked out ahead as if nothing more came.
INSERT INTO stage_rectangle (child, rule, since, starts, ends, positions)
WITH lead AS (
    SELECT *, int4range(greatest(accepted, starts), greatest(until, accepted, starts)) AS active FROM stage_own
    WHERE kind = 'lead' AND accepted IS NOT NULL
), covered AS (
    SELECT child, range_agg(active) AS days FROM lead GROUP BY child
), helped AS (
    SELECT child, range_agg(int4range(starts, open_until)) AS days, log.sorted(log.array_join(positions)) AS positions
    FROM stage_own WHERE kind = 'early_help' OR (kind = 'involvement' AND service IN ('team around the family', 'team around the child'))
    GROUP BY child
), no_lead AS (
    SELECT h.child, 'early_help_without_lead' AS rule, NULL::int AS since, h.days - coalesce(c.days, '{}') AS days, h.positions
    FROM helped h LEFT JOIN covered c USING (child)
), own AS (
    SELECT l.main, min(o.starts) AS begun, range_agg(int4range(o.starts, o.open_until)) AS days, log.array_join(o.positions) AS positions
    FROM lead l JOIN stage_own o ON o.child = l.child AND o.worker = l.worker AND o.kind IN ('involvement', 'early_help') GROUP BY l.main
), lead_gone AS (
    SELECT l.child, 'lead_involvement_ended', NULL::int,
        int4multirange(l.active) * int4multirange(int4range(o.begun, 2000000)) - o.days, log.sorted(l.positions || o.positions)
    FROM lead l JOIN own o USING (main)
), contested AS (
    SELECT a.child, 'contested_lead', NULL::int, int4multirange(a.active) * int4multirange(b.active), log.sorted(a.positions || b.positions)
    FROM lead a JOIN lead b ON b.child = a.child AND b.main > a.main AND b.service = a.service AND b.scope = a.scope AND b.worker <> a.worker
), not_accepted AS (
    SELECT child, 'nomination_not_accepted', starts,
        CASE WHEN log.five_working_days_after(starts) < least(coalesce(accepted, 2000000), until)
            THEN int4multirange(int4range(log.five_working_days_after(starts), least(coalesce(accepted, 2000000), until))) ELSE '{}' END, positions
    FROM stage_own WHERE kind = 'lead'
), gap AS (
    SELECT * FROM no_lead UNION ALL SELECT * FROM lead_gone UNION ALL SELECT * FROM contested UNION ALL SELECT * FROM not_accepted
)
SELECT g.child, g.rule, coalesce(g.since, lower(r)), lower(r), upper(r), g.positions
FROM gap g JOIN stage_silence s USING (child)
CROSS JOIN LATERAL unnest(CASE WHEN s.death IS NULL THEN g.days ELSE g.days - int4multirange(int4range(s.death, 2000000)) END) AS r;
