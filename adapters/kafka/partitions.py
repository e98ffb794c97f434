"""The partitions that a consumer holds: where each is read on, how far it stands in the log, and why it waits, if it does."""

import itertools
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import psycopg
from kafka import TopicPartition
from kafka.consumer.subscription_state import ConsumerRebalanceListener
from kafka.structs import OffsetAndMetadata

from adapters.kafka.lanes import Lanes
from adapters.kafka.places import LOG_SHORTENED, QUESTION_MS, Place, all_offsets, place, recorded_offsets
from adapters.kafka.status import PARTITION_PAUSED, Status
from adapters.kafka.topics import IN_BACKFILL, cluster_name, tracking_name
from adapters.kafka.unreadable import Gate
from adapters.logs import get_logger
from adapters.service import Service
from adapters.store.messages import Message, Offset, Outcome

PAUSE_SECONDS: Final = 60.0
CONFIRMATIONS: Final = 3
CONFIRM_SECONDS: Final = 1.0

Polled = Mapping[TopicPartition, Sequence[Any]]
Entry = tuple[TopicPartition, int, Message]  # partition, offset after the message, message


class Partitions(ConsumerRebalanceListener):  # type: ignore[misc]
    """What is known of each partition, from when it comes until it goes.

    One that has come is paused until it has been placed: sought to what the log has of it. Then it is read, unless its
    lane is shut or too much of it cannot be read.
    """

    def __init__(self, service: Service, status: Status) -> None:
        self._service = service
        self._status = status
        self._log = get_logger("consume")
        self._cluster = cluster_name(service.bootstrap_servers or "", service.incarnation)
        self._client: Any = None
        # Next offset that stands in the log, for each partition that has been placed; None: nothing yet.
        self.recorded: dict[TopicPartition, int | None] = {}
        self.unplaced: set[TopicPartition] = set()
        self._gates: dict[TopicPartition, Gate] = {}
        self._lanes = Lanes()
        self._paused: dict[TopicPartition, float] = {}
        self._told: dict[TopicPartition, int | None] = {}

    def held_by(self, client: Any) -> None:  # noqa: ANN401 - the library has no types
        """The client through which they are read."""
        self._client = client

    @property
    def all_read(self) -> bool:
        """Whether there are some, and none of them waits."""
        return bool(self.recorded) and not (self.unplaced or self._paused)

    # ---- they come and go (on the client's own thread, which must not wait, while ours waits in poll)

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """These are ours from now on."""
        for partition in assigned:
            self._client.pause(partition)
            self._client.seek(partition, 0)  # any place will do: it is paused until it has been placed
            self.recorded.pop(partition, None)
            self.unplaced.add(partition)

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """These are another's from now on."""
        for partition in revoked:
            self.unplaced.discard(partition)
            for known in (self.recorded, self._gates, self._paused, self._told):
                known.pop(partition, None)
        self._status.paused = len(self._paused)

    def on_partitions_lost(self, lost: Iterable[TopicPartition]) -> None:
        """These have been another's for a while."""
        self.on_partitions_revoked(lost)

    def displace(self) -> None:
        """Find out anew where to read all of them; what has been read and not recorded is dropped."""
        held = set(self._client.assignment())
        for partition in held:
            self._paused.pop(partition, None)
        self.on_partitions_assigned(held)

    # ---- where to read

    def place(self, connection: psycopg.Connection[Any]) -> None:
        """Seek those that wait for it to what the log has of them. Raises what psycopg raises, and KafkaError."""
        waiting = sorted(self.unplaced & self._client.assignment())
        self.unplaced &= set(waiting)
        for partition, found in self._places(connection, waiting).items():
            self._client.seek(partition, found.offset)
            self._read_on(partition)
            self.recorded[partition] = found.recorded
            self.unplaced.discard(partition)
            if found.alarm is not None:
                self._status.alarms.add(found.alarm)
                self._log.error(
                    found.alarm,
                    topic=partition.topic,
                    partition=partition.partition,
                    offset=found.recorded,
                    current=found.offset,
                    count=found.lost,
                )

    def _places(
        self, connection: psycopg.Connection[Any], partitions: Sequence[TopicPartition]
    ) -> dict[TopicPartition, Place]:
        found: dict[TopicPartition, Place] = {}
        for attempt in range(CONFIRMATIONS):
            recorded = recorded_offsets(connection, [self._name(partition) for partition in partitions])
            first = all_offsets(self._client.beginning_offsets, partitions)
            end = all_offsets(self._client.end_offsets, partitions)
            found = {p: place(recorded.get(self._name(p)), first[p], end[p]) for p in partitions}
            if all(one.alarm != LOG_SHORTENED for one in found.values()):
                break
            # A new leader may for a moment say less than it has: a false alarm is loud, so ask again.
            if attempt < CONFIRMATIONS - 1:
                time.sleep(CONFIRM_SECONDS)
        return found

    def _name(self, partition: TopicPartition) -> str:
        return tracking_name(self._cluster, partition.topic, partition.partition)

    # ---- lanes

    def after(self, polled: Polled) -> None:
        """Open or shut the backfill lane, by what a poll brought."""
        live = sum(len(records) for p, records in polled.items() if p.topic not in IN_BACKFILL)
        if self._lanes.after(live, self._live_behind()):
            for partition in self._readable():
                if partition.topic in IN_BACKFILL:
                    (self._client.resume if self._lanes.open else self._client.pause)(partition)

    def _readable(self) -> set[TopicPartition]:
        held: set[TopicPartition] = self._client.assignment() & set(self.recorded) - self.unplaced - set(self._paused)
        return held

    def _read_on(self, partition: TopicPartition) -> None:
        """Let a partition be read, once its lane is open."""
        if self._lanes.open or partition.topic not in IN_BACKFILL:
            self._client.resume(partition)

    def _live_behind(self) -> int | None:
        """How many live messages are known to wait on the broker; None where a partition's end is not known yet."""
        behind = 0
        for partition in self._readable():
            if partition.topic not in IN_BACKFILL:
                end = self._client.highwater(partition)
                if end is None:
                    return None
                behind += max(0, end - self._client.position(partition))
        return behind

    # ---- how far they stand in the log

    def offsets(self, entries: Sequence[Entry]) -> list[Offset]:
        """What the log is told together with some messages."""
        ends = {partition: end for partition, end, _ in entries}
        return [Offset(self._name(p), self.recorded[p], end) for p, end in ends.items()]

    def note(self, entries: Sequence[Entry], outcomes: Sequence[Outcome]) -> None:
        """These messages are recorded, and what became of each."""
        self.recorded.update({partition: end for partition, end, _ in entries})
        at = 0
        for partition, run in itertools.groupby(entries, key=_partition):
            count = sum(1 for _ in run)
            self._gate(partition).note(outcomes[at : at + count])
            at += count

    def lag(self) -> int | None:
        """How many messages behind the broker's ends; None with no partition. Raises KafkaError."""
        placed = sorted(self.recorded)
        if not placed:
            return None
        ends = all_offsets(self._client.end_offsets, placed)
        return sum(max(0, ends[p] - (self._client.position(p) or 0)) for p in placed)

    def tell_group(self, *, last: bool) -> None:
        """Write the group's offsets, for Kafka's own tools to look at. Raises KafkaError."""
        moved = {
            p: next_ for p, next_ in self.recorded.items() if next_ is not None and (last or self._told.get(p) != next_)
        }
        if not moved:
            return
        self._told.update(moved)
        told = {p: OffsetAndMetadata(next_, "", -1) for p, next_ in moved.items()}
        if last:  # what is only on its way is given up when the client closes
            self._client.commit(told, timeout_ms=QUESTION_MS)
        else:
            self._client.commit_async(told)

    # ---- those that cannot be read

    def refused(self, partition: TopicPartition, records: Sequence[Any]) -> bool:
        """Whether too much of what was polled cannot be read; then the partition is paused before it."""
        unreadable = self._gate(partition).refuses([record.value or b"" for record in records])
        if unreadable is None:
            return False
        self._client.pause(partition)
        self._client.seek(partition, records[0].offset)
        self._paused[partition] = time.monotonic() + PAUSE_SECONDS
        self._status.paused = len(self._paused)
        self._status.trouble.add(PARTITION_PAUSED)
        self._log.error(
            PARTITION_PAUSED,
            topic=partition.topic,
            partition=partition.partition,
            offset=records[0].offset,
            read=len(records),
            unreadable=unreadable,
        )
        return True

    def resume(self) -> None:
        """Look again at paused ones whose time has come: better messages may have followed."""
        now = time.monotonic()
        for partition in [p for p, until in self._paused.items() if now >= until]:
            del self._paused[partition]
            self._read_on(partition)
        self._status.paused = len(self._paused)
        if not self._paused:
            self._status.trouble.discard(PARTITION_PAUSED)

    def _gate(self, partition: TopicPartition) -> Gate:
        settings = self._service.settings
        if partition not in self._gates:
            share, minimum = settings.pause_unreadable_share, settings.pause_unreadable_minimum
            self._gates[partition] = Gate(share, minimum, self._service.schema_ids)
        return self._gates[partition]


def _partition(entry: Entry) -> TopicPartition:
    return entry[0]
