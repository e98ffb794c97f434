"""Events kept aside and conflicts: stored whole and sealed, with their reason; re-driven, released or rejected (contract 1)."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

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
    """Key of the event or source record that an item waits for, when that is why it is kept."""
    key = item.waits_for if rejected.reason == "waits_for" else None
    return None if key is None else UUID(bytes=key)


def _context(aside: UUID) -> bytes:
    return b"aside" + aside.bytes


class AsideStore:
    """The quarantine's rows; every call runs in the caller's transaction."""

    def __init__(self, keys: MasterKeys) -> None:
        self._keys = keys

    def keep(
        self,
        connection: Connection,
        item: Item,
        kind: str,
        rejected: Rejected,
        at: datetime,
        record: UUID | None = None,
    ) -> bool:
        """Store one item aside; False when the same content is there already (a duplicate)."""
        aside = UUID(bytes=os.urandom(16))
        [(key, wrapped)] = self._keys.new_keys([_context(aside)])
        sealed = seal(key, os.urandom(12), raw_bytes(item.message), _context(aside))
        if kind == KEPT and item.key is not None:
            connection.execute(
                "UPDATE log.aside SET state = 'replaced', settled_at = %s WHERE key = %s AND digest <> %s AND state IN ('waiting', 'ready')",
                (at, UUID(bytes=item.key), UUID(bytes=item.digest)),
            )
        waits = waited_for(item, rejected)
        cursor = connection.execute(
            "INSERT INTO log.aside (id, kind, state, key, digest, reason, field, rule, event_type, organisation, sector, waits_for, "
            "record, received_at, wrapped, sealed) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) "
            "ON CONFLICT (kind, digest) DO NOTHING",
            (
                aside, kind, "waiting" if kind == KEPT else "shown", item.key and UUID(bytes=item.key), UUID(bytes=item.digest),
                rejected.reason, rejected.field, rejected.rule, item.schema and item.schema.event_type,
                item.body["source"]["organisation"] if item.body else None, item.message.sector, waits,
                record, at, wrapped, sealed,
            ),
        )  # fmt: skip
        return cursor.rowcount == 1

    def settle(
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

    def release(self, connection: Connection, keys: Sequence[bytes], at: datetime) -> bool:
        """After an append: re-sent events replace their kept ones, and what waited becomes ready. True when any is ready."""
        arrived = [UUID(bytes=key) for key in keys]
        connection.execute(
            "UPDATE log.aside SET state = 'replaced', settled_at = %s WHERE kind = 'kept' AND key = ANY(%s) AND state IN ('waiting', 'ready')",
            (at, arrived),
        )
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

    def _open(self, aside: UUID, wrapped: bytes, sealed: bytes) -> bytes:
        return open_sealed(self._keys.unwrap(wrapped, _context(aside)), sealed, _context(aside))

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
        cursor = connection.execute(
            "UPDATE log.aside SET state = 'rejected', note = %s, settled_at = %s "
            "WHERE id = ANY(%s) AND kind = 'kept' AND state IN ('waiting', 'ready')",
            (note, at, list(asides)),
        )
        return cursor.rowcount


__all__ = ["CONFLICT", "KEPT", "Aside", "AsideStore"]
