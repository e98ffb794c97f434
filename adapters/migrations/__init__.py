"""The database's tables, by alembic."""
