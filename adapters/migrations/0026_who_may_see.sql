-- Who is kept from which record is asked for with every question of a person: of few children, among all entries.
CREATE INDEX ON {view}.entry (kind) WHERE kind IN ('access_excluded', 'access_restricted', 'conflict_declared');
