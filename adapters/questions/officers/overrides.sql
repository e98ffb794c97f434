SELECT l.at, l.viewer, l.organisation, r.came_out AS review, r.reviewer, l.id AS entry
FROM looks l LEFT JOIN reviews r ON r.entry = l.id
ORDER BY l.at DESC, l.id
