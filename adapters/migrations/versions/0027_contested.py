"""Dates of birth that are contested; leads of whole families by index; days without a practice that are explained."""

from pathlib import Path

from alembic import op

revision = "0027"
down_revision = "0028"
branch_labels = None
depends_on = None

VIEW_SETS = ("view_a", "view_b")


def upgrade() -> None:
    """Change both sets of views; `icr rebuild` parts what was joined on a date that is contested."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    script = (Path(__file__).parent.parent / "0030_contested.sql").read_text()
    for view in VIEW_SETS:
        driver.execute(script.replace("{view}", view))
