-- In each set of views; {view} is the set's schema. Who stands at one place with a child is asked before an answer tells where that is.
CREATE INDEX ON {view}.address (place) WHERE place IS NOT NULL;
-- Whoever has a lead of its whole family, of which others are led as well.
CREATE INDEX ON {view}.entry (record) WHERE kind = 'lead' AND scope = 'family';
