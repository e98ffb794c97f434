"""The recorder: all three entrances append here (design D1, D2, D8).

One transaction, under one lock: the fence of the offsets, the inbox, events, facts, the batch with its hash chain.
What is lost if the process dies: before the commit, everything of the batch, and the offsets say so; after it, nothing.
Subject rows and data keys are made before, in short transactions of their own, and harm nothing without a batch.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NoReturn
from uuid import UUID

import psycopg
from psycopg.errors import UniqueViolation

from adapters.clock import Clock
from adapters.codec import NO_IDS, Decoded, decode_stored, same_content
from adapters.store.appending import hold_appends
from adapters.store.aside import AsideStore, waited_for
from adapters.store.facts import COLUMNS, IDENTITY, MARK_COLUMNS, needs_identity
from adapters.store.feedback import RELEASED, SEPARATOR, Notes, Senders, senders_of
from adapters.store.hashes import Hashes
from adapters.store.keys import MasterKeys, open_sealed
from adapters.store.messages import ACCEPTED, CONFLICT, DUPLICATE, KEPT, Message, Offset, Outcome
from adapters.store.prepare import Item, Preparer
from adapters.store.recent import Recent
from adapters.store.rows import EVENT_COLUMNS, Rows, inbox_rows, rows_of
from adapters.store.snapshots import hold_back
from adapters.store.subjects import CACHE_RECORDS, Known, Subjects
from domain.checks import not_amendable
from domain.effects import ABOUT_NO_CHILD, Act
from domain.errors import IcrError, Rejected
from schemas.registry import registry

Connection = psycopg.Connection[Any]

CHANNEL: Final = "icr_log"
SNAPSHOT_LOSS_SHARE: Final = 0.2

_COPY_EVENT = f"COPY log.event ({', '.join(EVENT_COLUMNS)}) FROM STDIN (FORMAT BINARY)"
_BEGIN = "INSERT INTO log.tracking (next_offset, updated_at, name) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
_MOVE = "UPDATE log.tracking SET next_offset = %s, updated_at = %s WHERE name = %s AND next_offset = %s"
_COPY_INBOX = "COPY log.inbox (key, digest, position) FROM STDIN (FORMAT BINARY)"
_COPY_FACT = f"COPY log.fact ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)"
_COPY_MARK = f"COPY log.fact_mark ({', '.join(MARK_COLUMNS)}) FROM STDIN (FORMAT BINARY)"


# In one statement: the batch, the head of the log, and the call that wakes the projector.
_CLOSE_BATCH = (
    "WITH closed AS (INSERT INTO log.batch (last, first, previous, hash, received_at, organisations, types, senders) "
    "VALUES (%(last)s, %(first)s, %(was)s, %(hash)s, %(at)s, string_to_array(%(organisations)s, %(separator)s), "
    "string_to_array(%(types)s, %(separator)s), %(senders)b)), "
    f"moved AS (UPDATE log.head SET position = %(last)s, hash = %(hash)s) SELECT pg_notify('{CHANNEL}', '')"
)


class Fenced(IcrError):
    """Another consumer has recorded these offsets, or the log was restored: read on from what is recorded."""


class HeadMoved(IcrError):
    """Something was appended to the records a command was decided on: decide again."""


class _TargetCame(Exception):
    """An event that an amendment names was appended meanwhile; the batch is prepared again."""


class Recorder:
    """Appends batches over one connection; one recorder for each thread or process."""

    def __init__(
        self, connect: Callable[[], Connection], keys: MasterKeys, clock: Clock, organisations: Mapping[str, Sequence[str]],
        cache_records: int = CACHE_RECORDS, schema_ids: Mapping[int, bytes] = NO_IDS, snapshot_loss_share: float = SNAPSHOT_LOSS_SHARE,
    ) -> None:  # fmt: skip
        self._connect = connect
        self._keys = keys
        self._clock = clock
        self._hashes = Hashes(keys)
        self._subjects = Subjects(keys, self._hashes, cache_records)
        self._preparer = Preparer(self._hashes, self._subjects, organisations, schema_ids)
        self._asides = AsideStore(keys, {pattern for patterns in organisations.values() for pattern in patterns})
        self._recent = Recent()
        self._loss_share = snapshot_loss_share
        self._connection: Connection | None = None

    @property
    def connection(self) -> Connection:
        """The connection in use, opened again after it was lost."""
        if self._connection is None or self._connection.closed:
            self._connection = self._connect()
        return self._connection

    @property
    def hashes(self) -> Hashes:
        """The keyed hashes it records with."""
        return self._hashes

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()

    def check(self, messages: Sequence[Message]) -> list[Outcome]:
        """What would become of messages, as far as it can be said without recording them (validate only)."""
        now = self._now()
        items = [self._preparer.prepare(message, now) for message in messages]
        hold_back(lambda: self.connection, items, self._loss_share)
        return [_outcome(item, KEPT if item.rejected else ACCEPTED) for item in items]

    def record(
        self,
        messages: Sequence[Message],
        offsets: Sequence[Offset] = (),
        only_if_last: tuple[Sequence[UUID], int] | None = None,
    ) -> list[Outcome]:
        """Append a batch and say what became of each message, in their order.

        `only_if_last` is a command's condition: records, and the position after which nothing may have come for them.
        Raises Fenced, HeadMoved, or what psycopg raises; then nothing of the batch is recorded.
        """
        while True:
            now = self._now()
            items = [self._preparer.prepare(message, now) for message in messages]
            hold_back(lambda: self.connection, items, self._loss_share)
            self._identify([item for item in items if item.rejected is None])
            try:
                outcomes, ready = self._append(items, offsets, only_if_last)
            except _TargetCame:
                continue
            if ready:
                self.redrive()
            return outcomes

    def redrive(self, only: Sequence[UUID] | None = None) -> list[Outcome]:
        """Record kept events again: those that became ready, or the ones a person chose."""
        messages = self._asides.ready(self.connection, only)
        return self.record(messages) if messages else []

    def _now(self) -> int:
        return int(self._clock.now().timestamp() * 1_000_000)

    def _identify(self, items: Sequence[Item]) -> None:
        """Find or make the record and the data keys of each item."""
        subjects, known = self._subjects, self._subjects.known
        wanted: dict[tuple[str, str], None] = {}
        for item in items:
            if item.known is None:
                wanted[item.identifier] = None  # type: ignore[index]
            if item.linked or item.others:
                wanted.update(dict.fromkeys((*item.linked, *item.others)))
        if wanted:
            subjects.find(self.connection, wanted)
        for item in items:
            if item.known is None:
                if item.identifier not in known:  # forgotten again, to make room for others of this batch
                    subjects.find(self.connection, [item.identifier])  # type: ignore[list-item]
                item.known = known[item.identifier]  # type: ignore[index]
        for item in items:
            # Now, because nothing can be asked of the database while rows are copied into it.
            if item.linked or item.others:
                item.linked_records = [self._record_of(i) for i in item.linked]
                item.other_records = [self._record_of(i) for i in item.others]
        amendments = [item for item in items if item.target_key is not None or item.target_source is not None]
        if amendments:
            self._aim(amendments, items)
        keys = [(i.known, *i.key_name) for i in items if i.key_name not in i.known.keys and i.rejected is None]  # type: ignore[union-attr]
        keys += [
            (i.known, IDENTITY, 0)
            for i in items
            if i.rejected is None and i.effect.act is not Act.MARK and needs_identity(i.effect, i.body)
        ]
        if keys:
            subjects.find_keys(self.connection, keys)  # type: ignore[arg-type]

    def _aim(self, amendments: Sequence[Item], items: Sequence[Item]) -> None:
        """Give each amendment the record of what it names; what has not come yet is waited for."""
        here: dict[bytes | None, set[tuple[bytes, str]]] = {}
        for item in items:
            if item.rejected is None and item.known is not None and item.effect.act not in ABOUT_NO_CHILD:
                for key in (item.key, item.source_key):
                    if key is not None:
                        here.setdefault(key, set()).add((item.known.record, item.schema.event_type))
        there = self._targets([item.waits_for for item in amendments if item.waits_for is not None])
        for item in amendments:
            own = item.known
            assert own is not None
            mine = {own.record, *item.linked_records}
            near = (
                here.get(item.waits_for, set())
                if item.target_source is None or item.source_key != item.target_source
                else set()
            )
            named = there.get(item.waits_for or b"", set()) | near
            found = sorted(one for one in named if one[0] in mine)
            if not named:
                item.rejected = Rejected("waits_for", "target", "the event it names has not come yet")
            elif not found:
                item.rejected = Rejected(
                    "key_differs", "subject.identifiers", "one of the identifiers of the event it names"
                )
            elif (why := _not_amendable(item.effect.act, found[0][1])) is not None:
                item.rejected = Rejected("not_correctable", "target", why)
            elif found[0][0] != own.record:
                item.known = Known(found[0][0])

    def _record_of(self, identifier: tuple[str, str]) -> bytes:
        if identifier not in self._subjects.known:
            self._subjects.find(self.connection, [identifier])
        return self._subjects.known[identifier].record

    def _targets(self, keys: Sequence[bytes]) -> dict[bytes, set[tuple[bytes, str]]]:
        """Records and event types of accepted events, by their key or their source record."""
        wanted = [UUID(bytes=key) for key in keys]
        rows = self.connection.execute(
            "SELECT i.key, e.originator_id, split_part(e.topic, ':', 1) FROM log.inbox i JOIN log.event e ON e.notification_id = i.position "
            "WHERE i.key = ANY(%(k)s) UNION ALL SELECT key, record, '' FROM log.source_record WHERE key = ANY(%(k)s)",
            {"k": wanted},
        )
        found: dict[bytes, set[tuple[bytes, str]]] = {}
        for key, record, event_type in rows:
            found.setdefault(key.bytes, set()).add((record.bytes, event_type))
        return found

    def _append(
        self, items: list[Item], offsets: Sequence[Offset], only_if_last: tuple[Sequence[UUID], int] | None
    ) -> tuple[list[Outcome], bool]:
        connection = self.connection
        at = self._clock.now()
        outcomes: list[Outcome | None] = [None] * len(items)
        notes = Notes()
        with connection.transaction():
            _fence(connection, offsets, at)
            hold_appends(connection)
            head = connection.execute(
                "SELECT position, hash, EXISTS (SELECT FROM log.aside WHERE state IN ('waiting', 'ready')), "
                "EXISTS (SELECT FROM log.aside WHERE state = 'ready') FROM log.head",
                binary=True,
            ).fetchone()
            assert head is not None
            position, previous, anyone_waits, ready = head
            if only_if_last is not None:
                _still_last(connection, *only_if_last)
            if any(item.rejected is not None and item.rejected.reason == "waits_for" for item in items):
                self._nothing_came(items)
            survivors, rows, senders = self._take_in(connection, items, position, outcomes, notes)
            if survivors:
                self._write(connection, rows, senders, position, len(survivors), bytes(previous), at)
            self._write_asides(connection, items, outcomes, at, notes)
            # What became ready in a process that died before it could re-drive is taken up by whoever appends next.
            ready = bool(survivors and anyone_waits and self._release(connection, survivors, at, notes)) or ready
            notes.write(connection, at)
        self._recent.add([item.key for item in survivors])  # type: ignore[misc]
        return [outcome for outcome in outcomes if outcome is not None], ready

    def _nothing_came(self, items: Sequence[Item]) -> None:
        """Under the lock: whatever an amendment waits for has still not come. Else the batch starts again."""
        waited = [
            i.waits_for
            for i in items
            if i.rejected is not None and i.rejected.reason == "waits_for" and i.waits_for is not None
        ]
        if self._targets(waited):
            raise _TargetCame

    def _take_in(
        self, connection: Connection, items: list[Item], position: int, outcomes: list[Outcome | None], notes: Notes
    ) -> tuple[list[Item], Rows, Senders]:
        """Put the new ones into the inbox and give them their positions; duplicates and conflicts get their outcome.

        The rows are copied straight in, without the few that were probably recorded lately and are looked for first.
        Only when that fails are all looked for.
        """
        seen: dict[bytes, Item] = {}
        again: list[tuple[int, Item, Item]] = []
        for index, item in enumerate(items):
            if item.rejected is None and item.key is not None:
                first = seen.setdefault(item.key, item)
                if first is not item:
                    again.append((index, item, first))
        there = self._already_there(connection, self._recent.known(seen))
        try:
            with connection.transaction():
                survivors, rows, senders = self._copy_new(connection, seen, there, position)
        except UniqueViolation:
            there = self._already_there(connection, seen)
            survivors, rows, senders = self._copy_new(connection, seen, there, position)
        if there:
            for index, item in enumerate(items):
                if item.key in there and seen.get(item.key) is item:
                    outcomes[index] = self._again(connection, item, there[item.key], notes)
        for index, item, first in again:
            same = item.digest == first.digest or same_content(_decoded(item), _decoded(first))
            outcomes[index] = _outcome(item, DUPLICATE if same else CONFLICT)
            if same:
                known = there.get(first.key)  # type: ignore[arg-type]
                notes.duplicate(item, position=first.position if known is None else known[1])
        for index, item in enumerate(items):
            if outcomes[index] is None and item.rejected is None:
                outcomes[index] = _accepted(item)
        return survivors, rows, senders

    def _copy_new(
        self, connection: Connection, seen: Mapping[bytes, Item], there: Mapping[bytes, object], position: int
    ) -> tuple[list[Item], Rows, Senders]:
        """Copy into the inbox what is not there yet, numbered; all its other rows are packed while the server is at it."""
        survivors = list(seen.values()) if not there else [item for key, item in seen.items() if key not in there]
        for number, item in enumerate(survivors, position + 1):
            item.position = number
        if not survivors:
            return [], rows_of([], self._hashes), senders_of([])
        with connection.cursor() as cursor, cursor.copy(_COPY_INBOX) as copy:
            copy.write(inbox_rows(survivors))
            rows, senders = rows_of(survivors, self._hashes), senders_of(survivors)
        return survivors, rows, senders

    def _already_there(self, connection: Connection, keys: Collection[bytes]) -> dict[bytes, tuple[bytes, int]]:
        if not keys:
            return {}
        rows = connection.execute(
            "SELECT key, digest, position FROM log.inbox WHERE key = ANY(%b)",
            ([UUID(bytes=k) for k in keys],),
            binary=True,
        )
        return {key.bytes: (digest.bytes, position) for key, digest, position in rows}

    def _again(self, connection: Connection, item: Item, there: tuple[bytes, int], notes: Notes) -> Outcome:
        """Duplicate or conflict: the same bytes, else the same content once decoded."""
        digest, position = there
        if digest == item.digest or same_content(_decoded(item), decode_stored(self._open(connection, position))):
            notes.duplicate(item, position=position)
            return _outcome(item, DUPLICATE)
        return _outcome(item, CONFLICT)

    def _open(self, connection: Connection, position: int) -> bytes:
        row = connection.execute(
            "SELECT originator_id, topic, state FROM log.event WHERE notification_id = %s", (position,)
        ).fetchone()
        assert row is not None
        return self.open_payload(row[0], row[1], row[2])

    def open_payload(self, record: UUID, topic: str, state: bytes) -> bytes:
        """The stored bytes of one event; raises Erased when its key is destroyed."""
        event_type, _, period = topic.partition(":")
        key_class = registry().newest[event_type].effect.retention
        known = Known(record.bytes)
        self._subjects.find_keys(self.connection, [(known, key_class, int(period))])
        return open_sealed(known.keys[key_class, int(period)], state, record.bytes)

    def _write(
        self, connection: Connection, rows: Rows, senders: Senders, position: int, count: int, previous: bytes, at: datetime
    ) -> None:  # fmt: skip
        """Events, facts, source records, set-aside fields, the batch and the head."""
        chained = hashlib.sha256(previous)
        with connection.cursor() as cursor, cursor.copy(_COPY_EVENT) as copy:
            copy.write(rows.events)
            chained.update(rows.events)
        if rows.facts:
            _copy(connection, _COPY_FACT, rows.facts)
        if rows.marks:
            _copy(connection, _COPY_MARK, rows.marks)
        with connection.cursor() as cursor:
            if rows.sources:
                cursor.executemany(
                    "INSERT INTO log.source_record (key, position, record) VALUES (%s, %s, %s)", rows.sources
                )
            if rows.set_aside:
                cursor.executemany(
                    "INSERT INTO log.set_aside (position, reason, field, organisation) VALUES (%s, %s, %s, %s)",
                    rows.set_aside,
                )
        connection.execute(
            _CLOSE_BATCH,
            {"last": position + count, "first": position + 1, "was": previous, "hash": chained.digest(), "at": at,
             "organisations": senders.organisations, "types": senders.types, "separator": SEPARATOR,
             "senders": senders.numbers},
        )  # fmt: skip

    def _write_asides(
        self, connection: Connection, items: Sequence[Item], outcomes: list[Outcome | None], at: datetime, notes: Notes
    ) -> None:
        """Store what is kept or in conflict; settle what was re-driven."""
        for index, item in enumerate(items):
            outcome, aside = outcomes[index], item.message.aside
            if outcome is not None:
                if outcome.outcome == CONFLICT:
                    self._asides.keep(connection, item, CONFLICT, Rejected("conflict"), at, notes)
                if aside is not None:
                    self._asides.move(connection, aside, RELEASED, at)
                    notes.aside(RELEASED, aside)
                continue
            assert item.rejected is not None
            if aside is not None:
                self._asides.move(connection, aside, "waiting", at, item.rejected, waited_for(item, item.rejected))
                if item.message.was is None or item.message.was[:2] != (item.rejected.reason, item.rejected.field):
                    notes.aside(KEPT, aside)
                outcomes[index] = _outcome(item, KEPT)
            else:
                record = self._known_record(connection, item)
                fresh = self._asides.keep(connection, item, KEPT, item.rejected, at, notes, record)
                outcomes[index] = _outcome(item, KEPT if fresh else DUPLICATE)

    def _known_record(self, connection: Connection, item: Item) -> UUID | None:
        """Record of a kept event's subject, if it has one already."""
        if item.identifier is None:
            return None
        return self._subjects.look_up(connection, [item.identifier]).get(item.identifier)

    def _release(self, connection: Connection, survivors: Sequence[Item], at: datetime, notes: Notes) -> bool:
        keys = [item.key for item in survivors if item.key is not None]
        keys += [item.source_key for item in survivors if item.source_key is not None]
        return self._asides.release(connection, keys, at, notes)


