"""The last report of each feed, as a view."""

from pathlib import Path

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

VIEW_SETS = ("view_a", "view_b")


def upgrade() -> None:
    """Add a table to each set of views. It is empty, and no feed counts as heard, until `icr rebuild` has filled it."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    template = (Path(__file__).parent.parent / "0019_feeds.sql").read_text()
    for view in VIEW_SETS:
        driver.execute(template.replace("{view}", view))
