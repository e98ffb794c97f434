SELECT u.viewer, u.organisation, count(*) AS times, min(u.at) AS first, max(u.at) AS last, (array_agg(u.id ORDER BY u.at DESC, u.id))[1] AS entry
FROM unexplained u GROUP BY u.viewer, u.organisation, u.works, u.child
ORDER BY max(u.at) DESC, u.viewer
