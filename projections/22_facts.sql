-- The live facts, up to this edition, of the records it touches: without the retracted ones, with the last word of their
-- corrections, field by field (domain.facts.live_facts). Records whose facts stand here already are left alone.
INSERT INTO stage_fact
SELECT f.position, f.record, f.act, f.kind, f.service, f.provider, f.organisation,
       coalesce(c.day, f.day), CASE WHEN c.until IS NULL THEN f.until WHEN c.until = -1 THEN NULL ELSE c.until END,
       f.recorded_at, f.tie, f.reference, coalesce(c.worker, f.worker), f.team, f.role, f.scope, f.provision, f.reason,
       f.lapses_after, log.without_erased(f.others), c.positions, f.takes_over, f.onward, f.due, f.seen, false, f.sessions
FROM (SELECT record FROM stage_record EXCEPT SELECT record FROM stage_fact) t
JOIN log.fact f ON f.record = t.record AND f.position <= %(hi)s AND f.act NOT IN (14, 15)
LEFT JOIN LATERAL (
    SELECT (array_agg(a.day ORDER BY a.recorded_at DESC, a.tie DESC) FILTER (WHERE a.day IS NOT NULL))[1] AS day,
           (array_agg(CASE WHEN a.reopen THEN -1 ELSE a.until END ORDER BY a.recorded_at DESC, a.tie DESC)
               FILTER (WHERE a.reopen OR a.until IS NOT NULL))[1] AS until,
           (array_agg(a.worker ORDER BY a.recorded_at DESC, a.tie DESC) FILTER (WHERE a.worker IS NOT NULL))[1] AS worker,
           array_agg(a.position) FILTER (WHERE a.act = 14) AS positions,
           bool_or(a.act = 15) AS retracted
    FROM (SELECT * FROM log.fact WHERE target_key = f.key
          UNION ALL
          SELECT * FROM log.fact WHERE target_source = f.source_key AND target_key IS NULL AND record = f.record AND f.recorded_at <= recorded_at) a
    WHERE a.position <= %(hi)s AND a.act IN (14, 15)
      AND (a.act = 15 OR NOT EXISTS (
            SELECT FROM log.fact r WHERE r.act = 15 AND r.position <= %(hi)s
              AND (r.target_key = a.key OR (r.target_key IS NULL AND r.target_source = a.source_key AND r.record = a.record AND a.recorded_at <= r.recorded_at))))
) c ON true
WHERE c.retracted IS NOT TRUE;
