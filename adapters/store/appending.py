"""What a batch is appended under: the append lock, the fence of the offsets, the condition of a command."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg

from adapters.store.messages import Offset
from domain.errors import IcrError

Connection = psycopg.Connection[Any]

APPEND_LOCK: Final = 0x1C_12_0001

_BEGIN: Final = "INSERT INTO log.tracking (next_offset, updated_at, name) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
_MOVE: Final = "UPDATE log.tracking SET next_offset = %s, updated_at = %s WHERE name = %s AND next_offset = %s"


class Fenced(IcrError):
    """Another consumer has recorded these offsets, or the log was restored: read on from what is recorded."""


class HeadMoved(IcrError):
    """Something was appended to the records a command was decided on: decide again."""


def hold_appends(connection: Connection) -> None:
    """Take the append lock until the end of the caller's transaction; what holds it already has it again at once.

    Whatever gives out positions or numbers of feedback holds it, so that they are committed in order.
    """
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (APPEND_LOCK,))


def fence(connection: Connection, offsets: Sequence[Offset], at: datetime) -> None:
    """Move the tracking rows, each only from where its reader believed it to be; raises Fenced.

    In order of their names, as all do, so that no two wait for each other.
    """
    by_name = sorted(offsets, key=lambda o: o.name)
    begun = [(o.next, at, o.name) for o in by_name if o.expected is None]
    moved = [(o.next, at, o.name, o.expected) for o in by_name if o.expected is not None]
    with connection.cursor() as cursor:
        for statement, rows in ((_BEGIN, begun), (_MOVE, moved)):
            if rows:
                cursor.executemany(statement, rows)  # sent together, answered together
                if cursor.rowcount != len(rows):
                    raise Fenced("offsets were recorded by another consumer")


def still_last(connection: Connection, records: Sequence[UUID], position: int) -> None:
    """Nothing came for these records after a position; raises HeadMoved."""
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM log.event WHERE originator_id = ANY(%s) AND originator_version > %s)",
        (list(records), position),
    ).fetchone()
    if row is None or row[0]:
        raise HeadMoved("the records have changed")
