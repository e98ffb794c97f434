"""Events kept in quarantine and conflicts: stored whole and sealed, with their reason; re-driven, released or rejected (contract 1)."""

import os
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import psycopg

from adapters.codec.limits import MAX_MESSAGE
from adapters.log.appending import hold_appends
from adapters.log.feedback.writing import REJECTED, RELEASED, REPLACED, Notes, tell
from adapters.log.growth import shortened, used, used_by_all
from adapters.log.keys.data_keys import MasterKeys, open_sealed, seal
from adapters.log.messages import CONFLICT, DUPLICATE, KEPT, WITHHELD, Message
from adapters.log.prepare import Item, raw_bytes
from adapters.log.self_description import SelfDescription
from adapters.process.quotas import Quota
from domain.answers.keeping import KeptFacts
from domain.errors import Misuse, Rejected
from domain.senders import Sender

Connection = psycopg.Connection[Any]


_AGAIN: Final = "SELECT id, sector, sender, wrapped, sealed, reason, field, rule FROM log.aside"
LISTED: Final = (
    "id, kind, state, reason, field, rule, event_type, organisation, received_at, note, length, stored, sender"
)
# No event is longer; of what is, the beginning says what it was.
GIANT = MAX_MESSAGE
FIRST_OF_A_GIANT = 64 * 1024
LOOK_SECONDS: Final = 15.0  # the whole quarantine is added up no more often


def waited_for(item: Item, rejected: Rejected) -> UUID | None:
    """Key of the event or source record that an item waits for, when that is why it is kept.

    A source record may be of several children: where only others' events of it have come, the right one may follow.
    """
    waits = rejected.reason == "waits_for" or (rejected.reason == "key_differs" and item.target_source is not None)
    return None if item.waits_for is None or not waits else UUID(bytes=item.waits_for)


def nobody(name: str) -> Sender:
    """A sender of which nothing is known any more."""
    return Sender(name, frozenset())


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(9999, 1, 1, tzinfo=UTC)


def due_at(item: Item) -> datetime | None:
    """From when an event from the future may be recorded; None of any other, which waits for something else."""
    if item.due is None:
        return None
    try:
        return min(_EPOCH + timedelta(microseconds=item.due), _LATEST)
    except OverflowError:
        return _LATEST


def kept_event_context(aside: UUID) -> bytes:
    """What the key of a kept event is bound to."""
    return b"aside" + aside.bytes


def open_kept_event(keys: MasterKeys, aside: UUID, wrapped: bytes, sealed: bytes) -> bytes:
    """What was sent; raises Erased where it does not open under its own key and id."""
    return open_sealed(keys.unwrap(wrapped, kept_event_context(aside)), sealed, kept_event_context(aside))


