"""The first of the three entrances: agencies' topics, read in batches into the log.

The log says how far each partition is recorded, in the transaction that recorded it; Kafka's own group offsets are
written for its tools to look at and are never read. So what is lost if this process dies: the batch that was not
committed, which is read again. A consumer that was taken for dead and is not, is fenced by the log.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import psycopg
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import (
    AuthorizationError,
    KafkaError,
    LogTruncationError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
)

from adapters.kafka.membership import Membership, keep_joining
from adapters.kafka.partitions import Entry, Partitions, Polled
from adapters.kafka.reading import keep_unparking, reading_options
from adapters.kafka.status import BROKER_LOST, Status
from adapters.kafka.topics import ALL_TOPICS, HINT, IN_BACKFILL, PARTITIONS, SECTOR_OF
from adapters.logs import get_logger
from adapters.service import Service
from adapters.store.appending import Fenced
from adapters.store.messages import Message
from adapters.store.recorder import Recorder
from adapters.store.trouble import TROUBLES, trouble_of
from domain.errors import Unreachable

POLL_MS: Final = 200
LOOK_SECONDS: Final = 1.0
COMMIT_SECONDS: Final = 5.0
BACK_OFF: Final = (0.1, 0.2, 0.5, 1.0, 2.0)
EMBEDDED_PATIENCE: Final = 30.0
SESSION_MS: Final = 10_000

_DATABASE_TROUBLE: Final = (psycopg.Error, Unreachable)
_MISPLACED: Final = (OffsetOutOfRangeError, LogTruncationError, NoOffsetForPartitionError)


class Consumer:
    """Reads until it is told to stop. One for each thread; several in a group share the partitions.

    `on_status` is called after each batch and about once a second. Raises Unreachable when there is no broker to begin
    with, when the broker refuses, or when an embedded broker has ended; a lost broker or database is waited for.
    """

    def __init__(self, service: Service, on_status: Callable[[Status], None] = lambda _: None) -> None:
        self._service = service
        self._on_status = on_status
        self._log = get_logger("consume")
        self._recorder: Recorder = service.recorder()
        self.status = Status()
        self.partitions = Partitions(service, self.status)
        self._failures = 0
        self._wait_until = 0.0
        self._looked = 0.0
        self._commit_at = 0.0
        self._answered = time.monotonic()
        self._membership: Membership | None = None
        self._client: Any = None

    # ---- life

    def run(self, stop: Callable[[], bool]) -> Status:
        """Read and record until `stop` says so, asked after each batch; the batch at hand is finished."""
        try:
            self._open()
            self._answered = time.monotonic()
            while not stop():
                self._step(stop)
            self._commit(last=True)
        finally:
            if self._client is not None:
                self._client.close()
            self._recorder.close()
            if self._membership is not None:
                self._membership.leave()
        return self.status

    @property
    def caught_up(self) -> bool:
        """Whether, when last looked, all of its partitions were recorded to their ends."""
        return self.status.lag == 0 and self.partitions.all_read

    def _open(self) -> None:
        service = self._service
        options = reading_options(service)
        try:
            if service.embedded_broker:
                # Its groups cannot be relied on: everything is read by each consumer, and the log lets one of them win.
                client = KafkaConsumer(group_id=None, **options)
                keep_unparking(client)
                partitions = [TopicPartition(topic, n) for topic in ALL_TOPICS for n in range(PARTITIONS)]
                client.assign(partitions)
                for topic in ALL_TOPICS:
                    client.partitions_for_topic(topic)  # which makes it
                self._hold(client)
                self.partitions.on_partitions_assigned(partitions)
                return
            group = service.settings.kafka_group
            self._membership = Membership(service.settings.data_dir, group, service.bootstrap_servers or "")
            client = KafkaConsumer(
                group_id=group,
                group_instance_id=self._membership.name,
                session_timeout_ms=SESSION_MS,
                heartbeat_interval_ms=SESSION_MS // 4,
                isolation_level="read_committed",
                **options,
            )
        except (KafkaError, OSError, ValueError):
            raise Unreachable("Kafka", HINT) from None
        self._hold(client)
        keep_joining(client)
        keep_unparking(client)
        client.subscribe(list(ALL_TOPICS), listener=self.partitions)
        client.topics()  # asked before it joins, or it would divide nothing and join again

    def _hold(self, client: Any) -> None:  # noqa: ANN401 - the library has no types
        self._client = client
        self.partitions.held_by(client)

    def _step(self, stop: Callable[[], bool]) -> None:
        if self.partitions.unplaced and time.monotonic() >= self._wait_until:
            self._place()
        self.partitions.resume()
        polled = self._poll()
        if polled:
            self._answered = time.monotonic()
            self._take(polled, stop)
        self.partitions.after(polled)
        self._look(idle=not polled)
        self._on_status(self.status)

    def _poll(self) -> Polled:
        try:
            polled: Polled = self._client.poll(POLL_MS)
        except _MISPLACED:
            # The log was cut, or retention has passed us: placing finds out which, and says so.
            self.partitions.displace()
        except AuthorizationError as error:
            raise Unreachable("Kafka", f"it answered {type(error).__name__}") from None
        except KafkaError as error:
            self._log.warning("poll_failed", error=type(error).__name__)
            time.sleep(BACK_OFF[0])
        else:
            return polled
        return {}

    def _place(self) -> None:
        try:
            self.partitions.place(self._recorder.connection)
        except _DATABASE_TROUBLE as error:
            self._database_lost(error)
        except KafkaError as error:
            self._wait()
            self._log.warning("place_failed", error=type(error).__name__)
        else:
            for trouble in TROUBLES:
                self.status.recovered(trouble)
            self._failures = 0

    # ---- recording

    def _take(self, polled: Polled, stop: Callable[[], bool]) -> None:
        entries: list[Entry] = []
        # Live before backfill, where one poll brings both.
        for partition, records in sorted(polled.items(), key=lambda one: one[0].topic in IN_BACKFILL):
            if partition in self.partitions.recorded and not self.partitions.refused(partition, records):
                sector = SECTOR_OF[partition.topic]
                # A message without a value (a tombstone) says nothing: it is kept aside like any other empty one.
                entries += [(partition, r.offset + 1, Message(r.value or b"", sector)) for r in records]
        parts = _in_parts(entries, self._service.settings.batch_size)
        messages = [[message for _, _, message in part] for part in parts]
        try:
            for number, part in enumerate(parts):
                if number and stop():
                    return
                self._record(part, messages[number], messages[number + 1] if number + 1 < len(parts) else ())
                self._on_status(self.status)
        except Fenced:
            self._log.warning("batch_fenced", records=len(entries))
            self.partitions.displace()
        except _DATABASE_TROUBLE as error:
            self._database_lost(error)

    def _record(self, entries: Sequence[Entry], messages: Sequence[Message], upcoming: Sequence[Message]) -> None:
        """Record some messages with the offsets behind them, in one transaction."""
        outcomes = self._recorder.record(messages, self.partitions.offsets(entries), upcoming=upcoming)
        self.status.counts.add(outcomes)
        self.partitions.note(entries, outcomes)

    # ---- how things are

    def _look(self, *, idle: bool) -> None:
        """See how far behind we are, which also shows whether the broker is there; tell its tools how far we are."""
        now = time.monotonic()
        if now - self._looked < (LOOK_SECONDS if idle else COMMIT_SECONDS):
            return
        self._looked = now
        try:
            lag = self.partitions.lag()
        except KafkaError as error:
            self._broker_lost(error)
            return
        if lag is None:
            return
        self.status.lag = lag
        self._answered = time.monotonic()
        self.status.recovered(BROKER_LOST)
        if now >= self._commit_at:
            self._commit()

    def _commit(self, *, last: bool = False) -> None:
        self._commit_at = time.monotonic() + COMMIT_SECONDS
        if self._service.embedded_broker:
            return
        try:
            self.partitions.tell_group(last=last)
        except KafkaError as error:  # informative only
            self._log.info("commit_failed", error=type(error).__name__)

    def _broker_lost(self, error: KafkaError) -> None:
        self.status.lost(BROKER_LOST, error)
        if self._service.embedded_broker and time.monotonic() - self._answered > EMBEDDED_PATIENCE:
            raise Unreachable("the embedded broker", "it has ended, and what it held is gone; start again") from None

    def _database_lost(self, error: Exception) -> None:
        """Nothing of the batch is recorded, or all of it is and we were not told: the log will say."""
        trouble = trouble_of(error)
        if trouble is None:
            raise error
        self.status.lost(trouble, error)
        self._renew()
        self.partitions.displace()
        self._wait()

    def _renew(self) -> None:
        """A recorder that failed is not used again: what it remembers may not have come to be."""
        self._recorder.close()
        self._recorder = self._service.recorder()

    def _wait(self) -> None:
        self._wait_until = time.monotonic() + BACK_OFF[min(self._failures, len(BACK_OFF) - 1)]
        self._failures += 1


def _in_parts(entries: Sequence[Entry], size: int) -> list[Sequence[Entry]]:
    """As few as possible, of at most `size` and about the same."""
    parts = -(-len(entries) // size)
    return [entries[len(entries) * n // parts : len(entries) * (n + 1) // parts] for n in range(parts)]
