"""Feedback as it is written: whose the events of a batch are, and what became of messages that are not in the log.

Event ids stand in none of it, since agencies put children's numbers into them: they are read from what is sealed when
somebody asks (`adapters.questions.feedback`).
"""

import sys
from array import array
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import psycopg

from adapters.log.appending import hold_appends
from adapters.log.messages import DUPLICATE
from adapters.log.prepare import Item
from domain.checks import ORGANISATION_RULE, is_organisation
from domain.errors import Misuse

Connection = psycopg.Connection[Any]

RELEASED: Final = "released"
REPLACED: Final = "replaced"
REJECTED: Final = "rejected"
REPLAY_REQUESTED: Final = "replay_requested"
DISPUTED: Final = "disputed"

# Told once of each event, and counted each further time: what is sent again every night costs no row a night.
_AGAIN = """
WITH noted AS (
    SELECT coalesce(d.organisation, a.organisation) AS organisation, coalesce(d.event_type, a.event_type) AS event_type, d.word,
           CASE d.word WHEN 'conflict' THEN a.reason END AS reason, d.position, d.aside, d.n
    FROM unnest(%(word)s::text[], %(organisation)s::text[], %(type)s::text[], %(position)s::bigint[], %(aside)s::uuid[])
         WITH ORDINALITY AS d (word, organisation, event_type, position, aside, n) LEFT JOIN log.aside a ON a.id = d.aside
), told AS (
    INSERT INTO log.feedback (after, organisation, word, event_type, reason, position, aside, at)
    SELECT h.position, organisation, word, event_type, reason, noted.position, aside, %(at)s FROM log.head h, noted ORDER BY n
    ON CONFLICT DO NOTHING RETURNING organisation, event_type, word, reason
)
INSERT INTO log.counted (organisation, event_type, word, reason, count)
SELECT coalesce(organisation, ''), coalesce(event_type, ''), word, coalesce(reason, ''), sum(one) FROM (
    SELECT organisation, event_type, word, reason, 1 AS one FROM noted UNION ALL SELECT *, -1 FROM told) AS untold
GROUP BY 1, 2, 3, 4 HAVING sum(one) > 0
ON CONFLICT (organisation, event_type, word, reason) DO UPDATE SET count = log.counted.count + excluded.count
"""
_ASIDES = (
    "INSERT INTO log.feedback (after, organisation, word, event_type, reason, field, rule, aside, at) "
    "SELECT h.position, a.organisation, t.word, a.event_type, a.reason, a.field, a.rule, a.id, %s "
    "FROM log.head h, unnest(%s::uuid[], %s::text[]) WITH ORDINALITY AS t (id, word, n) JOIN log.aside a USING (id) ORDER BY t.n"
)
_REPLAY = (
    "INSERT INTO log.feedback (after, organisation, word, event_type, first_day, end_day, at) "
    f"SELECT position, %s, '{REPLAY_REQUESTED}', %s, %s, %s, %s FROM log.head"
)
# Once of each event: who disputes it again, in another case, disputes what its organisation is looking at.
_DISPUTED = (
    "INSERT INTO log.feedback (after, organisation, word, event_type, position, at) "
    f"SELECT h.position, f.organisation, '{DISPUTED}', split_part(e.topic, ':', 1), f.position, %(at)s "
    "FROM log.head h, log.fact f JOIN log.event e ON e.notification_id = f.position WHERE f.position = %(position)s "
    "ON CONFLICT DO NOTHING"
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

    __slots__ = ("_again", "_asides", "used")

    def __init__(self) -> None:
        self._again: list[tuple[str, str | None, str | None, int | None, UUID | None]] = []
        self._asides: list[tuple[UUID, str]] = []
        # What organisations have in the quarantine, as this append found it and goes on (AsideStore).
        self.used: dict[str | None, tuple[int, int]] = {}

    def duplicate(self, item: Item, position: int) -> None:
        """A message says again what stands in the log at `position`."""
        self._again.append((DUPLICATE, item.body["source"]["organisation"], item.schema.event_type, position, None))

    def again(self, word: str, aside: UUID) -> None:
        """A message says again what is kept already; whose it is stands there, where it was found to be somebody's."""
        self._again.append((word, None, None, None, aside))

    def aside(self, word: str, *asides: UUID) -> None:
        """Kept events became `word`."""
        self._asides += [(aside, word) for aside in asides]

    def write(self, connection: Connection, at: datetime) -> None:
        """Write them, last of all in the transaction that holds the append lock."""
        # What is kept is told before what says it again.
        self._write_again(connection, [row for row in self._again if row[-1] is None], at)
        if self._asides:
            connection.execute(_ASIDES, (at, *_columns(self._asides, 2)))
        self._write_again(connection, [row for row in self._again if row[-1] is not None], at)

    def _write_again(self, connection: Connection, rows: Sequence[tuple[Any, ...]], at: datetime) -> None:
        if rows:
            names = ("word", "organisation", "type", "position", "aside")
            connection.execute(_AGAIN, {"at": at, **dict(zip(names, _columns(rows, 5), strict=True))})


def tell(connection: Connection, word: str, asides: Collection[UUID], at: datetime) -> None:
    """Say that kept events became `word`, within a transaction that holds the append lock."""
    if asides:
        connection.execute(_ASIDES, (at, list(asides), [word] * len(asides)))


def request_replay(
    connection: Connection, organisation: str, event_type: str, first: date, end: date, at: datetime
) -> None:
    """Ask an organisation to publish its events of `[first, end)` again; raises Misuse for what is no code of one."""
    if not is_organisation(organisation):
        raise Misuse(f"an organisation is {ORGANISATION_RULE}")
    with connection.transaction():
        hold_appends(connection)
        connection.execute(_REPLAY, (organisation, event_type, first, end, at))


def tell_disputed(connection: Connection, position: int, at: datetime) -> None:
    """Ask whoever told an event to look at it: the person disputes what it says."""
    with connection.transaction():
        hold_appends(connection)
        connection.execute(_DISPUTED, {"position": position, "at": at})


def _columns(rows: Sequence[tuple[Any, ...]], count: int) -> list[list[Any]]:
    return [[row[n] for row in rows] for n in range(count)]
