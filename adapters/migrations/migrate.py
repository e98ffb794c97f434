"""Bringing the database to this version's tables. Apart from all else, since the library that does it is slow to load."""

from pathlib import Path
from typing import Any, Final

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, pool

from adapters.log.connections import Work, connect

_MIGRATION_LOCK: Final = 0x1C_12_0000
_ROLES: Final = Path(__file__).parent / "roles.sql"


def migrate(url: str) -> None:
    """Bring the database to this version's tables; several at once wait for each other.

    The roles of the access log get their rights, those of a restored database too: a dump is restored without any.
    """
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with connect(url, Work.MIGRATE) as guard:
        guard.execute("SELECT pg_advisory_lock(%s)", (_MIGRATION_LOCK,))
        engine = create_engine("postgresql+psycopg://", creator=lambda: _transactional(url), poolclass=pool.NullPool)
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
        engine.dispose()
        guard.execute(_ROLES.read_text())


def _transactional(url: str) -> psycopg.Connection[Any]:
    """A connection as the library that migrates expects it: a transaction begins with its first statement."""
    connection = connect(url, Work.MIGRATE)
    connection.autocommit = False
    return connection
