"""All names of a child, and its sex apart from them."""

from pathlib import Path

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

VIEW_SETS = ("view_a", "view_b")


def upgrade() -> None:
    """Add columns to facts and to each set of views. They are empty in what was recorded before; `icr rebuild` fills the views."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute("ALTER TABLE log.fact ADD sex bytea, ADD called uuid")
    driver.execute("COMMENT ON COLUMN log.fact.sex IS 'Sex, sealed'")
    driver.execute("COMMENT ON COLUMN log.fact.called IS 'Keyed hash of the names as they are stated'")
    template = (Path(__file__).parent.parent / "0020_names.sql").read_text()
    for view in VIEW_SETS:
        driver.execute(template.replace("{view}", view))
