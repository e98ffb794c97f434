"""Which version of our tables a database has, without loading what migrates it."""

from functools import lru_cache
from pathlib import Path

import psycopg

from adapters.log.connections import Work, connect


@lru_cache
def newest() -> str:
    """The revision that this version of the program brings a database to: files are named by theirs, in order."""
    return max(file.name.partition("_")[0] for file in (Path(__file__).parent / "versions").glob("[0-9]*.py"))


def is_current(url: str) -> bool:
    """Whether a database has this version's tables."""
    with connect(url, Work.MIGRATE) as connection:
        try:
            row = connection.execute("SELECT version_num FROM public.alembic_version").fetchone()
        except psycopg.errors.UndefinedTable:
            return False
    return row == (newest(),)