def _copy(connection: Connection, statement: str, body: bytes) -> None:
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(body)


def _not_amendable(act: Act, event_type: str) -> str | None:
    """The same of an event's type; a source record may be of several, and is not looked at."""
    named = registry().newest.get(event_type)
    return None if named is None else not_amendable(act, named.effect.act)


def _decoded(item: Item) -> Decoded:
    return decode_stored(item.stored)


def _fence(connection: Connection, offsets: Sequence[Offset], at: datetime) -> None:
    """Move the tracking rows, each only from where its reader believed it to be; in order of their names, as all do."""
    by_name = sorted(offsets, key=lambda o: o.name)
    begun = [(o.next, at, o.name) for o in by_name if o.expected is None]
    moved = [(o.next, at, o.name, o.expected) for o in by_name if o.expected is not None]
    with connection.cursor() as cursor:
        for statement, rows in ((_BEGIN, begun), (_MOVE, moved)):
            if rows:
                cursor.executemany(statement, rows)  # sent together, answered together
                if cursor.rowcount != len(rows):
                    _fenced()


def _fenced() -> NoReturn:
    raise Fenced("offsets were recorded by another consumer")


def _still_last(connection: Connection, records: Sequence[UUID], position: int) -> None:
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM log.event WHERE originator_id = ANY(%s) AND originator_version > %s)",
        (list(records), position),
    ).fetchone()
    if row is None or row[0]:
        raise HeadMoved("the records have changed")


def _accepted(item: Item) -> Outcome:
    return Outcome(
        ACCEPTED, None, None, None, item.schema.event_type, item.body["event_id"], item.position, tuple(item.set_aside)
    )


def _outcome(item: Item, outcome: str) -> Outcome:
    event_type = None if item.schema is None else item.schema.event_type
    event_id = item.body.get("event_id")
    if outcome == ACCEPTED:
        return Outcome(ACCEPTED, None, None, None, event_type, event_id, item.position or None, tuple(item.set_aside))
    said = item.rejected
    if said is None or outcome == CONFLICT:
        return Outcome(outcome, None, None, None, event_type, event_id)
    return Outcome(outcome, said.reason, said.field, said.rule, event_type, event_id)
