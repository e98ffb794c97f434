"""Sealed identities as the log keeps them: which records are sealed, and which items of a batch name one (domain.identity.sealed).

An item that names one is appended like any other, so that its publisher is told no more than of any other; its facts are
not written, so that no view ever holds it; and a copy waits in the quarantine for the index team.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

import psycopg

from adapters.log.keys.data_keys import MasterKeys
from adapters.log.prepare import Item
from adapters.log.reader import LogReader, tied
from adapters.log.subjects import Subjects
from domain.effects import ABOUT_NO_CHILD, Act
from domain.errors import Rejected
from domain.events import Event, RecordId, provider_of, service_of, team_key, worker_key
from domain.identity.sealed import IDENTITY_SEALED, Sealing, old_identity
from domain.timeline.snapshots import seen_of

Connection = psycopg.Connection[Any]

REASON = Rejected("sealed_identity")

WITHHOLD = (
    "INSERT INTO log.withheld (position, organisation, kind, seen, provider, service, worker, team) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
)

# A child has at most twelve records. Where one number stands in thousands of events, thousands are tied to it, and all are
# looked at under the append lock: of more than so many the nearest.
MOST_TIED: Final = 200


class Sealed:
    """The sealed records, remembered as of the last look; every call stands under the append lock."""

    def __init__(self, keys: MasterKeys, subjects: Subjects) -> None:
        self._keys = keys
        self._subjects = subjects
        self._until: int | None = None
        self._records: dict[bytes, Sealing] = {}

    def look(self, connection: Connection, until: int | None) -> None:
        """Take account of sealings up to a position, the last there is; None: there are none."""
        if until != self._until:
            rows = connection.execute("SELECT record, position, day FROM log.sealed").fetchall()
            self._records = {record.bytes: Sealing(position, day) for record, position, day in rows}
            self._until = until

    def mark(self, items: Iterable[Item]) -> None:
        """Mark the items that name a sealed identity."""
        if not self._records:
            return
        for item in items:
            if item.rejected is None and item.effect.act not in ABOUT_NO_CHILD:
                item.withheld = self._names(item)

    def _names(self, item: Item) -> bool:
        assert item.known is not None
        own = None if item.identifier is None else self._subjects.known.get(item.identifier)
        named = (item.known.record, *item.linked_records, *(() if own is None else (own.record,)))
        return any(record in self._records for record in named)

    def seal(self, connection: Connection, item: Item) -> None:
        """Seal the records of an item that says so, after it was written."""
        assert item.known is not None
        named = [UUID(bytes=record) for record in (item.known.record, *item.linked_records)]
        near = sorted(tied(connection, named, MOST_TIED))
        rows = connection.execute("SELECT record, scheme FROM log.subject WHERE record = ANY(%s)", (near,))
        schemes = dict.fromkeys(map(RecordId, near), "") | {RecordId(record): scheme for record, scheme in rows}
        history = list(LogReader(connection, self._keys).known_events(list(schemes)))
        sealing = next((event for event in history if event.position == item.position), None)
        if sealing is None:
            return
        sealed = {RecordId(UUID(bytes=record)): one for record, one in self._records.items()}
        records = old_identity(sealing, _shown(history, sealed), schemes, sealed) - sealed.keys()
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO log.sealed (record, position, day) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                [(record, item.position, sealing.effective_from) for record in sorted(records)],
            )
        self._until = -1  # looked at anew, whether this batch is committed or not


def _shown(history: Sequence[Event], sealed: dict[RecordId, Sealing]) -> list[Event]:
    """Without what was withheld: it names a record that was sealed before it."""
    return [
        event
        for event in history
        if not any(r in sealed and sealed[r].position < event.position for r in (event.record, *event.linked))
    ]


def withheld_row(item: Item) -> tuple[int | str | None, ...]:
    """What is written of an item that is withheld: of a row of a snapshot what it is of, so that no row is missing."""
    body, effect = item.body, item.effect
    seen = seen_of(effect.act, body["mode"], body["recorded_at"])
    if seen is None:
        return (item.position, *[None] * 7)
    organisation = body["source"]["organisation"]
    provider, service = provider_of(effect, organisation, body), service_of(effect, body)
    parts = (provider, service, worker_key(body.get("worker")), team_key(body.get("team")))
    return item.position, organisation, effect.kind, seen, *parts


def is_sealing(item: Item) -> bool:
    """Whether an item says that a child has a new identity."""
    return item.rejected is None and item.effect.act is Act.MOMENT and item.effect.kind == IDENTITY_SEALED
