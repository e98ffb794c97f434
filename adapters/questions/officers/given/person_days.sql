-- How many children's records somebody opened on each of the days, and when the last of them.
person_days AS NOT MATERIALIZED (
    SELECT day, viewer, nullif(organisation, '') AS organisation, greatest(d.last, n.last) AS last,
        CASE WHEN n.children IS NULL THEN cardinality(d.children)
            ELSE (SELECT count(DISTINCT c)::int FROM unnest(d.children || n.children) AS u (c)) END AS children
    FROM (SELECT e.day, e.viewer, e.organisation, e.children, e.last FROM access.person_day e
        WHERE e.day BETWEEN %(first_day)s AND %(last_day)s AND {whose}) d
    FULL JOIN (SELECT w.day, w.viewer, w.organisation, array_agg(w.child) AS children, max(w.at) AS last FROM waiting w
        GROUP BY w.day, w.viewer, w.organisation) n USING (day, viewer, organisation)
)
