-- Who looked at whom with no involvement before or after.
unrelated AS MATERIALIZED (
    SELECT DISTINCT p.works, p.child FROM pairs p LEFT JOIN explained x ON x.works = p.works AND x.child = p.child
    WHERE x.child IS NULL AND p.rule <> ALL(%(no_involvement_needed)s)
)
