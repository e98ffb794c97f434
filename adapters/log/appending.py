"""What a batch is appended under: the append lock, the fence of the offsets, the condition of a command."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg.errors import LockNotAvailable

from adapters.log.connections import LIMITS, Work
from adapters.log.messages import Offset
from adapters.process.logs import get_logger
from domain.errors import IcrError

Connection = psycopg.Connection[Any]

APPEND_LOCK: Final = 0x1C_12_0001

PATIENCE: Final = 60.0  # seconds that an append waits for others

_BEGIN: Final = "INSERT INTO log.tracking (next_offset, updated_at, name) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
_MOVE: Final = "UPDATE log.tracking SET next_offset = %s, updated_at = %s WHERE name = %s AND next_offset = %s"


# Who holds the append lock while the server has been waiting for its next bytes for so long. The server's own time-out for
# idle transactions does not count in the middle of COPY, and no other of its time-outs ends that wait (PostgreSQL 15 to 18).
_END_SILENT: Final = """
SELECT count(pg_terminate_backend(a.pid)) FROM pg_stat_activity a JOIN pg_locks l USING (pid)
WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = %s AND l.objsubid = 1
    AND a.datname = current_database() AND a.wait_event_type = 'Client'
    AND greatest(a.query_start, a.state_change) < clock_timestamp() - make_interval(secs => %s)
"""


class Fenced(IcrError):
    """Another consumer has recorded these offsets, or the log was restored: read on from what is recorded."""


class HeadMoved(IcrError):
    """Something was appended to the records a command was decided on: decide again."""


def hold_appends(connection: Connection) -> None:
    """Take the append lock until the end of the caller's transaction; what holds it already has it again at once.

    Whatever gives out positions or numbers of feedback holds it, so that they are committed in order.
    """
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (APPEND_LOCK,))


@contextmanager
def turn(connection: Connection, offsets: Sequence[Offset], at: datetime) -> Iterator[None]:
    """A transaction in which the offsets are moved and the append lock is held.

    Others are waited for in short turns, between which a writer that holds the lock and has stopped is ended. Raises
    Fenced, and LockNotAvailable when the lock was not to be had in a minute.
    """
    with _begun_in_time(connection, offsets, at):
        yield


def _begun_in_time(connection: Connection, offsets: Sequence[Offset], at: datetime) -> ExitStack:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return _begin(connection, offsets, at)
        except LockNotAvailable:
            if time.monotonic() > until:
                raise
            end_silent_writers(connection)


def _begin(connection: Connection, offsets: Sequence[Offset], at: datetime) -> ExitStack:
    with ExitStack() as begun:
        begun.enter_context(connection.transaction())
        fence(connection, offsets, at)
        hold_appends(connection)
        return begun.pop_all()


def end_silent_writers(connection: Connection) -> int:
    """End the sessions that hold the append lock and have sent nothing for long; how many. Outside a transaction."""
    row = connection.execute(_END_SILENT, (APPEND_LOCK, LIMITS[Work.WRITE].silent)).fetchone()
    ended = 0 if row is None else int(row[0])
    if ended:
        get_logger("record").warning("silent_writer_ended", count=ended)
    return ended


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
