"""Records that an edition could not take in, and the editions that take them in again."""

from pathlib import Path

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

VIEW_SETS = ("view_a", "view_b")


def upgrade() -> None:
    """Add tables to each set of views; what the views say stays as it is."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    template = (Path(__file__).parent.parent / "0014_mending.sql").read_text()
    for view in VIEW_SETS:
        driver.execute(template.replace("{view}", view))