class QuarantineRows:
    """The quarantine's rows; every call runs in the caller's transaction. What comes of it is told to the agency."""

    def __init__(
        self, keys: MasterKeys, quota: Quota | None = None, sender_of: Callable[[str], Sender] = nobody
    ) -> None:
        self._keys = keys
        self._sender_of = sender_of  # what a sender may publish today, by its name
        self._quota = quota or Quota()
        self._by_all = (-LOOK_SECONDS, 0)  # bytes that all organisations have together, and when that was looked at

    def keep(
        self,
        connection: Connection,
        item: Item,
        kind: str,
        rejected: Rejected,
        at: datetime,
        notes: Notes,
        record: UUID | None = None,
        subjects: Sequence[UUID] = (),
    ) -> bool:
        """Keep one item in quarantine; False when the same content is there already (a duplicate), which then changes nothing.

        Of a giant the beginning is stored, and nothing of a message beyond its organisation's quota, but its reason,
        length and digest. What was not stored for want of room is stored once it comes again and there is room.
        """
        digest = UUID(bytes=item.digest)
        raw = raw_bytes(item.message)
        # Of a conflict the organisation was found to be one; of what was rejected it may be anything.
        said = item.claims or SelfDescription(
            item.body["source"]["organisation"], item.schema.event_type, item.body["event_id"]
        )
        there = connection.execute(
            "SELECT id, stored, wrapped = '' FROM log.aside WHERE kind = %s AND digest = %s", (kind, digest)
        ).fetchone()
        if there is not None:
            if not there[1] and raw and not there[2]:  # of what was erased nothing is stored again
                self._store(connection, there[0], raw, said, notes)
            notes.again(CONFLICT if kind == CONFLICT else DUPLICATE, there[0])
            return False
        key = None if item.key is None or kind == WITHHELD else UUID(bytes=item.key)
        if kind == KEPT and key is not None:
            replaced = connection.execute(
                "UPDATE log.aside SET state = 'replaced', settled_at = %s WHERE key = %s AND state IN ('waiting', 'ready') "
                "RETURNING id",
                (at, key),
            )
            notes.aside(REPLACED, *[row[0] for row in replaced])
        aside = UUID(bytes=os.urandom(16))
        connection.execute(
            "INSERT INTO log.aside (id, kind, state, key, digest, reason, field, rule, event_type, organisation, sector, sender, waits_for, "
            "record, received_at, due_at, wrapped, sealed, length, stored, subjects) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '', '', %s, 0, %s)",
            (
                aside, kind, "waiting" if kind == KEPT else "shown", key, digest, rejected.reason, rejected.field, rejected.rule,
                said.event_type, said.organisation, item.message.sector,
                None if item.message.sender is None else item.message.sender.name, waited_for(item, rejected), record, at, due_at(item), len(raw),
                list(subjects) or None,
            ),
        )  # fmt: skip
        self._store(connection, aside, raw, said, notes)
        if kind != WITHHELD:  # of which nobody is told
            notes.aside(kind, aside)
        return True

    def _store(self, connection: Connection, aside: UUID, raw: bytes, said: SelfDescription, notes: Notes) -> None:
        """Seal what may be stored of a message, and its event id where that is not the whole of it."""
        part = shortened(raw, GIANT, FIRST_OF_A_GIANT)
        rows, size = notes.used.get(said.organisation) or used(connection, said.organisation)
        room = rows < self._quota.rows and size + len(part) <= self._quota.bytes
        room = room and self._all_used(connection) + len(part) <= self._quota.total
        part = part if room else b""
        notes.used[said.organisation] = (rows + (1 if part else 0), size + len(part))
        self._by_all = (self._by_all[0], self._by_all[1] + len(part))
        context = kept_event_context(aside)
        [(data_key, wrapped)] = self._keys.new_keys([context])
        named = None
        if len(part) < len(raw) and said.event_id is not None:
            named = seal(data_key, os.urandom(12), said.event_id.encode(), context)
        connection.execute(
            "UPDATE log.aside SET wrapped = %s, sealed = %s, named = %s, stored = %s WHERE id = %s",
            (wrapped, seal(data_key, os.urandom(12), part, context), named, len(part), aside),
        )

    def _all_used(self, connection: Connection) -> int:
        """Bytes that all organisations have together, as of the last look and with what was stored here since."""
        if time.monotonic() - self._by_all[0] >= LOOK_SECONDS:
            self._by_all = (time.monotonic(), used_by_all(connection))
        return self._by_all[1]

    def settle(self, connection: Connection, aside: UUID, at: datetime) -> None:
        """Say that what was kept was read again and is now events of its own; in a transaction of its own."""
        with connection.transaction():
            hold_appends(connection)
            self.move(connection, aside, RELEASED, at)
            tell(connection, RELEASED, [aside], at)

    def move(self, connection: Connection, aside: UUID, state: str, at: datetime) -> None:
        """Settle a kept event: it is `state` from now on."""
        connection.execute("UPDATE log.aside SET state = %s, settled_at = %s WHERE id = %s", (state, at, aside))

    def wait(self, connection: Connection, item: Item, rejected: Rejected) -> None:
        """Kept again after it was re-driven: it waits with its new reason, and for what that names."""
        connection.execute(
            "UPDATE log.aside SET state = 'waiting', settled_at = NULL, reason = %s, field = %s, rule = %s, waits_for = %s, "
            "due_at = %s WHERE id = %s",
            (
                rejected.reason,
                rejected.field,
                rejected.rule,
                waited_for(item, rejected),
                due_at(item),
                item.message.aside,
            ),
        )

    def release(self, connection: Connection, keys: Sequence[bytes], at: datetime, notes: Notes) -> bool:
        """After an append: re-sent events replace their kept ones, and what waited becomes ready. True when any is ready."""
        arrived = [UUID(bytes=key) for key in keys]
        replaced = connection.execute(
            "UPDATE log.aside SET state = 'replaced', settled_at = %s WHERE kind = 'kept' AND key = ANY(%s) AND state IN ('waiting', 'ready') "
            "RETURNING id",
            (at, arrived),
        )
        notes.aside(REPLACED, *[row[0] for row in replaced])
        cursor = connection.execute(
            "UPDATE log.aside SET state = 'ready' WHERE state = 'waiting' AND waits_for = ANY(%s) AND stored >= length",
            (arrived,),
        )
        return cursor.rowcount > 0

    def release_amendments(self, connection: Connection, numbers: Sequence[bytes]) -> bool:
        """After a number was replaced: what amends an event under the one and names the other becomes ready; True when any is.

        `numbers`: the keyed hashes of both.
        """
        cursor = connection.execute(
            "UPDATE log.aside SET state = 'ready' WHERE kind = 'kept' AND state = 'waiting' AND reason = 'key_differs' "
            "AND subjects && %s AND stored >= length",
            ([UUID(bytes=one) for one in numbers],),
        )
        return cursor.rowcount > 0

    def ready(
        self,
        connection: Connection,
        only: Sequence[UUID] | None = None,
        limit: int = 500,
        *,
        now: datetime | None = None,
    ) -> list[Message]:
        """Kept events to be re-driven: those that became ready or are due, or those a person chose.

        Of what is not stored whole nothing can be recorded: it waits until it is sent again.
        """
        if only is None:
            rows = connection.execute(
                f"{_AGAIN} WHERE state = 'ready' "
                "OR (state = 'waiting' AND due_at <= %s AND stored >= length) ORDER BY received_at, id LIMIT %s",
                (now, limit),
            )
        else:
            rows = connection.execute(
                f"{_AGAIN} WHERE kind = 'kept' AND state IN ('waiting', 'ready') AND stored >= length AND id = ANY(%s)",
                (list(only),),
            )
        return [
            Message(
                self._open(aside, wrapped, sealed),
                sector,
                aside,
                was=(reason, field, rule),
                sender=None if sender is None else self._sender_of(sender),
            )
            for aside, sector, sender, wrapped, sealed, reason, field, rule in rows.fetchall()
        ]

    def contents(self, connection: Connection, asides: Collection[UUID]) -> Iterator[tuple[UUID, bytes, str | None]]:
        """What was sent of some kept events, and the event id of one that is not here whole, where it could be read.

        Of what was erased there is nothing.
        """
        query = "SELECT id, wrapped, sealed, named FROM log.aside WHERE id = ANY(%s) AND wrapped <> ''"
        for aside, wrapped, sealed, named in connection.execute(query, (list(asides),)).fetchall():
            event_id = None if named is None else self._open(aside, wrapped, named).decode()
            yield aside, self._open(aside, wrapped, sealed), event_id

    def _open(self, aside: UUID, wrapped: bytes, sealed: bytes) -> bytes:
        return open_kept_event(self._keys, aside, wrapped, sealed)

    def show(self, connection: Connection, aside: UUID) -> tuple[KeptFacts, bytes]:
        """One event with its content, none where it was erased; raises Misuse when there is none of that id."""
        row = connection.execute(f"SELECT {LISTED}, wrapped, sealed FROM log.aside WHERE id = %s", (aside,)).fetchone()
        if row is None:
            raise Misuse("no kept event has that id")
        return KeptFacts(*row[:-2]), self._open(aside, row[-2], row[-1]) if row[-2] else b""

    def reject(self, connection: Connection, asides: Sequence[UUID], note: str, at: datetime) -> int:
        """Settle kept events for good, with a person's reason; how many."""
        with connection.transaction():
            hold_appends(connection)
            rows = connection.execute(
                "UPDATE log.aside SET state = 'rejected', note = %s, settled_at = %s "
                "WHERE id = ANY(%s) AND kind = 'kept' AND state IN ('waiting', 'ready') RETURNING id",
                (note, at, list(asides)),
            )
            rejected = [row[0] for row in rows]
            tell(connection, REJECTED, rejected, at)
        return len(rejected)


__all__ = ["CONFLICT", "KEPT", "WITHHELD", "QuarantineRows"]
