"""Temporary accommodation as an address, sessions of a suspension, the day of a notified birth; whom a kept event is about."""

from pathlib import Path

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

VIEW_SETS = ("view_a", "view_b")


def upgrade() -> None:
    """Add columns to facts and to each set of views. They are empty in what was recorded before; `icr rebuild` fills the views."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute("ALTER TABLE log.fact ADD sessions int")
    driver.execute("COMMENT ON COLUMN log.fact.sessions IS 'Sessions that a suspension is stated to last'")
    driver.execute("ALTER TABLE log.aside ADD subjects uuid[]")
    driver.execute(
        "COMMENT ON COLUMN log.aside.subjects IS 'Keyed hashes of the subject''s identifiers, as far as they can be read'"
    )
    driver.execute(
        "CREATE INDEX aside_subjects ON log.aside USING gin (subjects) WHERE subjects IS NOT NULL AND kind = 'kept' AND state IN ('waiting', 'ready')"
    )
    template = (Path(__file__).parent.parent / "0022_homes.sql").read_text()
    for view in VIEW_SETS:
        driver.execute(template.replace("{view}", view))
