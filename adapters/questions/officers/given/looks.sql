-- Those that opened the record of one child. `works`: whose work it was for, where somebody looked for another.
looks AS NOT MATERIALIZED (SELECT * FROM accesses WHERE child IS NOT NULL AND outcome = 'shown')
