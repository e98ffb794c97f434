"""The first of the three entrances: agencies' topics, read in batches into the log.

The log says how far each partition is recorded, in the transaction that recorded it; Kafka's own group offsets are
written for its tools to look at and are never read. So what is lost if this process dies: the batch that was not
committed, which is read again. A consumer that was taken for dead and is not, is fenced by the log.
"""

import itertools
import struct
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import psycopg
from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.subscription_state import ConsumerRebalanceListener
from kafka.errors import (
    AuthorizationError,
    KafkaError,
    LogTruncationError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
)
from kafka.structs import OffsetAndMetadata

from adapters.kafka.lanes import Lanes
from adapters.kafka.membership import Membership, keep_joining
from adapters.kafka.places import LOG_SHORTENED, QUESTION_MS, Place, all_offsets, place, recorded_offsets
from adapters.kafka.reading import keep_unparking, reading_options
from adapters.kafka.topics import (
    ALL_TOPICS,
    HINT,
    IN_BACKFILL,
    PARTITIONS,
    SECTOR_OF,
    cluster_name,
    tracking_name,
)
from adapters.kafka.unreadable import Gate
from adapters.logs import get_logger
from adapters.service import Service
from adapters.store.messages import Counts, Message, Offset
from adapters.store.recorder import Fenced, Recorder
from domain.errors import IcrError, Unreachable

POLL_MS: Final = 200
LOOK_SECONDS: Final = 1.0
COMMIT_SECONDS: Final = 5.0
BACK_OFF: Final = (0.1, 0.2, 0.5, 1.0, 2.0)
PAUSE_SECONDS: Final = 60.0
EMBEDDED_PATIENCE: Final = 30.0
CONFIRMATIONS: Final = 3
SESSION_MS: Final = 10_000
MOST_UNRECORDABLE: Final = 20

PARTITION_PAUSED: Final = "partition_paused"
BROKER_LOST: Final = "broker_lost"
DATABASE_LOST: Final = "database_lost"

_DATABASE_TROUBLE: Final = (psycopg.OperationalError, psycopg.InterfaceError, Unreachable)
_MISPLACED: Final = (OffsetOutOfRangeError, LogTruncationError, NoOffsetForPartitionError)
# What one message could do to the recorder that its checks do not foresee.
_UNFORESEEN: Final = (psycopg.DataError, ArithmeticError, LookupError, TypeError, ValueError, struct.error)

Polled = Mapping[TopicPartition, Sequence[Any]]
Entry = tuple[TopicPartition, int, Message]  # partition, offset after the message, message


@dataclass(slots=True)
class Status:
    """How a consumer is: what it has recorded, how far behind it is, what is wrong and what once was."""

    counts: Counts = field(default_factory=Counts)
    lag: int | None = None
    trouble: set[str] = field(default_factory=set)
    alarms: set[str] = field(default_factory=set)
    paused: int = 0

    @property
    def wrong(self) -> tuple[str, ...]:
        """All that a person should know; alarms stay until the consumer is started again."""
        return tuple(sorted(self.trouble | self.alarms))


