"""An index of the rectangles that stand, by child, and fewer statistics."""

from pathlib import Path

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

VIEW_SETS = ("view_a", "view_b")


def upgrade() -> None:
    """Change indexes and settings of each set of views; what the views say stays as it is."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    template = (Path(__file__).parent.parent / "0017_upkeep.sql").read_text()
    for view in VIEW_SETS:
        driver.execute(template.replace("{view}", view))
