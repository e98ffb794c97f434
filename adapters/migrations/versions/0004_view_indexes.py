"""Indexes by which the projector finds what silences an indicator."""

from pathlib import Path

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

VIEW_SETS = ("view_a", "view_b")


def upgrade() -> None:
    """Add indexes; what the views say stays as it is."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    template = (Path(__file__).parent.parent / "0006_views.sql").read_text()
    for view in VIEW_SETS:
        driver.execute(template.replace("{view}", view))
