-- How many looks there were on each of the days, by organisation and rule; a day may have more than one such row.
day_looks AS MATERIALIZED (
    SELECT e.day, nullif(e.organisation, '') AS organisation, e.rule, e.times FROM access.looks_of_day e
    WHERE e.day BETWEEN %(first_day)s AND %(last_day)s AND {whose}
    UNION ALL
    SELECT w.day, nullif(w.organisation, ''), w.rule, 1 FROM waiting w
)
