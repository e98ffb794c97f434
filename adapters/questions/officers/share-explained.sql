-- Of each week all looks, without those that nothing explains. A week is named by its Monday; day 0 is a Thursday.
WITH looked AS (
    SELECT d.day - (d.day + 3) %% 7 AS week, sum(d.times)::bigint AS looks FROM day_looks d
    WHERE d.rule <> '' AND d.rule <> ALL(%(no_involvement_needed)s) GROUP BY 1
), lacking AS (
    SELECT l.day - (l.day + 3) %% 7 AS week, count(*) AS looks FROM unrelated u CROSS JOIN LATERAL (
        SELECT l.day FROM looks l WHERE l.child = u.child AND l.works = u.works AND l.rule <> ALL(%(no_involvement_needed)s) OFFSET 0) l
    GROUP BY 1
)
SELECT l.week, l.looks, l.looks - coalesce(n.looks, 0) AS explained, round(100.0 * (l.looks - coalesce(n.looks, 0)) / l.looks, 1)::text AS share
FROM looked l LEFT JOIN lacking n USING (week) ORDER BY 1 DESC
