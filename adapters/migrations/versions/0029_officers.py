"""What officers ask the access log by."""

from pathlib import Path

from alembic import op

revision = "0029"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and indexes, and fill them of what the leaves say."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute((Path(__file__).parent.parent / "0032_officers.sql").read_text())
