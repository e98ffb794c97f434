-- Snapshots that were reported, and those of which the last row came in this edition (domain.timeline.snapshots).
INSERT INTO snapshot (position, organisation, kind, scope, first, last, listed)
SELECT position, organisation, lists, scope, day, until, listed FROM new_facts(%(lo)s, %(hi)s)
WHERE act = 16 AND lists IS NOT NULL;

UPDATE snapshot s SET whole_ed = %(e)s
WHERE s.whole_ed IS NULL AND (s.position >= least(%(lo)s, (SELECT min(position) FROM stage_mended)) OR EXISTS (
        SELECT FROM log.fact f WHERE f.organisation = s.organisation AND f.kind = s.kind AND f.seen BETWEEN s.first AND s.last
            AND f.position BETWEEN %(lo)s AND %(hi)s)
        OR EXISTS (SELECT FROM log.withheld w WHERE w.organisation = s.organisation AND w.kind = s.kind AND w.seen BETWEEN s.first AND s.last
            AND w.position BETWEEN %(lo)s AND %(hi)s))
    -- A row that names a sealed identity shows nothing, and has come.
    AND s.listed <= (
        SELECT count(*) FROM (
            SELECT f.record, f.provider, f.service, f.worker, f.team FROM log.fact f WHERE f.organisation = s.organisation AND f.kind = s.kind AND f.seen BETWEEN s.first AND s.last
                AND f.position <= %(hi)s AND (s.scope IS NULL OR s.scope IN (f.provider, f.service) OR f.team = s.organisation || ':' || s.scope)
            UNION
            SELECT e.originator_id, w.provider, w.service, w.worker, w.team FROM log.withheld w JOIN log.event e ON e.notification_id = w.position
            WHERE w.organisation = s.organisation AND w.kind = s.kind AND w.seen BETWEEN s.first AND s.last
                AND w.position <= %(hi)s AND (s.scope IS NULL OR s.scope IN (w.provider, w.service) OR w.team = s.organisation || ':' || s.scope)) came);
