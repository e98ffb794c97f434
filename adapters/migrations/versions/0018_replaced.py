"""Records whose numbers replaced one another."""

from pathlib import Path

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

VIEW_SETS = ("view_a", "view_b")


def upgrade() -> None:
    """Add what entries across replaced numbers are worked out with; `icr rebuild` works out those of before."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    template = (Path(__file__).parent.parent / "0021_replaced.sql").read_text()
    for view in VIEW_SETS:
        driver.execute(template.replace("{view}", view))
