"""Records whose numbers replaced one another."""

from pathlib import Path

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

VIEW_SETS = ("view_a", "view_b")
_SUCCESSORS = """
CREATE INDEX fact_successor ON log.fact (position) WHERE act = 18 AND kind = 'organisation' AND scope IS NOT NULL;
CREATE INDEX fact_organisation ON log.fact (service) WHERE act = 18 AND kind = 'organisation';
CREATE FUNCTION log.successors(known bigint) RETURNS TABLE (school text, successor text, closed int) LANGUAGE sql STABLE AS $$
    WITH link AS (
        SELECT f.service AS code, o.after, max(f.until) AS closed FROM log.fact f CROSS JOIN LATERAL string_to_table(f.scope, ' ') AS o (after)
        WHERE f.act = 18 AND f.kind = 'organisation' AND f.scope IS NOT NULL AND f.until IS NOT NULL AND f.position <= known
            AND f.service LIKE 'urn-%' AND NOT EXISTS (
                SELECT FROM log.fact l WHERE l.act = 18 AND l.kind = 'organisation' AND l.service = f.service AND l.organisation = f.organisation
                    AND l.position <= known AND (l.recorded_at, l.tie) > (f.recorded_at, f.tie))
        GROUP BY f.service, o.after
    )
    SELECT substr(min(code), 5), substr(after, 5), min(closed) FROM link n
    WHERE after LIKE 'urn-%' AND (SELECT count(*) FROM link o WHERE o.code = n.code) = 1
    GROUP BY after HAVING count(*) = 1 AND (SELECT count(*) FROM link o WHERE o.after = n.after) = 1
$$;
COMMENT ON FUNCTION log.successors(bigint) IS 'Which school took over from which, one from one, as known at a position (domain.timeline.succession)';
"""


def upgrade() -> None:
    """Add what entries across replaced numbers are worked out with; `icr rebuild` works out those of before."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(_SUCCESSORS)
    template = (Path(__file__).parent.parent / "0021_replaced.sql").read_text()
    for view in VIEW_SETS:
        driver.execute(template.replace("{view}", view))
