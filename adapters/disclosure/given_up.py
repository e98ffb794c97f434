"""Which entries of the access log were given up, as the log's own statements say (docs/decisions/0072). Their leaves stay."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson
import psycopg

Connection = psycopg.Connection[Any]
_LEAF: Final = (
    "SELECT index FROM access.leaf l WHERE entry = %s AND NOT EXISTS (SELECT FROM access.entry e WHERE e.id = l.entry)"
)
_KEEP: Final = "LOCK TABLE access.entry, access.shown IN ACCESS SHARE MODE"
_STATEMENTS: Final = "SELECT id, bytes FROM access.entry WHERE outcome = 'given_up' ORDER BY at"


@dataclass(frozen=True, slots=True)
class Statement:
    """An entry by which a month was given up, and what it states (`domain.access.month.GivenUp`)."""

    entry: UUID
    said: Mapping[str, Any]

    @property
    def month(self) -> str:
        """The month, as 2026-06."""
        return str(self.said["of"])


def read_as_it_is(connection: Connection) -> None:
    """Let a transaction that has read nothing yet read one state of the log, of which no month is given up until it ends.

    What is dropped is gone from older snapshots too, and its statement is not in them. So the tables are held before there is one.
    """
    connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    connection.execute(_KEEP)


def given_up(connection: Connection) -> list[Statement]:
    """The statements that are there, the oldest first; what somebody has made unreadable states nothing."""
    return [
        Statement(entry, said)
        for entry, written in connection.execute(_STATEMENTS, binary=True)
        if (said := _said(written)) is not None
    ]


def _said(written: bytes) -> dict[str, Any] | None:
    with suppress(ValueError, LookupError, TypeError):
        said: dict[str, Any] = orjson.loads(written)["month"]
        if all(type(said[name]) is str for name in ("of", "erasure")) and all(
            type(number) is int for first, last in said["leaves"] for number in (first, last)
        ):
            return said
    return None


class Gone:
    """Of which statement a leaf is whose entry is not there."""

    def __init__(self, statements: Iterable[Statement]) -> None:
        self._statements = list(statements)
        numbered = enumerate(self._statements)
        self._ranges = sorted((first, last, n) for n, one in numbered for first, last in one.said["leaves"])
        self._firsts = [first for first, _, _ in self._ranges]

    def statement_of(self, leaf: int) -> Statement | None:
        """The statement of a leaf; None: none has it."""
        at = bisect_right(self._firsts, leaf) - 1
        return self._statements[self._ranges[at][2]] if at >= 0 and leaf <= self._ranges[at][1] else None


def statement_of(connection: Connection, entry: UUID) -> UUID | None:
    """The entry that states that an entry was given up; None where none does."""
    row = connection.execute(_LEAF, (entry,)).fetchone()
    found = None if row is None else Gone(given_up(connection)).statement_of(row[0])
    return None if found is None else found.entry
