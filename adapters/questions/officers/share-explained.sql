SELECT date_trunc('week', l.at AT TIME ZONE 'Europe/London')::date AS week, count(*) AS looks, count(x.child) AS explained,
    round(100.0 * count(x.child) / count(*), 1)::text AS share
FROM looks l LEFT JOIN explained x ON x.works = l.works AND x.child = l.child
WHERE l.rule <> ALL(%(no_involvement_needed)s)
GROUP BY 1 ORDER BY 1 DESC
