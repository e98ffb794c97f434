"""The log through `eventsourcing`'s own interfaces: a recorder, and a mapper that opens seals.

Reading and conditional commands use the library's repository; bulk appends go past it (`adapters.log.recorder`), by
the same lock, positions and hash chain. The library's base test cases run against this recorder.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import (
    ApplicationRecorder,
    EventStore,
    IntegrityError,
    JSONTranscoder,
    ListenNotifySubscription,
    Mapper,
    Notification,
    StoredEvent,
    Subscription,
)
from psycopg.errors import UniqueViolation

from adapters.log import copy_rows as pack
from adapters.log.appending import APPEND_LOCK
from adapters.log.chain import KEYED, Batch, Link, event_row, microseconds
from adapters.log.keys.data_keys import MasterKeys
from adapters.log.reader import LogReader, Stored
from adapters.log.recorder import CHANNEL

Connection = psycopg.Connection[Any]


class LogRecorder(ApplicationRecorder):
    """`eventsourcing`'s application recorder over `log.event`.

    It asks for a connection for each call: made anew each time it is safe between threads, one that is lent is not.
    """

    def __init__(self, connect: Callable[[], AbstractContextManager[Connection]], keys: MasterKeys) -> None:
        self._connect = connect
        self._keys = keys

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: object) -> Sequence[int] | None:
        """Append events with the versions they carry; IntegrityError when one is taken. Their positions."""
        del kwargs
        if not stored_events:
            return []
        try:
            with self._connect() as connection, connection.transaction():
                return self._append(connection, stored_events)
        except UniqueViolation:
            raise IntegrityError("a version is taken") from None

    def _append(self, connection: Connection, stored_events: Sequence[StoredEvent]) -> list[int]:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (APPEND_LOCK,))
        row = connection.execute("SELECT position, hash, now() FROM log.head").fetchone()
        assert row is not None
        position, previous, at = row[0], bytes(row[1]), row[2]
        positions = [position + number for number in range(1, len(stored_events) + 1)]
        link = Link(self._keys, Batch(positions[-1], positions[0], previous, microseconds(at), None, None, None))
        link.take(pack.HEADER)
        for place, event in zip(positions, stored_events, strict=True):
            record = _uuid(event.originator_id)
            fields = record.bytes, event.originator_version, event.topic, place, record.bytes[0], event.state
            connection.execute(
                "INSERT INTO log.event (originator_id, originator_version, topic, notification_id, shard, state) VALUES (%s, %s, %s, %s, %s, %s)",
                (record, *fields[1:]),
            )
            link.take(event_row(*fields))
        link.take(pack.TRAILER)
        digest = link.digest()
        connection.execute(
            "INSERT INTO log.batch (last, first, previous, hash, received_at, formula) VALUES (%s, %s, %s, %s, %s, %s)",
            (positions[-1], positions[0], previous, digest, at, KEYED),
        )
        connection.execute("UPDATE log.head SET position = %s, hash = %s", (positions[-1], digest))
        connection.execute(f"NOTIFY {CHANNEL}")
        return positions

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Events of one record by version."""
        rows = self.select_rows(originator_id, gt=gt, lte=lte, desc=desc, limit=limit)
        return [StoredEvent(originator_id, version, topic, state) for version, topic, state in rows]

    def select_rows(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[tuple[int, str, bytes]]:
        """The same as version, topic and state: to make the library's event of each of thousands takes as long as to open it."""
        order = "DESC" if desc else "ASC"
        with self._connect() as connection:
            return connection.execute(
                "SELECT originator_version, topic, state FROM log.event WHERE originator_id = %(r)s "
                "AND (%(gt)s::bigint IS NULL OR originator_version > %(gt)s) AND (%(lte)s::bigint IS NULL OR originator_version <= %(lte)s) "
                f"ORDER BY originator_version {order} LIMIT %(n)s",
                {"r": originator_id, "gt": gt, "lte": lte, "n": limit},
                binary=True,
            ).fetchall()

    def select_rows_of(self, records: Collection[UUID], *, lte: int | None = None) -> Sequence[Stored]:
        """Events of several records: version, record, topic and state, record by record."""
        with self._connect() as connection:
            return connection.execute(
                "SELECT originator_version, originator_id, topic, state FROM log.event WHERE originator_id = ANY(%(r)s) "
                "AND (%(lte)s::bigint IS NULL OR originator_version <= %(lte)s) ORDER BY originator_id, originator_version",
                {"r": list(records), "lte": lte},
                binary=True,
            ).fetchall()

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Events by position."""
        first = None if start is None else start if inclusive_of_start else start + 1
        with self._connect() as connection:
            rows = connection.execute(
                "SELECT originator_id, originator_version, topic, state, notification_id FROM log.event "
                "WHERE (%(f)s::bigint IS NULL OR notification_id >= %(f)s) AND (%(s)s::bigint IS NULL OR notification_id <= %(s)s) "
                "AND (cardinality(%(t)s::text[]) = 0 OR topic = ANY(%(t)s)) ORDER BY notification_id LIMIT %(n)s",
                {"f": first, "s": stop, "t": list(topics), "n": limit},
            ).fetchall()
        return [Notification(row[0], row[1], row[2], bytes(row[3]), row[4]) for row in rows]

    def max_notification_id(self) -> int | None:
        """The last position, None for an empty log."""
        with self._connect() as connection:
            row = connection.execute("SELECT max(notification_id) FROM log.event").fetchone()
        return None if row is None else row[0]

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """Events as they are appended; polls, so that a lost notification delays and never stops it."""
        return _Polling(self, gt, topics)


class _Polling(ListenNotifySubscription[LogRecorder]):
    """The library's subscription, woken by time: positions are given in order of commit, so none is ever missed."""

    POLL_SECONDS = 0.05

    def _loop_on_pull(self) -> None:
        try:
            while not self._has_been_stopped:
                self._pull()
                self._has_been_notified.wait(self.POLL_SECONDS)
        except BaseException as error:  # noqa: BLE001 - handed to the thread that iterates, as the library does
            self._thread_error = self._thread_error or error
            self.stop()


class SealedMapper(Mapper[UUID]):
    """Opens stored events with their record's data key: as `domain.events.Event`, marks as `domain.timeline.marks.Marked`.

    Writing goes by the recorder.
    """

    def __init__(self, reader: LogReader) -> None:
        super().__init__(JSONTranscoder())
        self._reader = reader

    def to_domain_event(self, stored_event: StoredEvent) -> Any:  # noqa: ANN401 - the library's protocol has no fields of ours
        """One event; raises Erased when its data key is destroyed."""
        record = _uuid(stored_event.originator_id)
        return next(self.opened([(stored_event.originator_version, record, stored_event.topic, stored_event.state)]))

    def opened(self, rows: Iterable[Stored]) -> Iterator[Any]:
        """Events in the order given; raises Erased when a data key is destroyed."""
        return self._reader.open_record(rows)


def _uuid(record: UUID | str) -> UUID:
    return record if isinstance(record, UUID) else UUID(record)


class SealedEventStore(EventStore[UUID]):
    """The library's event store, which opens the seals of many events at once: their keys are looked up together."""

    def __init__(self, mapper: SealedMapper, recorder: LogRecorder) -> None:
        super().__init__(mapper, recorder)
        self._many = mapper
        self._rows = recorder
        self._ahead: dict[UUID, list[Any]] = {}
        self._until: int | None = None

    def read_ahead(self, records: Collection[UUID], until: int | None = None) -> list[UUID]:
        """Open the events of several records at once, for the `get` of each that follows; those that have any, sorted.

        To ask for one after the other takes some statements each, and there are hubs of a thousand. Raises Erased.
        """
        self._ahead, self._until = {}, until
        for one in self._many.opened(self._rows.select_rows_of(records, lte=until)):
            self._ahead.setdefault(UUID(bytes=one.record.bytes), []).append(one)
        return sorted(self._ahead)

    def get(
        self,
        originator_id: UUID,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Iterator[Any]:
        """Events of one record by version, once those that were read ahead; raises Erased when a data key is destroyed."""
        if originator_id in self._ahead and (gt, lte, desc, limit) == (None, self._until, False, None):
            return iter(self._ahead.pop(originator_id))
        rows = self._rows.select_rows(originator_id, gt=gt, lte=lte, desc=desc, limit=limit)
        return self._many.opened([(version, originator_id, topic, state) for version, topic, state in rows])


def event_store(recorder: LogRecorder, reader: LogReader) -> SealedEventStore:
    """The event store over the log."""
    return SealedEventStore(SealedMapper(reader), recorder)
