"""The recorder: all three entrances append here (design D1, D2, D8).

One transaction, under one lock: the fence of the offsets, the inbox, events, facts, the batch with its hash chain.
What is lost if the process dies: before the commit, everything of the batch, and the offsets say so; after it, nothing.
Subject rows and data keys are made before, in short transactions of their own, and harm nothing without a batch.
"""

import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

import psycopg

from adapters.codec import NO_IDS
from adapters.log.appending import still_last, turn
from adapters.log.chain import EVENT_COLUMNS, KEYED, Batch, Link, microseconds
from adapters.log.copying import copying
from adapters.log.erased import Erasures
from adapters.log.fact_rows import COLUMNS, MARK_COLUMNS
from adapters.log.feedback.writing import RELEASED, SEPARATOR, Notes, Senders
from adapters.log.inbox import Inbox
from adapters.log.keys.data_keys import MasterKeys
from adapters.log.keys.hashes import Hashes
from adapters.log.keys.key_check import note_keys
from adapters.log.messages import ACCEPTED, CONFLICT, DUPLICATE, KEPT, WITHHELD, Message, Offset, Outcome
from adapters.log.one_number import OneNumber
from adapters.log.outcomes import outcome_of
from adapters.log.prepare import Item, Preparer
from adapters.log.prepared_ahead import PreparedAhead
from adapters.log.quarantine_rows import QuarantineRows, nobody
from adapters.log.records import check_targets, find_records, targets
from adapters.log.rows import Rows
from adapters.log.sealed import REASON as SEALED_IDENTITY
from adapters.log.sealed import WITHHOLD, Sealed, is_sealing, withheld_row
from adapters.log.snapshots import hold_back
from adapters.log.subjects import CACHE_RECORDS, RecordErased, Subjects
from adapters.process.clock import UNCHECKED, Clock, ClockCheck
from adapters.process.logs import get_logger
from adapters.process.quotas import Quota
from domain.checks import AHEAD_SECONDS
from domain.errors import ClockWrong, IcrError, Rejected
from domain.identifiers import FILLERS, Fillers
from domain.senders import Sender

Connection = psycopg.Connection[Any]

CHANNEL: Final = "icr_log"
MOST_UNRECORDABLE: Final = 20
# Of what became ready so many are recorded by one who appends, in so many batches.
READY_AT_ONCE: Final = 500
MOST_ROUNDS: Final = 3
SNAPSHOT_LOSS_SHARE: Final = 0.2

_COPY_EVENT = f"COPY log.event ({', '.join(EVENT_COLUMNS)}) FROM STDIN (FORMAT BINARY)"
_COPY_FACT = f"COPY log.fact ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)"
_COPY_MARK = f"COPY log.fact_mark ({', '.join(MARK_COLUMNS)}) FROM STDIN (FORMAT BINARY)"


# Where the log ends, who waits, and the times that the clock is held against: what was received last, the database's own.
_HEAD = (
    "SELECT h.position, h.hash, EXISTS (SELECT FROM log.aside WHERE state IN ('waiting', 'ready')), "
    "EXISTS (SELECT FROM log.aside WHERE state = 'ready') "
    "OR EXISTS (SELECT FROM log.aside WHERE state = 'waiting' AND due_at <= %(now)s AND stored >= length), "
    "greatest(b.received_at, (SELECT at FROM log.feedback ORDER BY number DESC LIMIT 1)), clock_timestamp(), "
    "(SELECT max(position) FROM log.sealed), (SELECT fingerprint FROM log.keys), (SELECT max(number) FROM log.erased) "
    "FROM log.head h LEFT JOIN log.batch b ON b.last = h.position"
)

# In one statement: the batch, the head of the log, and the call that wakes the projector.
_CLOSE_BATCH = (
    "WITH closed AS (INSERT INTO log.batch (last, first, previous, hash, received_at, organisations, types, senders, formula) "
    "VALUES (%(last)s, %(first)s, %(was)s, %(hash)s, %(at)s, string_to_array(%(organisations)s, %(separator)s), "
    f"string_to_array(%(types)s, %(separator)s), %(senders)b, {KEYED})), "
    f"moved AS (UPDATE log.head SET position = %(last)s, hash = %(hash)s) SELECT pg_notify('{CHANNEL}', '')"
)


