"""Reference data and staff in the log; what leads and ends say further in the views."""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

VIEW_SETS = ("view_a", "view_b")


def upgrade() -> None:
    """Add columns and indexes. The views of before lack what the new rules say: `icr rebuild` makes them anew."""
    folder = Path(__file__).parent.parent
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute((folder / "0003_reference.sql").read_text())
    template = (folder / "0004_reference_views.sql").read_text()
    for view in VIEW_SETS:
        driver.execute(template.replace("{view}", view))
