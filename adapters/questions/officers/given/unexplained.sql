unexplained AS NOT MATERIALIZED (
    SELECT l.* FROM looks l LEFT JOIN explained x ON x.works = l.works AND x.child = l.child
    WHERE x.child IS NULL AND l.rule <> ALL(%(no_involvement_needed)s)
)
