"""The partitions that a consumer holds: where each is read on, how far it stands in the log, and why it waits, if it does."""

import itertools
import math
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import psycopg
from kafka import TopicPartition
from kafka.consumer.fetcher import Fetcher
from kafka.consumer.subscription_state import ConsumerRebalanceListener
from kafka.structs import OffsetAndMetadata

from adapters.intake.kafka.backfill_share import BackfillShare
from adapters.intake.kafka.batches import Record
from adapters.intake.kafka.fetches import Fetches
from adapters.intake.kafka.paused import Held, Paused
from adapters.intake.kafka.starting_offsets import (
    LOG_SHORTENED,
    QUESTION_MS,
    StartingOffset,
    all_offsets,
    place,
    recorded_offsets,
)
from adapters.intake.kafka.status import PARTITION_PAUSED, Status
from adapters.intake.kafka.topic_lives import TOPIC_REMADE, TopicLives
from adapters.intake.kafka.topics import cluster_name, is_backfill
from adapters.intake.kafka.unreadable import Gate
from adapters.intake.kafka.watch import Ends
from adapters.log.messages import Message, Offset, Outcome
from adapters.log.pauses import MOSTLY_UNREADABLE, REFUSED_BY_BROKER, UNREADABLE_RECORD
from adapters.process.logs import get_logger
from adapters.service.opened import Service

PAUSE_SECONDS: Final = 60.0
REFUSED_SECONDS: Final = 5.0
CONFIRMATIONS: Final = 3
CONFIRM_SECONDS: Final = 1.0

