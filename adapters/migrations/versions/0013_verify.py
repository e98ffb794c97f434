"""By which formula a batch's hash was worked out."""

from pathlib import Path

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Batches of before keep the formula that they were hashed by."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute((Path(__file__).parent.parent / "0016_verify.sql").read_text())
