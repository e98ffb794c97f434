-- Looks that have no leaf yet, which the summary of looks therefore does not hold: of a second, where the log is sealed.
waiting AS MATERIALIZED (
    SELECT l.viewer, l.works, coalesce(l.organisation, '') AS organisation, l.child, coalesce(l.rule, '') AS rule, l.at, l.day
    FROM access.pending p CROSS JOIN LATERAL (
        SELECT l.viewer, l.works, l.organisation, l.child, l.rule, l.at, l.day FROM looks l WHERE l.id = p.entry AND l.at = p.at OFFSET 0) l
    WHERE NOT EXISTS (SELECT FROM access.leaf f WHERE f.entry = p.entry)
)
