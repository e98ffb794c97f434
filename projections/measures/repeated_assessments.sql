-- Each day on which an assessment began, and whether another had begun in the six months before.
, assessed AS (
    SELECT DISTINCT child, coalesce(starts, ends) AS day FROM own
    WHERE kind = 'assessment' AND service <> 'section_47' AND coalesce(starts, ends) <= %(d)s
), following AS (
    SELECT child, day, coalesce(lag(day) OVER (PARTITION BY child ORDER BY day)
        >= (DATE '1970-01-01' + day - INTERVAL '6 months')::date - DATE '1970-01-01', false) AS again
    FROM assessed
)
SELECT child, again, again::int, 1, NULL::int FROM following WHERE day > %(after)s
