-- Of each look in which week it was is found among the Mondays: to work out the day of each in London takes far longer.
WITH counted AS (
    SELECT width_bucket(l.at, %(mondays)s::timestamptz[]) AS week, count(*) AS looks, count(x.child) AS explained
    FROM looks l LEFT JOIN explained x ON x.works = l.works AND x.child = l.child
    WHERE l.rule <> ALL(%(no_involvement_needed)s)
    GROUP BY 1
)
SELECT ((%(mondays)s::timestamptz[])[c.week] AT TIME ZONE 'Europe/London')::date AS week, c.looks, c.explained,
    round(100.0 * c.explained / c.looks, 1)::text AS share
FROM counted c ORDER BY 1 DESC
