-- Those that opened the record of one child, where a question is of one way of opening by that alone. `works`: whose work it was for,
-- where somebody looked for another.
looks AS NOT MATERIALIZED (
    SELECT * FROM accesses WHERE child IS NOT NULL AND outcome = 'shown' AND (%(opening)s::text IS NULL OR opening = %(opening)s)
)
