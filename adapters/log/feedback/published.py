"""How far feedback has been published, a row for each topic; one process publishes at a time."""

from datetime import datetime
from typing import Any, Final

import psycopg

Connection = psycopg.Connection[Any]

TELL_LOCK: Final = 0x1C_12_0003


def hold_publishing(connection: Connection) -> bool:
    """Whether this connection is the one that publishes, as long as it lives."""
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND objid = %(l)s "
        "AND classid = 0 AND granted) OR pg_try_advisory_lock(%(l)s)",
        {"l": TELL_LOCK},
    ).fetchone()
    return row is not None and bool(row[0])


def read_cursor(connection: Connection, name: str) -> str | None:
    """The cursor of the last that was acknowledged; None for a topic to which nothing was told."""
    row = connection.execute("SELECT cursor FROM log.feedback_reader WHERE name = %s", (name,)).fetchone()
    return None if row is None else str(row[0])


def write_cursor(connection: Connection, name: str, cursor: str, at: datetime) -> None:
    """Move a topic's cursor."""
    connection.execute(
        "INSERT INTO log.feedback_reader (name, cursor, updated_at) VALUES (%s, %s, %s) "
        "ON CONFLICT (name) DO UPDATE SET cursor = excluded.cursor, updated_at = excluded.updated_at",
        (name, cursor, at),
    )
