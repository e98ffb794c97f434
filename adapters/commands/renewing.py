"""Replaces the key-encryption key: every data key is wrapped anew, some hundreds at a time, while everybody goes on (docs/decisions/0068).

What is lost if the process dies: nothing. The key file has both keys from before the first is wrapped anew until after the last, and
whoever begins again goes on.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import psycopg

from adapters.disclosure.disclosing import entry_key_context
from adapters.log.connections import Work
from adapters.log.keys import key_file
from adapters.log.keys.data_keys import LOOK_SECONDS, Erased, MasterKeys, key_context
from adapters.log.quarantine_rows import kept_event_context
from adapters.service.opened import Service

Connection = psycopg.Connection[Any]

_AT_ONCE: Final = 1000
# Whoever wraps a key has looked at the file since.
SETTLED_SECONDS: Final = 2 * LOOK_SECONDS


@dataclass(frozen=True, slots=True)
class _Table:
    """Where keys stand wrapped: its rows after a place in their order, what a key is bound to, and how one is exchanged for another."""

    name: str
    first: tuple[Any, ...]
    rows: str
    context: Callable[..., bytes]
    exchange: str


# Each statement gives the columns of the place, then the wrapped key.
_TABLES: Final[Sequence[_Table]] = (
    _Table(
        "log.data_key",
        (UUID(int=0), "", 0),
        "SELECT record, class, period, wrapped FROM log.data_key WHERE (record, class, period) > (%s, %s, %s) ORDER BY 1, 2, 3 LIMIT %s",
        lambda record, name, period: key_context(record.bytes, name, period),
        "UPDATE log.data_key SET wrapped = %s WHERE (record, class, period) = (%s, %s, %s) AND wrapped = %s",
    ),
    _Table(
        "log.aside",
        (UUID(int=0),),
        "SELECT id, wrapped FROM log.aside WHERE id > %s AND wrapped <> '' ORDER BY 1 LIMIT %s",
        kept_event_context,
        "UPDATE log.aside SET wrapped = %s WHERE id = %s AND wrapped = %s",
    ),
    _Table(
        "access.entry",
        ("-infinity", UUID(int=0)),
        "SELECT at, id, wrapped FROM access.entry WHERE (at, id) > (%s::timestamptz, %s) AND wrapped <> '' ORDER BY 1, 2 LIMIT %s",
        lambda _, entry: entry_key_context(entry),
        "UPDATE access.entry SET wrapped = %s WHERE at = %s AND id = %s AND wrapped = %s",
    ),
)


@dataclass(frozen=True, slots=True)
class Renewed:
    """How many keys were wrapped anew, and how many opened under neither key before or after; whether the previous one is destroyed."""

    wrapped: int
    closed: int
    ended: bool


def renew(
    service: Service, tell: Callable[[str, int], None] = lambda _table, _done: None, *, only_begin: bool = False,
    wait: Callable[[float], None] = time.sleep,
) -> Renewed:  # fmt: skip
    """Replace the key-encryption key, or go on with it; `only_begin`: put the new one into the file and no more.

    With the processes on several machines the file has to be copied to all of them in between. Raises Misuse where the file cannot
    be written.
    """
    path = service.settings.kek_file
    keys = key_file.begin_renewal(path)
    if only_begin:
        return Renewed(0, 0, ended=False)
    wait(SETTLED_SECONDS)
    wrapped = 0
    with service.connect(Work.ERASE) as connection:
        while True:
            again, closed = _wrap_all(connection, keys, tell)
            wrapped += again
            if not again:
                break
        connection.execute("UPDATE log.keys SET fingerprint = %s", (keys.fingerprint,))
    key_file.end_renewal(path)
    return Renewed(wrapped, closed, ended=True)


def _wrap_all(connection: Connection, keys: MasterKeys, tell: Callable[[str, int], None]) -> tuple[int, int]:
    """Look at every key once; how many were wrapped anew, and how many do not open at all."""
    wrapped = closed = 0
    for table in _TABLES:
        done = 0
        for rows in _pages(connection, table):
            exchanged = []
            for *place, was in rows:
                try:
                    again = keys.rewrapped(was, table.context(*place))
                except Erased:  # which `icr verify-log` names
                    closed += 1
                    continue
                if again is not None:
                    exchanged.append((again, *place, was))
            if exchanged:
                with connection.transaction(), connection.cursor() as cursor:
                    cursor.executemany(table.exchange, exchanged)
            wrapped += len(exchanged)
            done += len(rows)
            tell(table.name, done)
    return wrapped, closed


def _pages(connection: Connection, table: _Table) -> Iterator[list[tuple[Any, ...]]]:
    place = table.first
    while rows := connection.execute(table.rows, (*place, _AT_ONCE)).fetchall():
        yield rows
        place = rows[-1][:-1]
