"""The roles of the access log, which get their rights after the migrations (`adapters/migrations/roles.sql`)."""

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing here: rights are given anew after every migration."""
