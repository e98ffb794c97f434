"""What is hidden stays hidden: order of statements, doubt, sealed identities."""

from pathlib import Path

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

VIEW_SETS = ("view_a", "view_b")


def upgrade() -> None:
    """Add columns and tables. The views of before go by the old rules: `icr rebuild` makes them anew."""
    folder = Path(__file__).parent.parent
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute((folder / "0010_hidden.sql").read_text())
    template = (folder / "0011_hidden_views.sql").read_text()
    for view in VIEW_SETS:
        driver.execute(template.replace("{view}", view))
