"""The log and the two sets of views."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

VIEW_SETS = ("view_a", "view_b")


def upgrade() -> None:
    """Make everything; there is nothing before it."""
    folder = Path(__file__).parent.parent
    # Straight to the driver: our SQL is whole scripts with percent signs, and has no parameters.
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute((folder / "0001_log.sql").read_text())
    template = (folder / "0002_views.sql").read_text()
    for view in VIEW_SETS:
        driver.execute(template.replace("{view}", view))
