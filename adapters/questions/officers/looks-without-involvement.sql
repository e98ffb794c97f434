SELECT l.viewer, l.organisation, l.times, l.first, l.last, l.entry
FROM unrelated u CROSS JOIN LATERAL (
    SELECT l.viewer, l.organisation, count(*) AS times, min(l.at) AS first, max(l.at) AS last, (array_agg(l.id ORDER BY l.at DESC, l.id))[1] AS entry
    FROM looks l WHERE l.child = u.child AND l.works = u.works AND l.rule <> ALL(%(no_involvement_needed)s) GROUP BY l.viewer, l.organisation) l
ORDER BY l.last DESC, l.viewer
