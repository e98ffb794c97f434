"""Events kept aside and conflicts: stored whole and sealed, with their reason; re-driven, released or rejected (contract 1)."""

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from adapters.store.appending import hold_appends
from adapters.store.claims import Claims
from adapters.store.feedback import REJECTED, RELEASED, REPLACED, Notes, tell
from adapters.store.keys import MasterKeys, open_sealed, seal
from adapters.store.messages import CONFLICT, KEPT, Message
from adapters.store.prepare import Item, raw_bytes
from domain.errors import Misuse, Rejected

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Aside:
    """One kept or conflicting event, without its content."""

    id: UUID
    kind: str
    state: str
    reason: str
    field: str | None
    rule: str | None
    event_type: str | None
    organisation: str | None
    received_at: datetime
    note: str | None


_LISTED = "id, kind, state, reason, field, rule, event_type, organisation, received_at, note"


def waited_for(item: Item, rejected: Rejected) -> UUID | None:
    """Key of the event or source record that an item waits for, when that is why it is kept.

    A source record may be of several children: where only others' events of it have come, the right one may follow.
    """
    waits = rejected.reason == "waits_for" or (rejected.reason == "key_differs" and item.target_source is not None)
    return None if item.waits_for is None or not waits else UUID(bytes=item.waits_for)


def _context(aside: UUID) -> bytes:
    return b"aside" + aside.bytes


def open_aside(keys: MasterKeys, aside: UUID, wrapped: bytes, sealed: bytes) -> bytes:
    """What was sent; raises Erased where it does not open under its own key and id."""
    return open_sealed(keys.unwrap(wrapped, _context(aside)), sealed, _context(aside))


class AsideStore:
    """The quarantine's rows; every call runs in the caller's transaction. What comes of it is told to the agency."""

    def __init__(self, keys: MasterKeys) -> None:
        self._keys = keys

    def keep(
        self,
        connection: Connection,
        item: Item,
        kind: str,
        rejected: Rejected,
        at: datetime,
        notes: Notes,
        record: UUID | None = None,
    ) -> bool:
        """Store one item aside; False when the same content is there already (a duplicate), which then changes nothing."""
        digest = UUID(bytes=item.digest)
        there = connection.execute(
            "SELECT id FROM log.aside WHERE kind = %s AND digest = %s", (kind, digest)
        ).fetchone()
        if there is not None:
            if kind == CONFLICT:
                notes.aside(kind, there[0])
            else:
                notes.duplicate(item, aside=there[0])
            return False
        key = None if item.key is None else UUID(bytes=item.key)
        if kind == KEPT and key is not None:
            replaced = connection.execute(
                "UPDATE log.aside SET state = 'replaced', settled_at = %s WHERE key = %s AND state IN ('waiting', 'ready') "
                "RETURNING id",
                (at, key),
            )
            notes.aside(REPLACED, *[row[0] for row in replaced])
        aside = UUID(bytes=os.urandom(16))
        [(data_key, wrapped)] = self._keys.new_keys([_context(aside)])
        sealed = seal(data_key, os.urandom(12), raw_bytes(item.message), _context(aside))
        # Of a conflict the organisation was found to be one; of what was rejected it may be anything.
        said = item.claims or Claims(item.body["source"]["organisation"], item.schema.event_type)
        connection.execute(
            "INSERT INTO log.aside (id, kind, state, key, digest, reason, field, rule, event_type, organisation, sector, waits_for, "
            "record, received_at, wrapped, sealed) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (
                aside, kind, "waiting" if kind == KEPT else "shown", key, digest, rejected.reason, rejected.field, rejected.rule,
                said.event_type, said.organisation, item.message.sector, waited_for(item, rejected),
                record, at, wrapped, sealed,
            ),
        )  # fmt: skip
        notes.aside(kind, aside)
        return True

    def settle(self, connection: Connection, aside: UUID, at: datetime) -> None:
        """Say that what was kept was read again and is now events of its own; in a transaction of its own."""
        with connection.transaction():
            hold_appends(connection)
            self.move(connection, aside, RELEASED, at)
            tell(connection, RELEASED, [aside], at)

    def move(
        self,
        connection: Connection,
        aside: UUID,
        state: str,
        at: datetime,
        rejected: Rejected | None = None,
        waits: UUID | None = None,
    ) -> None:
        """Move a re-driven event on; kept again, it waits with its new reason, and for `waits`, an event's key."""
        connection.execute("UPDATE log.aside SET state = %s, settled_at = %s WHERE id = %s", (state, at, aside))
        if rejected is not None:
            connection.execute(
                "UPDATE log.aside SET reason = %s, field = %s, rule = %s, waits_for = %s, settled_at = NULL WHERE id = %s",
                (rejected.reason, rejected.field, rejected.rule, waits, aside),
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
            "UPDATE log.aside SET state = 'ready' WHERE state = 'waiting' AND waits_for = ANY(%s)", (arrived,)
        )
        return cursor.rowcount > 0

    def ready(self, connection: Connection, only: Sequence[UUID] | None = None, limit: int = 500) -> list[Message]:
        """Kept events to be re-driven: those that became ready, or those a person chose."""
        if only is None:
            rows = connection.execute(
                "SELECT id, sector, wrapped, sealed, reason, field, rule FROM log.aside WHERE state = 'ready' ORDER BY received_at, id LIMIT %s",
                (limit,),
            )
        else:
            rows = connection.execute(
                "SELECT id, sector, wrapped, sealed, reason, field, rule FROM log.aside WHERE kind = 'kept' "
                "AND state IN ('waiting', 'ready') AND id = ANY(%s)",
                (list(only),),
            )
        return [
            Message(self._open(aside, wrapped, sealed), sector, aside, was=(reason, field, rule))
            for aside, sector, wrapped, sealed, reason, field, rule in rows.fetchall()
        ]

    def contents(self, connection: Connection, asides: Collection[UUID]) -> Iterator[tuple[UUID, bytes]]:
        """What was sent of some events aside."""
        rows = connection.execute("SELECT id, wrapped, sealed FROM log.aside WHERE id = ANY(%s)", (list(asides),))
        return ((aside, self._open(aside, wrapped, sealed)) for aside, wrapped, sealed in rows.fetchall())

    def _open(self, aside: UUID, wrapped: bytes, sealed: bytes) -> bytes:
        return open_aside(self._keys, aside, wrapped, sealed)

    def list(
        self, connection: Connection, kind: str | None = None, state: str | None = None, limit: int = 1000
    ) -> list[Aside]:
        """Kept and conflicting events, oldest first."""
        rows = connection.execute(
            f"SELECT {_LISTED} FROM log.aside WHERE (%s::text IS NULL OR kind = %s) AND (%s::text IS NULL OR state = %s) "
            "ORDER BY received_at, id LIMIT %s",
            (kind, kind, state, state, limit),
        )
        return [Aside(*row) for row in rows.fetchall()]

    def show(self, connection: Connection, aside: UUID) -> tuple[Aside, bytes]:
        """One event with its content; raises Misuse when there is none of that id."""
        row = connection.execute(f"SELECT {_LISTED}, wrapped, sealed FROM log.aside WHERE id = %s", (aside,)).fetchone()
        if row is None:
            raise Misuse("no event aside has that id")
        return Aside(*row[:-2]), self._open(aside, row[-2], row[-1])

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


__all__ = ["CONFLICT", "KEPT", "Aside", "AsideStore"]
