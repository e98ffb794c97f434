-- How far each feed says that it is complete: by the report that its agency wrote down last, and no further than to the day
-- before a snapshot of which rows have not come, unless a report that closes no snapshot was written down since
-- (domain.timeline.world.feeds). An authority's report of one school's roll speaks for that school (domain.timeline.snapshots.feed_of).
WITH told AS (
    SELECT DISTINCT ON (1, 2) feed_of(f) AS organisation, f.service AS event_type, f.until AS told_through, f.recorded_at, f.tie
    FROM new_facts(%(lo)s, %(hi)s) f WHERE f.act = 16
    ORDER BY 1, 2, f.recorded_at DESC, f.tie DESC, f.until DESC
), touched AS (
    SELECT organisation, event_type FROM told
    UNION
    SELECT feed_of(r), r.service FROM snapshot s JOIN log.fact r ON r.position = s.position WHERE s.whole_ed = %(e)s
), last AS MATERIALIZED (
    SELECT DISTINCT ON (organisation, event_type) organisation, event_type, told_through, recorded_at, tie FROM (
        SELECT * FROM told
        UNION ALL
        SELECT organisation, event_type, o.told_through, o.recorded_at, o.tie FROM feed o JOIN touched USING (organisation, event_type)
        WHERE o.to_ed IS NULL) said
    ORDER BY organisation, event_type, recorded_at DESC, tie DESC, told_through DESC
), cut AS (
    SELECT feed_of(l) AS organisation, l.service AS event_type, min(l.day) - 1 AS cut_through
    FROM snapshot s JOIN log.fact l ON l.position = s.position JOIN touched t ON t.organisation = feed_of(l) AND t.event_type = l.service
    WHERE s.whole_ed IS NULL AND NOT EXISTS (
        SELECT FROM log.fact r WHERE r.act = 16 AND r.service = l.service AND r.provider IN (l.provider, feed_of(l)) AND feed_of(r) = feed_of(l) AND r.position <= %(hi)s AND CASE
            WHEN r.lists IS NULL THEN r.recorded_at > l.recorded_at
            ELSE r.scope IS NOT DISTINCT FROM l.scope AND (r.recorded_at, r.tie) > (l.recorded_at, l.tie) END)
    GROUP BY 1, 2
), new AS MATERIALIZED (
    SELECT l.organisation, l.event_type, least(l.told_through, c.cut_through) AS complete_through, l.told_through, l.recorded_at, l.tie
    FROM last l LEFT JOIN cut c USING (organisation, event_type)
    WHERE NOT EXISTS (
        SELECT FROM feed o WHERE o.organisation = l.organisation AND o.event_type = l.event_type AND o.to_ed IS NULL
            AND (o.complete_through, o.told_through, o.recorded_at, o.tie)
                = (least(l.told_through, c.cut_through), l.told_through, l.recorded_at, l.tie))
), closed AS (
    UPDATE feed o SET to_ed = %(e)s FROM new n WHERE o.organisation = n.organisation AND o.event_type = n.event_type AND o.to_ed IS NULL
)
INSERT INTO feed (organisation, event_type, complete_through, told_through, recorded_at, tie, from_ed)
SELECT organisation, event_type, complete_through, told_through, recorded_at, tie, %(e)s FROM new;
