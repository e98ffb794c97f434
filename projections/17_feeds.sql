-- How far each feed says that it is complete: by the report that its agency wrote down last (domain.timeline.world.feeds).
WITH told AS (
    SELECT DISTINCT ON (provider, service) provider AS organisation, service AS event_type, until AS complete_through, recorded_at, tie
    FROM new_facts(%(lo)s, %(hi)s) WHERE act = 16
    ORDER BY provider, service, recorded_at DESC, tie DESC, until DESC
), new AS MATERIALIZED (
    SELECT t.* FROM told t WHERE NOT EXISTS (
        SELECT FROM feed o WHERE o.organisation = t.organisation AND o.event_type = t.event_type AND o.to_ed IS NULL
            AND (o.recorded_at, o.tie, o.complete_through) >= (t.recorded_at, t.tie, t.complete_through))
), closed AS (
    UPDATE feed o SET to_ed = %(e)s FROM new n WHERE o.organisation = n.organisation AND o.event_type = n.event_type AND o.to_ed IS NULL
)
INSERT INTO feed
SELECT n.*, %(e)s, NULL FROM new n;
