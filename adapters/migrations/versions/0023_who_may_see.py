"""An index by which it is found who is kept from which record."""

from pathlib import Path

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

VIEW_SETS = ("view_a", "view_b")


def upgrade() -> None:
    """Make the index, in each set of views, and the same of facts that are not in the views yet."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(
        "CREATE INDEX fact_who_may_see ON log.fact (kind) "
        "WHERE kind IN ('access_excluded', 'access_restricted', 'conflict_declared')"
    )
    template = (Path(__file__).parent.parent / "0026_who_may_see.sql").read_text()
    for view in VIEW_SETS:
        driver.execute(template.replace("{view}", view))
