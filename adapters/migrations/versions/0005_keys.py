"""Which keys the log is written with."""

from pathlib import Path

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make room for the fingerprint; the next service that opens the log writes it down."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute((Path(__file__).parent.parent / "0007_keys.sql").read_text())
