"""Whose word a link is, and whether it joins or parts."""

from pathlib import Path

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

VIEW_SETS = ("view_a", "view_b")


def upgrade() -> None:
    """Change the table of each set of views; what a link was made of stays, and `icr rebuild` writes it anew."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    template = (Path(__file__).parent.parent / "0018_links.sql").read_text()
    for view in VIEW_SETS:
        driver.execute(template.replace("{view}", view))