# What one message could do to the recorder that its checks do not foresee.
_UNFORESEEN: Final = (
    psycopg.DataError,
    psycopg.errors.ProgramLimitExceeded,
    ArithmeticError,
    LookupError,
    TypeError,
    ValueError,
    struct.error,
)
_UNRECORDABLE: Final = ("bad_value", None, "the event could not be stored")


class _TargetCame(Exception):
    """An event that an amendment names was appended meanwhile; the batch is prepared again."""


class Recorder:
    """Appends batches over one connection; one recorder for each thread or process."""

    def __init__(
        self, connect: Callable[[], Connection], keys: MasterKeys, clock: Clock, organisations: Mapping[str, Sequence[str]],
        cache_records: int = CACHE_RECORDS, schema_ids: Mapping[int, bytes] = NO_IDS, snapshot_loss_share: float = SNAPSHOT_LOSS_SHARE,
        clock_check: ClockCheck = UNCHECKED, ahead_seconds: int = AHEAD_SECONDS,
        fillers: Fillers = FILLERS, quota: Quota | None = None, sender_of: Callable[[str], Sender] = nobody,
    ) -> None:  # fmt: skip
        self._connect = connect
        self._keys = keys
        self._clock = clock
        self._hashes = Hashes(keys)
        self._subjects = Subjects(keys, self._hashes, cache_records)
        self._clock_check = clock_check
        self._preparer = Preparer(self._hashes, self._subjects, organisations, schema_ids, ahead_seconds, fillers)
        self._ahead = PreparedAhead(self._preparer)
        self._asides = QuarantineRows(keys, quota, sender_of)
        self._inbox = Inbox(self._subjects, self._hashes)
        self._sealed = Sealed(keys, self._subjects)
        self._erasures = Erasures(self._subjects)
        self._one_number = OneNumber(self._subjects)
        self._loss_share = snapshot_loss_share
        self._unrecordable = 0
        self._takes_up = False
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

    def position_of(self, organisation: str, event_id: str) -> int | None:
        """Where an event stands in the log; None where there is none by that id of that organisation."""
        row = self.connection.execute(
            "SELECT position FROM log.inbox WHERE key = %s", (UUID(bytes=self._hashes.event(organisation, event_id)),)
        ).fetchone()
        return None if row is None else int(row[0])

    def check(self, messages: Sequence[Message]) -> list[Outcome]:
        """What would become of messages, as far as it can be said without recording them (validate only)."""
        now = self._now()
        items = [self._preparer.prepare(message, now) for message in messages]
        hold_back(lambda: self.connection, items, self._loss_share)
        if any(item.waits_for is not None for item in items):
            check_targets(self.connection, self._subjects, [item for item in items if item.rejected is None])
        return [outcome_of(item, KEPT if item.rejected else ACCEPTED) for item in items]

    def record(
        self,
        messages: Sequence[Message],
        offsets: Sequence[Offset] = (),
        only_if_last: tuple[Sequence[UUID], int] | None = None,
        upcoming: Sequence[Message] = (),
    ) -> list[Outcome]:
        """Append a batch and say what became of each message, in their order.

        `only_if_last` is a command's condition: records, and the position after which nothing may have come for them.
        `upcoming` are the messages of the next call, where they are known: they are prepared while the server is at work.
        Raises Fenced, HeadMoved, ClockWrong, or what psycopg raises; then nothing of the batch is recorded. A message that breaks
        the recorder is found and kept in quarantine, so that it stops nothing else.
        """
        try:
            outcomes = self._record(messages, offsets, only_if_last, upcoming)
        except _UNFORESEEN as error:
            if only_if_last is not None:
                raise
            return self._apart(messages, offsets, error)
        if any(message.kept is None for message in messages):
            self._unrecordable = (
                0  # it records: what could not be was a fault of those messages, however many of them come
            )
        return outcomes

    def _record(
        self,
        messages: Sequence[Message],
        offsets: Sequence[Offset],
        only_if_last: tuple[Sequence[UUID], int] | None,
        upcoming: Sequence[Message],
    ) -> list[Outcome]:
        now = self._now()
        items = self._ahead.take(messages, now)
        self._ahead.announce(upcoming, now)
        outcomes: list[Outcome] = []
        # What follows a sealing is appended after it, so that it is held against it.
        for start, end in pairwise((0, *_behind_sealings(items), len(items))):
            outcomes += self._record_part(
                messages[start:end],
                items[start:end],
                offsets if end == len(items) else (),
                only_if_last if start == 0 else None,
            )
        return outcomes

    def _record_part(
        self,
        messages: Sequence[Message],
        items: list[Item],
        offsets: Sequence[Offset],
        only_if_last: tuple[Sequence[UUID], int] | None,
    ) -> list[Outcome]:
        """Append one batch, of which at most the last item seals an identity."""
        while True:
            hold_back(lambda: self.connection, items, self._loss_share)
            fit = [item for item in items if item.rejected is None]
            try:
                find_records(self.connection, self._subjects, fit, self._one_number.hold_back)
                outcomes, ready = self._append(items, offsets, only_if_last)
            except (_TargetCame, RecordErased) as why:
                if isinstance(why, RecordErased):
                    self._erasures.forget(self.connection)
                    self._one_number.forget()
                items = self._ahead.take(messages, self._now())
                continue
            if ready:
                self._take_up()
            return outcomes

    def _apart(self, messages: Sequence[Message], offsets: Sequence[Offset], error: Exception) -> list[Outcome]:
        """Record by halves, the offsets with the last: should we end in between, the first is read again as duplicates."""
        self._subjects.known.clear()  # what is remembered may not have come to be
        self._ahead.forget()
        self._one_number.forget()
        if len(messages) > 1:
            middle = len(messages) // 2
            return [*self.record(messages[:middle]), *self.record(messages[middle:], offsets)]
        self._unrecordable += 1
        get_logger("record").error("message_unrecordable", exc_info=error)
        if not messages or messages[0].kept is not None or self._unrecordable > MOST_UNRECORDABLE:
            raise IcrError("messages cannot be recorded: a fault of this program or its database") from None
        return self.record([messages[0]._replace(kept=_UNRECORDABLE)], offsets)

    def redrive(self, only: Sequence[UUID] | None = None) -> list[Outcome]:
        """Record kept events again: those that became ready, or the ones a person chose."""
        messages = self._asides.ready(self.connection, only, READY_AT_ONCE, now=self._clock.now())
        return self.record(messages) if messages else []

    def _take_up(self) -> None:
        """Record what became ready; what is left after MOST_ROUNDS is for whoever appends next.

        Thousands may become due in one second, and whoever appends then waits for an answer of its own.
        """
        if self._takes_up:
            return  # what becomes ready by this is taken up in the next round
        self._takes_up = True
        try:
            for _ in range(MOST_ROUNDS):
                if not self.redrive():
                    break
        finally:
            self._takes_up = False

    def _now(self) -> int:
        return int(self._clock.now().timestamp() * 1_000_000)

    def _append(
        self, items: list[Item], offsets: Sequence[Offset], only_if_last: tuple[Sequence[UUID], int] | None
    ) -> tuple[list[Outcome], bool]:
        connection = self.connection
        outcomes: list[Outcome | None] = [None] * len(items)
        notes = Notes()
        with turn(connection, offsets, self._clock.now()):
            now = self._clock.now()
            head = connection.execute(_HEAD, {"now": now}, binary=True).fetchone()
            assert head is not None
            position, previous, anyone_waits, ready, newest, database, sealed, noted, erased = head
            note_keys(connection, self._keys, noted)
            at = self._received_at(now, newest, database)
            self._erasures.look(connection, erased, items)
            self._sealed.look(connection, sealed)
            self._sealed.mark(items)
            if only_if_last is not None:
                still_last(connection, *only_if_last)
            if any(item.rejected is not None and item.rejected.reason == "waits_for" for item in items):
                _nothing_came(connection, items)
            survivors, rows, senders = self._inbox.take_in(
                connection, items, position, outcomes, notes, self._ahead.go_on
            )
            if survivors:
                self._write(connection, rows, senders, position, len(survivors), bytes(previous), at)
                self._hide(connection, survivors, at, notes)
            self._write_asides(connection, items, outcomes, at, notes)
            anyone_waits = anyone_waits or any(item.rejected is not None and item.waits_for for item in items)
            # What became ready in a process that died before it could re-drive is taken up by whoever appends next.
            ready = bool(survivors and anyone_waits and self._release(connection, survivors, at, notes)) or ready
            notes.write(connection, at)
        self._inbox.remember(survivors)
        self._one_number.remember(survivors)
        return [outcome for outcome in outcomes if outcome is not None], ready

    def _received_at(self, now: datetime, newest: datetime | None, database: datetime) -> datetime:
        """The time under which a batch is received: now, and never before what was received already. Raises ClockWrong."""
        trouble = self._clock_check.trouble(now, newest, database)
        if trouble is not None:
            raise ClockWrong(trouble)
        return now if newest is None else max(now, newest.astimezone(UTC))

    def _write(
        self, connection: Connection, rows: Rows, senders: Senders, position: int, count: int, previous: bytes, at: datetime
    ) -> None:  # fmt: skip
        """Events, facts, source records, set-aside fields, the batch and the head."""
        organisations, types = senders.organisations.split(SEPARATOR), senders.types.split(SEPARATOR)
        batch = Batch(position + count, position + 1, previous, microseconds(at), organisations, types, senders.numbers)
        link = Link(self._keys, batch)
        with copying(connection, _COPY_EVENT, self._ahead.go_on) as copy:
            copy.write(rows.events)
            link.take(rows.events)
        for statement, body in ((_COPY_FACT, rows.facts), (_COPY_MARK, rows.marks)):
            if body:
                with copying(connection, statement, self._ahead.go_on) as copy:
                    copy.write(body)
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
            {"last": batch.last, "first": batch.first, "was": previous, "hash": link.digest(), "at": at,
             "organisations": senders.organisations, "types": senders.types, "separator": SEPARATOR,
             "senders": senders.numbers},
        )  # fmt: skip

    def _hide(self, connection: Connection, survivors: Sequence[Item], at: datetime, notes: Notes) -> None:
        """What names a sealed identity waits for the index team; what seals one seals it from here on."""
        for item in survivors:
            if item.withheld:
                connection.execute(WITHHOLD, withheld_row(item))
                self._asides.keep(connection, item, WITHHELD, SEALED_IDENTITY, at, notes)
            elif is_sealing(item):
                self._sealed.seal(connection, item)

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
                self._asides.wait(connection, item, item.rejected)
                if item.message.was is None or item.message.was[:2] != (item.rejected.reason, item.rejected.field):
                    notes.aside(KEPT, aside)
                outcomes[index] = outcome_of(item, KEPT)
            else:
                record = self._known_record(connection, item)
                subjects = [UUID(bytes=self._hashes.identifier(*one)) for one in self._preparer.subjects_of(item)]
                fresh = self._asides.keep(connection, item, KEPT, item.rejected, at, notes, record, subjects)
                outcomes[index] = outcome_of(item, KEPT if fresh else DUPLICATE)

    def _known_record(self, connection: Connection, item: Item) -> UUID | None:
        """Record of a kept event's subject, if it has one already."""
        if item.identifier is None:
            return None
        return self._subjects.look_up(connection, [item.identifier]).get(item.identifier)

    def _release(self, connection: Connection, survivors: Sequence[Item], at: datetime, notes: Notes) -> bool:
        keys = [item.key for item in survivors if item.key is not None]
        keys += [item.source_key for item in survivors if item.source_key is not None]
        ready = self._asides.release(connection, keys, at, notes)
        replaced = {
            one
            for item in survivors
            for one in (item.identifier, item.former)
            if item.former is not None and one is not None
        }
        numbers = [self._hashes.identifier(*one) for one in replaced]
        return (bool(numbers) and self._asides.release_amendments(connection, numbers)) or ready


def _behind_sealings(items: Sequence[Item]) -> Iterator[int]:
    """How many items there are up to each that seals an identity, where others follow."""
    return (number for number, item in enumerate(items[:-1], 1) if is_sealing(item))


def _nothing_came(connection: Connection, items: Sequence[Item]) -> None:
    """Under the lock: whatever an amendment waits for has still not come. Else the batch starts again."""
    waited = [
        i.waits_for
        for i in items
        if i.rejected is not None and i.rejected.reason == "waits_for" and i.waits_for is not None
    ]
    if targets(connection, waited):
        raise _TargetCame
