"""The first of the three entrances: agencies' topics, read in batches into the log.

The log says how far each partition is recorded, in the transaction that recorded it; Kafka's own group offsets are
written for its tools to look at and are never read. So what is lost if this process dies: the batch that was not
committed, which is read again. A consumer that was taken for dead and is not, is fenced by the log.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import psycopg
from kafka import TopicPartition
from kafka.errors import (
    AuthorizationError,
    KafkaError,
    LogTruncationError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
)

from adapters.intake.kafka.membership import Membership, keep_joining
from adapters.intake.kafka.partitions import Entry, Partitions, Polled
from adapters.intake.kafka.pausing import Pausing
from adapters.intake.kafka.reading import reader_in_group, reader_of_all
from adapters.intake.kafka.status import (
    BROKER_LOST,
    DATABASE_LOST,
    PARTITION_STUCK,
    PUBLISHERS_NOT_READ,
    WAITS_BEHIND_TRANSACTION,
    Status,
)
from adapters.intake.kafka.subscribing import Subscription
from adapters.intake.kafka.tombstones import TOMBSTONE, with_tombstones, without_tombstones
from adapters.intake.kafka.topics import is_backfill, sector_of
from adapters.intake.kafka.watch import Ends, Watch
from adapters.log.appending import Fenced
from adapters.log.messages import Message
from adapters.log.recorder import Recorder
from adapters.log.trouble import TROUBLES, trouble_of
from adapters.process.kafka_security import explain, refusal
from adapters.process.logs import get_logger
from adapters.service.looking import Looks
from adapters.service.opened import Service
from domain.errors import ClockWrong, Misuse, Unreachable

POLL_MS: Final = 200
LOOK_SECONDS: Final = 1.0
COMMIT_SECONDS: Final = 5.0
BACK_OFF: Final = (0.1, 0.2, 0.5, 1.0, 2.0)
EMBEDDED_PATIENCE: Final = 30.0
CLOSE_MS: Final = 2000
END_PATIENCE: Final = 10.0  # seconds for which --until-end waits for open transactions

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
        self._looks = Looks(service)
        self.status = Status()
        self.partitions = Partitions(service, self.status)
        self._subscription = Subscription(service, self.partitions)
        self._pausing = Pausing(self.partitions, self.status, service.clock)
        self._watch = Watch()
        self._ends: Mapping[TopicPartition, Ends] = {}
        self._moves = -1  # what partitions.moves was when their ends were looked at
        self._failures = 0
        self._wait_until = 0.0
        self._looked = 0.0
        self._commit_at = 0.0
        self._answered = time.monotonic()
        self._membership: Membership | None = None
        self._client: Any = None
        self._silent = False  # whether the broker did not answer the last question

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
            self.partitions.end()
            if self._client is not None:
                self._client.close(timeout_ms=CLOSE_MS)
            self._recorder.close()
            if self._membership is not None:
                self._membership.leave(told=not self._silent)
        return self.status

    @property
    def caught_up(self) -> bool:
        """Whether, when last looked, all of its partitions were recorded as far as they can be read now.

        Those that are paused are left out, and so is what has stood behind an open transaction for END_PATIENCE.
        """
        if self._subscription.looked and not self._subscription.topics:
            return True  # there is nothing to read
        if not self._ends or self._moves != self.partitions.moves or not self.partitions.placed:
            return False
        read = {p: ends for p, ends in self._ends.items() if p not in self.partitions.paused}
        waiting = sum(ends.waiting > 0 for ends in read.values())
        waited = len(self._watch.waiting(read, END_PATIENCE)) >= waiting
        return waited and not any(ends.behind for ends in read.values())

    def _open(self) -> None:
        service = self._service
        try:
            if service.embedded_broker:
                client, partitions = reader_of_all(service)
                self._hold(client)
                self.partitions.on_partitions_assigned(partitions)
                return
            self._membership = Membership(
                service.settings.data_dir,
                service.settings.kafka_group,
                service.bootstrap_servers or "",
                service.kafka_security,
            )
            client = reader_in_group(service, self._membership.name)
        except (KafkaError, OSError, ValueError):
            raise Unreachable("Kafka", explain(service.bootstrap_servers or "", service.kafka_security)) from None
        self._hold(client)
        keep_joining(client)
        self._subscription.held_by(client)

    def _hold(self, client: Any) -> None:  # noqa: ANN401 - the library has no types
        self._client = client
        self.partitions.held_by(client)

    def _step(self, stop: Callable[[], bool]) -> None:
        if not self._subscribed():
            self._on_status(self.status)
            time.sleep(POLL_MS / 1000)
            return
        if self.partitions.unplaced and time.monotonic() >= self._wait_until:
            self._place()
        self.partitions.resume()
        polled = self._poll()
        if polled:
            self._answered = time.monotonic()
            self._take(polled, stop)
        self._set_apart()
        self._watch.polled(sum(map(len, polled.values())), backfill_too=self.partitions.reads_backfill)
        self.partitions.after(polled)
        self._look(idle=not polled)
        self._on_status(self.status)

    def _subscribed(self) -> bool:
        """Whether there is anything to read, and it is known whose it is: while the file of publishers is wrong nothing is read."""
        try:
            self._subscription.look()
        except Misuse as error:
            self.status.lost(PUBLISHERS_NOT_READ, error)
            return False
        except AuthorizationError as error:
            raise Unreachable("Kafka", refusal(error, self._service.settings.kafka_group)) from None
        except KafkaError as error:
            self._log.warning("topics_not_listed", error=type(error).__name__)
        else:
            self.status.recovered(PUBLISHERS_NOT_READ)
        return bool(self._subscription.topics)

    def _poll(self) -> Polled:
        try:
            polled: Polled = self._client.poll(POLL_MS)
        except _MISPLACED:
            # The log was cut, or retention has passed us: placing finds out which, and says so.
            self.partitions.displace()
        except AuthorizationError as error:
            raise Unreachable("Kafka", refusal(error, self._service.settings.kafka_group)) from None
        except KafkaError as error:
            self._log.warning("poll_failed", error=type(error).__name__)
            time.sleep(BACK_OFF[0])
        else:
            return polled
        return {}

    def _place(self) -> None:
        try:
            self._check_clock()
            self.partitions.place(self._recorder.connection)
        except _DATABASE_TROUBLE as error:
            self._database_lost(error)
        except KafkaError as error:
            self._wait()
            self._log.warning("place_failed", error=type(error).__name__)
        else:
            self._database_answers()

    def _set_apart(self) -> None:
        """Pause what cannot be read, and write it down."""
        self.partitions.hold_found()
        try:
            self._pausing.write(self._recorder)
        except _DATABASE_TROUBLE as error:
            self._database_lost(error)

    # ---- recording

    def _take(self, polled: Polled, stop: Callable[[], bool]) -> None:
        entries: list[Entry] = []
        # Live before backfill, where one poll brings both.
        for partition, records in sorted(polled.items(), key=lambda one: is_backfill(one[0].topic)):
            if partition in self.partitions.recorded and not self.partitions.refused(partition, records):
                sector, sender = sector_of(partition.topic), self._subscription.sender(partition.topic)
                entries += [
                    (partition, offset + 1, TOMBSTONE if value is None else Message(value, sector, sender=sender))
                    for offset, value in records
                ]
        parts = _in_parts(entries, self._service.settings.batch_size)
        messages = [without_tombstones(part) for part in parts]
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
        else:
            self._database_answers()

    def _record(self, entries: Sequence[Entry], messages: Sequence[Message], upcoming: Sequence[Message]) -> None:
        """Record some messages with the offsets behind them, in one transaction."""
        recorded = self._recorder.record(messages, self.partitions.offsets(entries), upcoming=upcoming)
        outcomes = with_tombstones(entries, recorded)
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
            moves = self.partitions.moves
            self._ends, self._moves = self.partitions.ends(), moves
            self.partitions.displace_remade()
        except KafkaError as error:
            self._broker_lost(error)
            return
        self._heed()
        absent = self.partitions.fetches.absent
        if absent != self.status.absent:
            self._log.warning("offsets_absent", count=absent - self.status.absent)
            self.status.absent = absent
        if not self._ends:
            return
        self._judge(self._ends)
        self._answered = time.monotonic()
        self._silent = False
        self.status.recovered(BROKER_LOST)
        if now >= self._commit_at:
            self._commit()
        try:
            self._check_clock()
        except _DATABASE_TROUBLE as error:
            self._database_lost(error)

    def _check_clock(self) -> None:
        """Before anything is read: by a wrong clock all of it would look as if it came from the future. Raises ClockWrong."""
        for trouble in self._looks.trouble(self._recorder.connection):
            raise ClockWrong(trouble)

    def _judge(self, ends: Mapping[TopicPartition, Ends]) -> None:
        """Say how far behind we are, and which partitions do not get on although they could."""
        self.status.lag = sum(one.behind + one.waiting for one in ends.values())
        self.status.waiting = sum(one.waiting for one in ends.values())
        held_back = ends.keys() if DATABASE_LOST in self.status.trouble else self.partitions.paused.keys()
        self._watch.look(ends, frozenset(held_back))
        self.status.name(PARTITION_STUCK, self._watch.stuck(ends))
        self.status.name(WAITS_BEHIND_TRANSACTION, self._watch.waiting(ends))

    def _heed(self) -> None:
        """Do what a person has decided of paused partitions."""
        try:
            self._pausing.heed(self._recorder)
        except _DATABASE_TROUBLE as error:
            self._database_lost(error)

    def _commit(self, *, last: bool = False) -> None:
        self._commit_at = time.monotonic() + COMMIT_SECONDS
        if self._service.embedded_broker:
            return
        if self._silent and last:
            return  # nobody waits for it at the end
        try:
            self.partitions.tell_group(last=last)
        except KafkaError as error:  # informative only
            self._silent = True
            self._log.info("commit_failed", error=type(error).__name__)

    def _broker_lost(self, error: KafkaError) -> None:
        self._silent = True
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

    def _database_answers(self) -> None:
        """It does what it is asked, and the clock is right."""
        for trouble in self.status.trouble & TROUBLES.keys():
            self.status.recovered(trouble)
        self._failures = 0

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
