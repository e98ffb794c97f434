"""Whose parental responsibility it is."""

from pathlib import Path

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Facts of before as they are written now; views of before are made anew by `icr rebuild`."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute((Path(__file__).parent.parent / "0009_responsibility.sql").read_text())
