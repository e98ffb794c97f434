"""The last report of each feed, as a view; indexes by which answers find what they looked for among all rows."""

from pathlib import Path

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

VIEW_SETS = ("view_a", "view_b")


def upgrade() -> None:
    """Add a table and indexes to each set of views. The table has what stands now; `icr rebuild` fills in what stood before."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    # What is in the log and not yet in the views can shield as well.
    driver.execute("CREATE INDEX fact_shield ON log.fact (record) WHERE kind = 'shield'")
    template = (Path(__file__).parent.parent / "0019_feeds.sql").read_text()
    for view in VIEW_SETS:
        driver.execute(template.replace("{view}", view))
