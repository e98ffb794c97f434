"""The inbox: every event's key once, so that none comes in twice (design D2)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg.errors import UniqueViolation

from adapters.codec import Decoded, decode_stored, same_content
from adapters.log.copying import Meanwhile, copying
from adapters.log.feedback.writing import Notes, Senders, senders_of
from adapters.log.keys.data_keys import Erased, open_sealed
from adapters.log.keys.hashes import Hashes
from adapters.log.messages import CONFLICT, DUPLICATE, Outcome
from adapters.log.outcomes import accepted, outcome_of
from adapters.log.prepare import Item
from adapters.log.recent import Recent
from adapters.log.rows import Rows, inbox_rows, rows_of
from adapters.log.subjects import Known, Subjects
from schemas.registry import registry

Connection = psycopg.Connection[Any]
There = Mapping[bytes, tuple[bytes, int]]  # digest and position, by key

_COPY_INBOX: Final = "COPY log.inbox (key, digest, position) FROM STDIN (FORMAT BINARY)"


class Inbox:
    """Takes in what is new of a batch and tells duplicates from conflicts; inside the recorder's transaction."""

    def __init__(self, subjects: Subjects, hashes: Hashes) -> None:
        self._subjects = subjects
        self._hashes = hashes
        self._recent = Recent()

    def take_in(
        self, connection: Connection, items: list[Item], position: int, outcomes: list[Outcome | None], notes: Notes,
        meanwhile: Meanwhile,
    ) -> tuple[list[Item], Rows, Senders]:  # fmt: skip
        """Put the new ones into the inbox and give them the positions after `position`; write down what became of each.

        The rows are copied straight in, without the few that were probably recorded lately and are looked for first.
        Only when that fails are all looked for. Rejected items are left alone.
        """
        seen: dict[bytes, Item] = {}
        again: list[tuple[int, Item, Item]] = []
        for index, item in enumerate(items):
            if item.rejected is None and item.key is not None:
                first = seen.setdefault(item.key, item)
                if first is not item:
                    again.append((index, item, first))
        there = _already_there(connection, self._recent.known(seen))
        try:
            with connection.transaction():
                survivors, rows, senders = self._copy_new(connection, seen, there, position, meanwhile)
        except UniqueViolation:
            there = _already_there(connection, seen)
            survivors, rows, senders = self._copy_new(connection, seen, there, position, meanwhile)
        if there:
            for index, item in enumerate(items):
                if item.key in there and seen.get(item.key) is item:
                    outcomes[index] = self._again(connection, item, there[item.key], notes)
        for index, item, first in again:
            same = item.digest == first.digest or same_content(_decoded(item), _decoded(first))
            outcomes[index] = outcome_of(item, DUPLICATE if same else CONFLICT)
            if same:
                known = there.get(first.key)  # type: ignore[arg-type]
                notes.duplicate(item, first.position if known is None else known[1])
        for index, item in enumerate(items):
            if outcomes[index] is None and item.rejected is None:
                outcomes[index] = accepted(item)
        return survivors, rows, senders

    def remember(self, items: Sequence[Item]) -> None:
        """These are committed, and are looked for beforehand should they come again."""
        self._recent.add([item.key for item in items])  # type: ignore[misc]

    def _copy_new(
        self, connection: Connection, seen: Mapping[bytes, Item], there: There, position: int, meanwhile: Meanwhile
    ) -> tuple[list[Item], Rows, Senders]:
        """Copy into the inbox what is not there yet, numbered; all its other rows are packed while the server is at it."""
        survivors = list(seen.values()) if not there else [item for key, item in seen.items() if key not in there]
        for number, item in enumerate(survivors, position + 1):
            item.position = number
        if not survivors:
            return [], rows_of([], self._hashes), senders_of([])
        with copying(connection, _COPY_INBOX, meanwhile) as copy:
            copy.write(inbox_rows(survivors))
            rows, senders = rows_of(survivors, self._hashes), senders_of(survivors)
        return survivors, rows, senders

    def _again(self, connection: Connection, item: Item, there: tuple[bytes, int], notes: Notes) -> Outcome:
        """Duplicate or conflict: the same bytes, else the same content once decoded; what was erased is compared by bytes alone."""
        digest, position = there
        stored = None if digest == item.digest else self._stored(connection, position)
        if digest == item.digest or (stored is not None and same_content(_decoded(item), decode_stored(stored))):
            notes.duplicate(item, position)
            return outcome_of(item, DUPLICATE)
        return outcome_of(item, CONFLICT)

    def _stored(self, connection: Connection, position: int) -> bytes | None:
        """The stored bytes of one event; None when its key is destroyed."""
        row = connection.execute(
            "SELECT originator_id, topic, state FROM log.event WHERE notification_id = %s", (position,)
        ).fetchone()
        assert row is not None
        record, topic, state = row
        event_type, _, period = topic.partition(":")
        key_class = registry().newest[event_type].effect.retention
        known = Known(record.bytes)
        self._subjects.find_keys(connection, [(known, key_class, int(period))], make=False)
        key = known.keys.get((key_class, int(period)))
        try:
            return None if key is None else open_sealed(key, state, record.bytes)
        except Erased:  # the record has a new key since
            return None


def _already_there(connection: Connection, keys: Collection[bytes]) -> dict[bytes, tuple[bytes, int]]:
    if not keys:
        return {}
    rows = connection.execute(
        "SELECT key, digest, position FROM log.inbox WHERE key = ANY(%b)", ([UUID(bytes=k) for k in keys],), binary=True
    )
    return {key.bytes: (digest.bytes, position) for key, digest, position in rows}


def _decoded(item: Item) -> Decoded:
    return decode_stored(item.stored)
