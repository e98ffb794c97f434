-- Looks that no involvement explains: first by whom at whom, which are few, then each look of theirs.
unrelated AS MATERIALIZED (
    SELECT DISTINCT p.works, p.child FROM pairs p LEFT JOIN explained x ON x.works = p.works AND x.child = p.child
    WHERE x.child IS NULL AND p.rule <> ALL(%(no_involvement_needed)s)
),
unexplained AS NOT MATERIALIZED (
    SELECT u.works, u.child, l.id, l.at, l.day, l.viewer, l.organisation FROM unrelated u CROSS JOIN LATERAL (
        SELECT l.id, l.at, l.day, l.viewer, l.organisation FROM looks l
        WHERE l.child = u.child AND l.works = u.works AND l.rule <> ALL(%(no_involvement_needed)s) OFFSET 0) l
)
