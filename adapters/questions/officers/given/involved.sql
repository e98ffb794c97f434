-- What the people who looked, or a team that they were ever in, do or did with those children as it is known now. An access names a
-- child as it was then: by the least of its records.
looked_at AS MATERIALIZED (SELECT DISTINCT works, child FROM pairs),
seen_child AS MATERIALIZED (SELECT DISTINCT child FROM looked_at),
its_record AS MATERIALIZED (
    SELECT c.child, coalesce(o.record, c.child) AS record FROM seen_child c
    LEFT JOIN membership m ON m.record = c.child AND live(m)
    LEFT JOIN membership o ON o.child = m.child AND live(o)
),
its_work AS MATERIALIZED (
    SELECT r.child, e.worker, e.team, e.starts, CASE WHEN e.moment THEN e.starts + 1 ELSE e.ends END AS ends
    FROM its_record r JOIN entry e ON e.record = r.record AND live(e)
    WHERE (e.worker IS NOT NULL OR e.team IS NOT NULL) AND e.kind <> ALL(%(who_may_see)s)
),
involved AS MATERIALIZED (
    SELECT l.works, l.child, w.starts, w.ends FROM looked_at l JOIN its_work w ON w.child = l.child AND w.worker = l.works
    UNION ALL
    SELECT l.works, l.child, w.starts, w.ends FROM looked_at l
    JOIN log.fact t ON t.act = 18 AND t.kind = 'team_membership' AND t.worker = l.works
    JOIN its_work w ON w.child = l.child AND w.team = t.team
)
