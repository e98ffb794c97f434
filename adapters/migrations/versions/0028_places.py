"""Addresses are found by their place."""

from pathlib import Path

from alembic import op

revision = "0028"
down_revision = "0024"
branch_labels = None
depends_on = None

VIEW_SETS = ("view_a", "view_b")


def upgrade() -> None:
    """Add the index to each set of views."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    template = (Path(__file__).parent.parent / "0031_places.sql").read_text()
    for view in VIEW_SETS:
        driver.execute(template.replace("{view}", view))