class Consumer:
    """Reads until it is told to stop. One for each thread; several in a group share the partitions.

    `on_status` is called after each batch and about once a second. Raises Unreachable when there is no broker to begin
    with, when the broker refuses, or when an embedded broker has ended; a lost broker or database is waited for.
    """

    def __init__(self, service: Service, on_status: Callable[[Status], None] = lambda _: None) -> None:
        self._service = service
        self._on_status = on_status
        self._log = get_logger("consume")
        self._cluster = cluster_name(service.bootstrap_servers or "", service.incarnation)
        self._recorder: Recorder = service.recorder()
        self.status = Status()
        # Next offset that stands in the log, for each partition that has been placed; None: nothing yet.
        self._believed: dict[TopicPartition, int | None] = {}
        self._unplaced: set[TopicPartition] = set()
        self._gates: dict[TopicPartition, Gate] = {}
        self._lanes = Lanes()
        self._paused: dict[TopicPartition, float] = {}
        self._committed: dict[TopicPartition, int | None] = {}
        self._failures = 0
        self._wait_until = 0.0
        self._looked = 0.0
        self._commit_at = 0.0
        self._answered = time.monotonic()
        self._unrecordable = 0
        self._membership: Membership | None = None
        self._client: Any = None

    # ---- life

    def run(self, stop: Callable[[], bool]) -> Status:
        """Read and record until `stop` says so, asked after each batch; the batch at hand is finished."""
        try:
            self._client = self._open()
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
        return self.status.lag == 0 and bool(self._believed) and not (self._unplaced or self._paused)

    def _open(self) -> Any:  # noqa: ANN401 - the library has no types
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
                self._client = client
                self._assigned(partitions)
                return client
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
        self._client = client
        keep_joining(client)
        keep_unparking(client)
        client.subscribe(list(ALL_TOPICS), listener=_Listener(self))
        client.topics()  # asked before it joins, or it would divide nothing and join again
        return client

    def _step(self, stop: Callable[[], bool]) -> None:
        if self._unplaced and time.monotonic() >= self._wait_until:
            self._place()
        self._resume()
        polled = self._poll()
        if polled:
            self._answered = time.monotonic()
            self._take(polled, stop)
        live = sum(len(records) for p, records in polled.items() if p.topic not in IN_BACKFILL)
        if self._lanes.after(live, self._live_behind()):
            self._switch_lanes()
        self._look(idle=not polled)
        self._on_status(self.status)

    def _poll(self) -> Polled:
        try:
            polled: Polled = self._client.poll(POLL_MS)
        except _MISPLACED:
            # The log was cut, or retention has passed us: placing finds out which, and says so.
            self._displace(self._client.assignment())
        except AuthorizationError as error:
            raise Unreachable("Kafka", f"it answered {type(error).__name__}") from None
        except KafkaError as error:
            self._log.warning("poll_failed", error=type(error).__name__)
            time.sleep(BACK_OFF[0])
        else:
            return polled
        return {}

    # ---- partitions come and go (on the client's own thread, while this one waits in poll)

    def _assigned(self, partitions: Iterable[TopicPartition]) -> None:
        for partition in partitions:
            self._client.pause(partition)
            self._client.seek(partition, 0)  # any place will do: it is paused until it has been placed
            self._believed.pop(partition, None)
            self._unplaced.add(partition)

    def _revoked(self, partitions: Iterable[TopicPartition]) -> None:
        for partition in partitions:
            self._unplaced.discard(partition)
            for known in (self._believed, self._gates, self._paused, self._committed):
                known.pop(partition, None)
        self.status.paused = len(self._paused)

    def _displace(self, partitions: Iterable[TopicPartition]) -> None:
        """Find out anew where to read these; what has been read of them and not recorded is dropped."""
        held = set(partitions)
        for partition in held:
            self._paused.pop(partition, None)
        self._assigned(held)

    # ---- where to read

    def _place(self) -> None:
        """Seek the partitions that wait for it to what the log has of them."""
        waiting = sorted(self._unplaced & self._client.assignment())
        self._unplaced &= set(waiting)
        try:
            places = self._places(waiting)
        except _DATABASE_TROUBLE as error:
            self._database_lost(error)
            return
        except KafkaError as error:
            self._wait()
            self._log.warning("place_failed", error=type(error).__name__)
            return
        self._recovered(DATABASE_LOST)
        self._failures = 0
        for partition, found in places.items():
            self._client.seek(partition, found.offset)
            self._read_on(partition)
            self._believed[partition] = found.recorded
            self._unplaced.discard(partition)
            if found.alarm is not None:
                self.status.alarms.add(found.alarm)
                self._log.error(
                    found.alarm,
                    topic=partition.topic,
                    partition=partition.partition,
                    offset=found.recorded,
                    current=found.offset,
                    count=found.lost,
                )

    def _places(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, Place]:
        found: dict[TopicPartition, Place] = {}
        for attempt in range(CONFIRMATIONS):
            recorded = recorded_offsets(self._recorder.connection, [self._name(partition) for partition in partitions])
            first = all_offsets(self._client.beginning_offsets, partitions)
            end = all_offsets(self._client.end_offsets, partitions)
            found = {p: place(recorded.get(self._name(p)), first[p], end[p]) for p in partitions}
            if all(one.alarm != LOG_SHORTENED for one in found.values()):
                break
            # A new leader may for a moment say less than it has: a false alarm is loud, so ask again.
            if attempt < CONFIRMATIONS - 1:
                time.sleep(BACK_OFF[3])
        return found

    def _name(self, partition: TopicPartition) -> str:
        return tracking_name(self._cluster, partition.topic, partition.partition)

    # ---- lanes

    def _read_on(self, partition: TopicPartition) -> None:
        """Let a partition be read, once its lane is open."""
        if self._lanes.open or partition.topic not in IN_BACKFILL:
            self._client.resume(partition)

    def _live_behind(self) -> int | None:
        """How many live messages are known to wait on the broker; None where a partition's end is not known yet."""
        behind = 0
        for partition in self._client.assignment() & set(self._believed) - self._unplaced - set(self._paused):
            if partition.topic not in IN_BACKFILL:
                end = self._client.highwater(partition)
                if end is None:
                    return None
                behind += max(0, end - self._client.position(partition))
        return behind

    def _switch_lanes(self) -> None:
        """Read the placed partitions of the backfill lane, or none of them."""
        held = self._client.assignment() & set(self._believed) - self._unplaced - set(self._paused)
        for partition in held:
            if partition.topic not in IN_BACKFILL:
                continue
            if self._lanes.open:
                self._client.resume(partition)
            else:
                self._client.pause(partition)

    # ---- recording

    def _take(self, polled: Polled, stop: Callable[[], bool]) -> None:
        entries: list[Entry] = []
        # Live before backfill, where one poll brings both.
        for partition, records in sorted(polled.items(), key=lambda one: one[0].topic in IN_BACKFILL):
            if partition in self._believed and not self._refused(partition, records):
                sector = SECTOR_OF[partition.topic]
                # A message without a value (a tombstone) says nothing: it is kept aside like any other empty one.
                entries += [(partition, r.offset + 1, Message(r.value or b"", sector)) for r in records]
        chunks = -(-len(entries) // self._service.settings.batch_size)
        try:
            for size in range(chunks):
                if size and stop():
                    return
                self._record(entries[len(entries) * size // chunks : len(entries) * (size + 1) // chunks])
                self._on_status(self.status)
        except Fenced:
            self._log.warning("batch_fenced", records=len(entries))
            self._displace(self._client.assignment())
        except _DATABASE_TROUBLE as error:
            self._database_lost(error)

    def _record(self, entries: Sequence[Entry]) -> None:
        """Record some messages with the offsets behind them, in one transaction."""
        ends = {partition: end for partition, end, _ in entries}
        offsets = [Offset(self._name(p), self._believed[p], end) for p, end in ends.items()]
        messages = [message for _, _, message in entries]
        try:
            outcomes = self._recorder.record(messages, offsets)
        except _UNFORESEEN as error:
            self._isolate(entries, error)
            return
        self._believed.update(ends)
        self.status.counts.add(outcomes)
        at = 0
        for partition, run in itertools.groupby(entries, key=_partition):
            count = sum(1 for _ in run)
            self._gate(partition).note(outcomes[at : at + count])
            at += count

    def _isolate(self, entries: Sequence[Entry], error: Exception) -> None:
        """Find the message that cannot be recorded and keep it aside, so that the stream goes on."""
        self._renew()
        if len(entries) > 1:
            middle = len(entries) // 2
            self._record(entries[:middle])
            self._record(entries[middle:])
            return
        self._unrecordable += 1
        [(partition, end, message)] = entries
        self._log.error("message_unrecordable", exc_info=error, topic=partition.topic, offset=end - 1)
        if message.kept is not None or self._unrecordable > MOST_UNRECORDABLE:
            raise IcrError("messages cannot be recorded: a fault of this program or its database") from None
        kept = Message(message.data, message.sector, kept=("bad_value", None, "the event could not be stored"))
        self._record([(partition, end, kept)])

    # ---- partitions that cannot be read

    def _gate(self, partition: TopicPartition) -> Gate:
        settings = self._service.settings
        if partition not in self._gates:
            share, minimum = settings.pause_unreadable_share, settings.pause_unreadable_minimum
            self._gates[partition] = Gate(share, minimum, self._service.schema_ids)
        return self._gates[partition]

    def _refused(self, partition: TopicPartition, records: Sequence[Any]) -> bool:
        unreadable = self._gate(partition).refuses([record.value or b"" for record in records])
        if unreadable is None:
            return False
        self._client.pause(partition)
        self._client.seek(partition, records[0].offset)
        self._paused[partition] = time.monotonic() + PAUSE_SECONDS
        self.status.paused = len(self._paused)
        self.status.trouble.add(PARTITION_PAUSED)
        self._log.error(
            PARTITION_PAUSED,
            topic=partition.topic,
            partition=partition.partition,
            offset=records[0].offset,
            read=len(records),
            unreadable=unreadable,
        )
        return True

    def _resume(self) -> None:
        """Look again at paused partitions whose time has come: better messages may have followed."""
        now = time.monotonic()
        for partition in [p for p, until in self._paused.items() if now >= until]:
            del self._paused[partition]
            self._read_on(partition)
        self.status.paused = len(self._paused)
        if not self._paused:
            self.status.trouble.discard(PARTITION_PAUSED)

    # ---- how things are

    def _look(self, *, idle: bool) -> None:
        """See how far behind we are, which also shows whether the broker is there; tell its tools how far we are."""
        now = time.monotonic()
        if now - self._looked < (LOOK_SECONDS if idle else COMMIT_SECONDS):
            return
        self._looked = now
        placed = sorted(self._believed)
        if not placed:
            return
        try:
            ends = all_offsets(self._client.end_offsets, placed)
            self.status.lag = sum(max(0, ends[p] - (self._client.position(p) or 0)) for p in placed)
        except KafkaError as error:
            self._broker_lost(error)
            return
        self._answered = time.monotonic()
        self._recovered(BROKER_LOST)
        if now >= self._commit_at:
            self._commit()

    def _commit(self, *, last: bool = False) -> None:
        self._commit_at = time.monotonic() + COMMIT_SECONDS
        if self._service.embedded_broker:
            return
        moved = {
            p: next_
            for p, next_ in self._believed.items()
            if next_ is not None and (last or self._committed.get(p) != next_)
        }
        if moved:
            self._committed.update(moved)
            try:
                told = {p: OffsetAndMetadata(next_, "", -1) for p, next_ in moved.items()}
                if last:  # what is only on its way is given up when the client closes
                    self._client.commit(told, timeout_ms=QUESTION_MS)
                else:
                    self._client.commit_async(told)
            except KafkaError as error:  # informative only
                self._log.info("commit_failed", error=type(error).__name__)

    def _broker_lost(self, error: KafkaError) -> None:
        if BROKER_LOST not in self.status.trouble:
            self.status.trouble.add(BROKER_LOST)
            self._log.error(BROKER_LOST, error=type(error).__name__)
        if self._service.embedded_broker and time.monotonic() - self._answered > EMBEDDED_PATIENCE:
            raise Unreachable("the embedded broker", "it has ended, and what it held is gone; start again") from None

    def _database_lost(self, error: Exception) -> None:
        """Nothing of the batch is recorded, or all of it is and we were not told: the log will say."""
        if DATABASE_LOST not in self.status.trouble:
            self.status.trouble.add(DATABASE_LOST)
            self._log.error(DATABASE_LOST, error=type(error).__name__)
        self._renew()
        self._displace(self._client.assignment())
        self._wait()

    def _recovered(self, trouble: str) -> None:
        if trouble in self.status.trouble:
            self.status.trouble.discard(trouble)
            self._log.warning("recovered_from", reason=trouble)

    def _renew(self) -> None:
        """A recorder that failed is not used again: what it remembers may not have come to be."""
        self._recorder.close()
        self._recorder = self._service.recorder()

    def _wait(self) -> None:
        self._wait_until = time.monotonic() + BACK_OFF[min(self._failures, len(BACK_OFF) - 1)]
        self._failures += 1


def _partition(entry: Entry) -> TopicPartition:
    return entry[0]


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    """Passes on what the group decided. It runs on the client's I/O thread, so it does nothing that waits."""

    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """These are another's from now on."""
        self._consumer._revoked(revoked)  # noqa: SLF001

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """These are ours from now on."""
        self._consumer._assigned(assigned)  # noqa: SLF001

    def on_partitions_lost(self, lost: Iterable[TopicPartition]) -> None:
        """These have been another's for a while."""
        self._consumer._revoked(lost)  # noqa: SLF001
