"""The database: connections and migrations."""

from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, pool

from adapters.store.trouble import DatabaseTrouble, refused
from domain.errors import Unreachable

_MIGRATION_LOCK = 0x1C_12_0000


def connect(url: str, *, timeout: int = 10) -> psycopg.Connection[Any]:
    """A connection in autocommit mode; raises Unreachable (DatabaseTrouble where a server answers), naming no password."""
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=timeout, application_name="icr")
    except psycopg.OperationalError as error:
        trouble = refused(error)
        if trouble is not None:
            raise DatabaseTrouble(trouble) from None
        raise Unreachable("the database", "is it running, and does ICR_DATABASE_URL name it?") from None
    return connection


def migrate(url: str) -> None:
    """Bring the database to this version's tables; several at once wait for each other."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent.parent / "migrations"))
    with connect(url) as guard:
        guard.execute("SELECT pg_advisory_lock(%s)", (_MIGRATION_LOCK,))
        engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=pool.NullPool)
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
        engine.dispose()
