SELECT a.at, a.viewer, a.acting_for, a.organisation, a.outcome, r.came_out AS review, a.id AS entry
FROM accesses a LEFT JOIN reviews r ON r.entry = a.id
WHERE a.opening = 'mediation' ORDER BY a.at DESC, a.id
