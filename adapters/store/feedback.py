"""Feedback as it is written: whose the events of a batch are, and what became of messages that are not in the log.

Event ids stand in none of it, since agencies put children's numbers into them: they are read from what is sealed when
somebody asks (`adapters.feedback`).
"""

import sys
from array import array
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import psycopg

from adapters.store.appending import hold_appends
from adapters.store.messages import DUPLICATE
from adapters.store.prepare import Item

Connection = psycopg.Connection[Any]

RELEASED: Final = "released"
REPLACED: Final = "replaced"
REJECTED: Final = "rejected"
REPLAY_REQUESTED: Final = "replay_requested"

_DUPLICATES = (
    "INSERT INTO log.feedback (after, organisation, word, event_type, position, aside, at) "
    f"SELECT h.position, coalesce(d.organisation, a.organisation), '{DUPLICATE}', coalesce(d.event_type, a.event_type), "
    "d.position, d.aside, %s FROM log.head h, unnest(%s::text[], %s::text[], %s::bigint[], %s::uuid[]) "
    "WITH ORDINALITY AS d (organisation, event_type, position, aside, n) LEFT JOIN log.aside a ON a.id = d.aside ORDER BY d.n"
)
_ASIDES = (
    "INSERT INTO log.feedback (after, organisation, word, event_type, reason, field, rule, aside, at) "
    "SELECT h.position, a.organisation, t.word, a.event_type, a.reason, a.field, a.rule, a.id, %s "
    "FROM log.head h, unnest(%s::uuid[], %s::text[]) WITH ORDINALITY AS t (id, word, n) JOIN log.aside a USING (id) ORDER BY t.n"
)
_REPLAY = (
    "INSERT INTO log.feedback (after, organisation, word, event_type, first_day, end_day, at) "
    f"SELECT position, %s, '{REPLAY_REQUESTED}', %s, %s, %s, %s FROM log.head"
)


SEPARATOR: Final = "\x1f"


class Senders(NamedTuple):
    """Whose the events of a batch are: pairs of organisation and event type, and which of them each event is of.

    Organisations and types are one text each, with separators: as arrays they would take five times as long to send.
    """

    organisations: str
    types: str
    numbers: bytes | None


def senders_of(items: Sequence[Item]) -> Senders:
    """Of items in order of position. Raises OverflowError for more than 65,536 pairs in a batch."""
    pairs: dict[tuple[str, str], int] = {}
    numbers = array(
        "H", [pairs.setdefault((i.body["source"]["organisation"], i.schema.event_type), len(pairs)) for i in items]
    )
    organisations = SEPARATOR.join([organisation for organisation, _ in pairs])  # no code has a separator in it
    types = SEPARATOR.join([event_type for _, event_type in pairs])
    return Senders(organisations, types, _little(numbers) if len(pairs) > 1 else None)


def numbers_of(packed: bytes) -> Sequence[int]:
    """The numbers of `Senders` again."""
    numbers = array("H")
    numbers.frombytes(packed)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def _little(numbers: "array[int]") -> bytes:
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


class Notes:
    """What one append has to tell beside its events; nothing is written where there is nothing to tell."""

    __slots__ = ("_asides", "_duplicates")

    def __init__(self) -> None:
        self._duplicates: list[tuple[str | None, str | None, int | None, UUID | None]] = []
        self._asides: list[tuple[UUID, str]] = []

    def duplicate(self, item: Item, *, position: int | None = None, aside: UUID | None = None) -> None:
        """A message says again what stands in the log at `position`, or is aside already."""
        organisation = item.body["source"]["organisation"] if item.body else None
        event_type = None if item.schema is None else item.schema.event_type
        self._duplicates.append((organisation, event_type, position, aside))

    def aside(self, word: str, *asides: UUID) -> None:
        """Events aside became `word`."""
        self._asides += [(aside, word) for aside in asides]

    def write(self, connection: Connection, at: datetime) -> None:
        """Write them, last of all in the transaction that holds the append lock."""
        if self._duplicates:
            connection.execute(_DUPLICATES, (at, *_columns(self._duplicates, 4)))
        if self._asides:
            connection.execute(_ASIDES, (at, *_columns(self._asides, 2)))


def tell(connection: Connection, word: str, asides: Collection[UUID], at: datetime) -> None:
    """Say that events aside became `word`, within a transaction that holds the append lock."""
    if asides:
        connection.execute(_ASIDES, (at, list(asides), [word] * len(asides)))


def request_replay(
    connection: Connection, organisation: str, event_type: str, first: date, end: date, at: datetime
) -> None:
    """Ask an organisation to publish its events of `[first, end)` again."""
    with connection.transaction():
        hold_appends(connection)
        connection.execute(_REPLAY, (organisation, event_type, first, end, at))


def _columns(rows: Sequence[tuple[Any, ...]], count: int) -> list[list[Any]]:
    return [[row[n] for row in rows] for n in range(count)]
