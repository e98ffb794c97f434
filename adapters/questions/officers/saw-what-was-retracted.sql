WITH retraction AS (
    SELECT r.record, r.reason, (SELECT b.received_at FROM log.batch b WHERE b.last >= t.position ORDER BY b.last LIMIT 1) AS told,
        k.received_at AS taken_back
    FROM log.batch k JOIN log.fact r ON r.position BETWEEN k.first AND k.last AND r.act = 15
    JOIN log.fact t ON t.record = r.record AND (t.key = r.target_key OR t.source_key = r.target_source) AND t.act NOT IN (14, 15)
    WHERE k.received_at >= %(since)s AND k.received_at < %(until)s
), seen AS (
    SELECT DISTINCT r.taken_back, r.reason, a.at, a.viewer, a.organisation, s.child, a.id
    FROM retraction r LEFT JOIN membership m ON m.record = r.record AND live(m) LEFT JOIN membership o ON o.child = m.child AND live(o)
    JOIN access.shown s ON s.child = coalesce(o.record, r.record) AND r.record = ANY(s.records) AND s.at >= r.told AND s.at < r.taken_back
    JOIN ever a ON a.id = s.entry AND a.at = s.at
)
SELECT n.taken_back, n.reason, n.at, n.viewer, n.organisation, EXISTS (
    SELECT FROM access.shown s JOIN ever a ON a.id = s.entry AND a.at = s.at
    WHERE s.child = n.child AND s.at > n.taken_back AND a.viewer = n.viewer AND a.outcome = 'shown') AS again, n.id AS entry
FROM seen n ORDER BY n.taken_back DESC, n.at DESC, n.id
