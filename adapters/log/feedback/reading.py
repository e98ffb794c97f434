"""Feedback as it is read: a page of what was told after a place, in the order in which it was committed."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, Final, NamedTuple
from uuid import UUID

import psycopg

from adapters.codec import NO_IDS, decode_message, decode_stored
from adapters.log.feedback.own_word import told_otherwise
from adapters.log.feedback.pending import Opened, pending
from adapters.log.feedback.writing import numbers_of
from adapters.log.keys.data_keys import MasterKeys, open_sealed
from adapters.log.keys.hashes import Hashes
from adapters.log.messages import ACCEPTED
from adapters.log.quarantine_rows import QuarantineRows
from adapters.log.sealed_values import SealedValueOpener
from adapters.log.self_description import self_description_of
from adapters.log.subjects import Known, Subjects
from domain.errors import Rejected
from schemas.registry import registry

Connection = psycopg.Connection[Any]

_BATCHES: Final = 100

_HEAD = "SELECT generation, position, (SELECT coalesce(max(number), 0) FROM log.feedback) FROM log.head"
_NOTED = """
SELECT after, number, organisation, word, event_type, at, reason, field, rule, position, aside, first_day, end_day
FROM log.feedback WHERE organisation = ANY(%(o)s) AND (after, number) > (%(p)s, %(n)s) ORDER BY after, number LIMIT %(l)s
"""
_NAMED = """
SELECT first, last, organisations, types, senders, received_at FROM log.batch
WHERE last > %(p)s AND organisations && %(o)s ORDER BY last LIMIT %(l)s
"""


class FeedbackPlace(NamedTuple):
    """A place in the order of feedback: after the events up to `position`, and after what is numbered up to `number`.

    An accepted event stands at (its position, 0), anything else at (the head of the log when it was noted, its number).
    Both grow under the append lock, so nothing ever comes to stand before what could be read already.
    """

    position: int
    number: int


@dataclass(slots=True)
class Row:
    """One thing to tell. `position` or `aside` say where its event id is sealed; `event_id` once it was opened."""

    place: FeedbackPlace
    organisation: str
    word: str
    event_type: str | None
    at: datetime
    reason: str | None = None
    field: str | None = None
    rule: str | None = None
    position: int | None = None
    aside: UUID | None = None
    first_day: date | None = None
    end_day: date | None = None
    event_id: str | None = None
    set_aside: Sequence[tuple[str, str]] = ()
    link_pending: bool = False
    told_otherwise: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """Where feedback ends at present."""

    generation: int
    place: FeedbackPlace


class FeedbackRows:
    """Reads feedback over one connection, within the caller's transaction, which should be one snapshot."""

    def __init__(self, connection: Connection, keys: MasterKeys, schema_ids: Mapping[int, bytes] = NO_IDS) -> None:
        self._connection = connection
        self._asides = QuarantineRows(keys)
        self._hashes = Hashes(keys)
        self._subjects = Subjects(keys, self._hashes)
        self._cells = SealedValueOpener(connection, keys)
        self._schema_ids = schema_ids

    def head(self) -> Head:
        """Where feedback ends."""
        row = self._connection.execute(_HEAD).fetchone()
        assert row is not None
        return Head(row[0], FeedbackPlace(row[1], row[2]))

    def after(self, place: FeedbackPlace, organisations: Collection[str], limit: int) -> list[Row]:
        """At most `limit` rows of some organisations after a place, opened, in their order."""
        whose = list(organisations)
        told = self._connection.execute(
            _NOTED, {"o": whose, "p": place.position, "n": place.number, "l": limit}
        ).fetchall()
        noted = [Row(FeedbackPlace(after, number), *rest) for after, number, *rest in told]
        accepted = list(islice(self._accepted(place.position, frozenset(whose), limit), limit))
        rows = sorted([*noted, *accepted], key=lambda row: row.place)[:limit]
        self._open(rows)
        return rows

    def _accepted(self, position: int, organisations: frozenset[str], limit: int) -> Iterator[Row]:
        """Accepted events after a position, found without opening any."""
        most = min(_BATCHES, limit)
        while True:
            batches = self._connection.execute(_NAMED, {"p": position, "o": list(organisations), "l": most}).fetchall()
            for first, last, senders, types, packed, at in batches:
                wanted = {n for n, sender in enumerate(senders) if sender in organisations}
                numbers = [0] * (last - first + 1) if packed is None else numbers_of(packed)
                for at_position, number in enumerate(numbers, first):
                    if number in wanted and at_position > position:
                        here = FeedbackPlace(at_position, 0)
                        yield Row(here, senders[number], ACCEPTED, types[number], at, position=at_position)
            if len(batches) < most:
                return
            position = batches[-1][1]

    def _open(self, rows: Sequence[Row]) -> None:
        """Read event ids out of what is sealed, and what was set aside."""
        events = self._events([row.position for row in rows if row.position is not None])
        accepted = [row.place.position for row in rows if row.word == ACCEPTED]
        known = {one: events[one] for one in accepted if one in events}
        waiting = pending(self._connection, self._subjects, self._hashes, known, self._events)
        otherwise = told_otherwise(self._connection, self._cells, self._hashes, known, self._events)
        asides = self._ids_of_asides([row.aside for row in rows if row.aside is not None])
        set_aside = self._set_aside(accepted)
        for row in rows:
            if row.position is not None:
                row.event_id = events[row.position][2]["event_id"] if row.position in events else None
            elif row.aside is not None:
                row.event_id = asides.get(row.aside)
            if row.word == ACCEPTED:
                row.set_aside = set_aside.get(row.place.position, ())
                row.link_pending = row.place.position in waiting
                row.told_otherwise = otherwise.get(row.place.position, ())

    def _events(self, positions: Collection[int]) -> dict[int, Opened]:
        """Events by position: record, effect and body; none of an event whose key is destroyed."""
        stored = self._connection.execute(
            "SELECT notification_id, originator_id, topic, state FROM log.event WHERE notification_id = ANY(%s)",
            (list(set(positions)),),
            binary=True,
        ).fetchall()
        records = {record: Known(record.bytes) for _, record, _, _ in stored}
        newest = registry().newest
        wanted = []
        for _, record, topic, _ in stored:
            event_type, _, period = topic.partition(":")
            wanted.append((records[record], newest[event_type].effect.retention, int(period)))
        self._subjects.find_keys(self._connection, wanted, make=False)
        found: dict[int, Opened] = {}
        for (position, record, _, state), (known, key_class, period) in zip(stored, wanted, strict=True):
            key = known.keys.get((key_class, period))
            if key is not None:
                decoded = decode_stored(open_sealed(key, state, record.bytes))
                found[position] = record, decoded.schema.effect, decoded.body
        return found

    def _ids_of_asides(self, asides: Sequence[UUID]) -> dict[UUID, str]:
        found = {}
        for aside, data, named in self._asides.contents(self._connection, asides):
            event_id = named
            if event_id is None:
                try:
                    event_id = decode_message(data, self._schema_ids).body["event_id"]
                except Rejected:
                    event_id = self_description_of(data, ids=self._schema_ids).event_id
            if event_id is not None:
                found[aside] = event_id
        return found

    def _set_aside(self, positions: Sequence[int]) -> dict[int, list[tuple[str, str]]]:
        found: dict[int, list[tuple[str, str]]] = {}
        if positions:
            for position, reason, field in self._connection.execute(
                "SELECT position, reason, field FROM log.set_aside WHERE position = ANY(%s) ORDER BY position, ctid",
                (list(positions),),
            ):
                found.setdefault(position, []).append((reason, field))
        return found