Polled = Mapping[TopicPartition, Sequence[Record]]
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
        cluster = cluster_name(service.bootstrap_servers or "", service.incarnation, service.kafka_security)
        self.lives = TopicLives(cluster, service.clock, self._topic_id)
        self._client: Any = None
        self._fetches: Fetches | None = None
        self._last_ends: Fetcher | None = None
        # Next offset that stands in the log, for each partition that has been placed; None: nothing yet.
        self.recorded: dict[TopicPartition, int | None] = {}
        self.unplaced: set[TopicPartition] = set()
        self._gates: dict[TopicPartition, Gate] = {}
        self._lanes = BackfillShare()
        self._paused = Paused(status)
        self._told: dict[TopicPartition, int | None] = {}
        self._ended = False
        self.moves = 0  # how often some were given a new place, after which what was known of their ends says nothing

    def held_by(self, client: Any) -> None:  # noqa: ANN401 - the library has no types
        """The client through which they are read."""
        self._client = client
        self._fetches = Fetches(client)
        # The consumer's own questions end at the last stable offset; these go to the end itself.
        self._last_ends = Fetcher(client._client, client._subscription, isolation_level="read_uncommitted")  # noqa: SLF001

    def end(self) -> None:
        """Nothing more is read; closing the client takes the partitions away."""
        self._ended = True

    @property
    def fetches(self) -> Fetches:
        """What the client has fetched."""
        assert self._fetches is not None
        return self._fetches

    @property
    def placed(self) -> bool:
        """Whether there are some, and it is known of all of them where they are read on."""
        return bool(self.recorded) and not self.unplaced

    @property
    def paused(self) -> Mapping[TopicPartition, Held]:
        """Those that are paused, and why."""
        return self._paused.held

    def _topic_id(self, topic: str) -> Any:  # noqa: ANN401
        return self._client._client.cluster.topic_id(topic)  # noqa: SLF001

    # ---- they come and go (on the client's own thread, which must not wait, while ours waits in poll)

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """These are ours from now on."""
        self.moves += 1
        for partition in assigned:
            self._client.pause(partition)
            self._client.seek(partition, 0)  # any place will do: it is paused until it has been placed
            self.recorded.pop(partition, None)
            self.fetches.forget(partition)
            self.unplaced.add(partition)

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """These are another's from now on; at the end what was known of them stays to be told."""
        if self._ended:
            return
        for partition in revoked:
            self.unplaced.discard(partition)
            self.fetches.forget(partition)
            for known in (self.recorded, self._gates, self._told):
                known.pop(partition, None)
            self._paused.forget([partition])
        self._paused.tell()

    def on_partitions_lost(self, lost: Iterable[TopicPartition]) -> None:
        """These have been another's for a while."""
        self.on_partitions_revoked(lost)

    def displace(self, only: Iterable[TopicPartition] | None = None) -> None:
        """Find out anew where to read all of them, or only some; what has been read and not recorded is dropped."""
        held = set(self._client.assignment())
        held &= held if only is None else set(only)
        self._paused.let_go(held, by_time=False)
        self.on_partitions_assigned(held)

    # ---- where to read

    def place(self, connection: psycopg.Connection[Any]) -> None:
        """Seek those that wait for it to what the log has of them. Raises what psycopg raises, and KafkaError."""
        waiting = sorted(self.unplaced & self._client.assignment())
        self.unplaced &= set(waiting)
        for topic in self.lives.look(connection, {partition.topic for partition in waiting}):
            self._status.alarms.add(TOPIC_REMADE)
            self._log.error(TOPIC_REMADE, topic=topic)
        for partition, found in self._places(connection, waiting).items():
            self._client.seek(partition, found.offset)
            self._read_on(partition)
            self.recorded[partition] = found.recorded
            self.unplaced.discard(partition)
            self._paused.tell()
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
    ) -> dict[TopicPartition, StartingOffset]:
        found: dict[TopicPartition, StartingOffset] = {}
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
        return self.lives.name(partition.topic, partition.partition)

    def names(self, partitions: Iterable[TopicPartition]) -> dict[str, TopicPartition]:
        """Partitions by the names under which the log tracks them."""
        return {self._name(partition): partition for partition in partitions}

    def displace_remade(self) -> None:
        """Find out anew where to read the topics that were deleted and made again."""
        remade = self.lives.changed({partition.topic for partition in self.recorded})
        if remade:
            self.displace([partition for partition in self.recorded if partition.topic in remade])

    # ---- lanes

    @property
    def reads_backfill(self) -> bool:
        """Whether the backfill lane is open."""
        return self._lanes.open

    def after(self, polled: Polled) -> None:
        """Open or shut the backfill lane, by what a poll brought."""
        live = sum(len(records) for p, records in polled.items() if not is_backfill(p.topic))
        if self._lanes.after(live, self._live_behind()):
            for partition in self._readable():
                if is_backfill(partition.topic):
                    (self._client.resume if self._lanes.open else self._client.pause)(partition)

    def _readable(self) -> set[TopicPartition]:
        held: set[TopicPartition] = self._client.assignment() & set(self.recorded) - self.unplaced - set(self.paused)
        return held

    def _read_on(self, partition: TopicPartition) -> None:
        """Let a partition be read, once its lane is open."""
        if self._lanes.open or not is_backfill(partition.topic):
            self._client.resume(partition)

    def _live_behind(self) -> int | None:
        """How many live messages are known to wait on the broker; None where a partition's end is not known yet."""
        behind = 0
        for partition in self._readable():
            if not is_backfill(partition.topic):
                end = self._client.highwater(partition)
                if end is None:
                    return None
                behind += max(0, end - self._position(partition))
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

    def ends(self) -> dict[TopicPartition, Ends]:
        """Where all that are placed stand, and where they end. Raises KafkaError."""
        placed = sorted(self.recorded)
        if not placed:
            return {}
        assert self._last_ends is not None
        stable = all_offsets(self._client.end_offsets, placed)
        last = all_offsets(self._last_ends.end_offsets, placed) if self._waits_for_transactions else stable
        return {p: Ends(self._position(p), stable[p], max(stable[p], last[p])) for p in placed}

    def _position(self, partition: TopicPartition) -> int:
        """Where a partition is read on. The library's own answer looks through all partitions each time."""
        state = self._client._subscription.assignment.get(partition)  # noqa: SLF001
        return 0 if state is None or state.position is None else int(state.position.offset)

    @property
    def _waits_for_transactions(self) -> bool:
        return bool(self._client.config["isolation_level"] == "read_committed")

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

    def refused(self, partition: TopicPartition, records: Sequence[Record]) -> bool:
        """Whether too much of what was polled cannot be read; then the partition is paused before it."""
        values = [record.value for record in records if record.value is not None]
        unreadable = self._gate(partition).refuses(values)
        if unreadable is None:
            return False
        detail = f"{unreadable} of {len(values)} messages cannot be read"
        first = records[0].offset
        self._client.seek(partition, first)
        self._hold(partition, Held(first, first + 1, MOSTLY_UNREADABLE, detail, time.monotonic() + PAUSE_SECONDS))
        self._log.error(
            PARTITION_PAUSED,
            topic=partition.topic,
            partition=partition.partition,
            offset=first,
            read=len(values),
            unreadable=unreadable,
        )
        return True

    def hold_found(self) -> None:
        """Pause what the last poll found to be unreadable or refused by the broker."""
        fetches = self.fetches
        anew: list[tuple[TopicPartition, Held]] = []
        for partition in [*fetches.found, *fetches.refused, *fetches.misplaced]:
            unreadable, refusal = fetches.found.get(partition), fetches.refused.get(partition)
            misplaced = partition in fetches.misplaced
            fetches.forget(partition)
            if partition in self.paused or partition in self.unplaced or partition not in self.recorded:
                continue  # it is read again from before what was found
            if misplaced:
                self.displace([partition])
            elif unreadable is not None:
                self._client.seek(partition, unreadable.first)
                held = Held(unreadable.first, unreadable.next, UNREADABLE_RECORD, unreadable.why, math.inf, unreadable)
                anew.append((partition, held))
            elif refusal is not None:
                at = self._position(partition)
                until = time.monotonic() + REFUSED_SECONDS
                anew.append((partition, Held(at, at + 1, REFUSED_BY_BROKER, refusal, until)))
        for partition, held in anew:
            self._hold(partition, held)
            self._log.error(
                PARTITION_PAUSED,
                topic=partition.topic,
                partition=partition.partition,
                offset=held.offset,
                reason=held.reason,
            )
        if self._paused.any_lately:
            self._paused.tell()

    def resume(self, only: Iterable[TopicPartition] | None = None) -> None:
        """Look again at paused ones whose time has come, or at these now: better messages may have followed."""
        again = self._paused.due() if only is None else set(only)
        for partition in self._paused.let_go(again, by_time=only is None):
            self._read_on(partition)
        if again:
            self._paused.tell()

    def _hold(self, partition: TopicPartition, held: Held) -> None:
        self._client.pause(partition)
        self._paused.hold(partition, held)

    def _gate(self, partition: TopicPartition) -> Gate:
        settings = self._service.settings
        if partition not in self._gates:
            share, minimum = settings.pause_unreadable_share, settings.pause_unreadable_minimum
            self._gates[partition] = Gate(share, minimum, self._service.schema_ids)
        return self._gates[partition]


def _partition(entry: Entry) -> TopicPartition:
    return entry[0]
