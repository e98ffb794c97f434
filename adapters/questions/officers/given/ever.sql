-- Every access of those whom the question may be about: here alone is it bounded, by organisation and by person.
ever AS NOT MATERIALIZED (
    SELECT e.id, e.at, e.viewer, coalesce(e.acting_for, e.viewer) AS works, e.acting_for, e.organisation, e.kind, e.outcome, e.child, e.rule,
        e.opening, e.probe, e.found, e.bytes, (e.at AT TIME ZONE 'Europe/London')::date - DATE '1970-01-01' AS day
    FROM access.entry e WHERE e.outcome <> 'ended' AND e.outcome <> 'month_ended' AND e.outcome <> 'given_up' AND {whose}
)
