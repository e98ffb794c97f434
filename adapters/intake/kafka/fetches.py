"""What the client library has fetched, given out so that no record and no partition can stop the others.

kafka-python 3.0.12 parses what it fetched within `poll`, and a record it cannot parse it parses again at each poll, for
ever, before anything else. Here its answers are read by `adapters.intake.kafka.batches` instead. A partition that holds what
cannot be read, or about which the broker answers with an error, is paused at once, and is named in `found`, `refused` or
`misplaced` until the consumer has dealt with it. The library keeps the connections, the group and the positions.
"""

import collections
from collections.abc import Callable
from typing import Any, Final

from kafka import TopicPartition
from kafka.consumer.fetcher import IsolationLevel
from kafka.errors import InvalidReceiveError, KafkaError, OffsetOutOfRangeError, TopicAuthorizationFailedError

from adapters.intake.kafka.batches import Aborted, Batches, Record, Unreadable

MOST_BYTES: Final = 8 << 20  # of values that one poll gives out; a single value may be larger


class Fetches:
    """Stands in for the part of a client's fetcher that gives out records (`fetched_records`)."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - the library has no types
        self.found: dict[TopicPartition, Unreadable] = {}
        self.refused: dict[TopicPartition, str] = {}
        self.misplaced: set[TopicPartition] = set()
        self.absent = 0
        self._subscriptions = client._subscription  # noqa: SLF001
        self._fetcher = client._fetcher  # noqa: SLF001
        self._fetcher.PartitionRecords = self._answer
        self._fetcher.fetched_records = self._fetched_records
        self._suspects = _Suspects(self._fetcher)
        self._left = 0

    def forget(self, partition: TopicPartition) -> None:
        """What was found of a partition is settled, or another's."""
        self.found.pop(partition, None)
        self.refused.pop(partition, None)
        self.misplaced.discard(partition)

    def _answer(self, offset: int, partition: TopicPartition, records: Any, **options: Any) -> "_Answer":  # noqa: ANN401
        aborted = None
        if options["isolation_level"] == IsolationLevel.READ_COMMITTED:
            given_up = options["aborted_transactions"] or ()
            aborted = [Aborted(one.producer_id, one.first_offset) for one in given_up]
        batches = Batches(memoryview(records._buffer), offset, aborted)  # noqa: SLF001
        return _Answer(partition, batches, self._take, options["on_drain"])

    def _take(self, answer: "_Answer", most: int) -> list[Record]:
        batches = answer.batches
        records = batches.take(most, self._left)
        self._left -= sum([len(value) for _, value in records if value is not None])
        if batches.done:
            self.absent += batches.absent
            if batches.unreadable is not None:
                self._find(answer.topic_partition, batches.unreadable)
        return records

    def _find(self, partition: TopicPartition, unreadable: Unreadable) -> None:
        highwater = self._subscriptions.assignment[partition].highwater
        if highwater is not None and highwater > unreadable.first:
            unreadable = unreadable._replace(next=min(unreadable.next, highwater))
        self.found[partition] = unreadable
        self._subscriptions.pause(partition)

    def _fetched_records(
        self, max_records: int, *, update_offsets: bool = True
    ) -> tuple[dict[TopicPartition, list[Record]], bool]:
        """As the library's own: records by partition, and whether more of what was fetched is left."""
        fetcher, paused = self._fetcher, self._subscriptions.is_paused
        self._suspects.judge(self._find)
        self._resumed(paused)
        drained: dict[TopicPartition, list[Record]] = collections.defaultdict(list)
        left, self._left = max_records, MOST_BYTES
        while left > 0 and self._left > 0:
            answer = fetcher._next_partition_records  # noqa: SLF001
            if not answer:
                if not fetcher._completed_fetches:  # noqa: SLF001
                    break
                completed = fetcher._completed_fetches.popleft()  # noqa: SLF001
                if paused(completed.topic_partition):
                    fetcher._paused_completed_fetches[completed.topic_partition] = completed  # noqa: SLF001
                else:
                    fetcher._next_partition_records = self._parsed(completed)  # noqa: SLF001
            elif paused(answer.topic_partition):
                answer.batches.park()
                fetcher._paused_partition_records[answer.topic_partition] = answer  # noqa: SLF001
                fetcher._next_partition_records = None  # noqa: SLF001
            else:
                left -= fetcher._append(drained, answer, left, update_offsets)  # noqa: SLF001
        return dict(drained), bool(fetcher._completed_fetches)  # noqa: SLF001

    def _resumed(self, paused: Callable[[TopicPartition], bool]) -> None:
        """What was put by of partitions that are read again comes back into the queue."""
        fetcher = self._fetcher
        for waiting in (fetcher._paused_completed_fetches, fetcher._paused_partition_records):  # noqa: SLF001
            for partition in [one for one in list(waiting) if not self._subscriptions.is_assigned(one)]:
                del waiting[partition]
        completed = fetcher._paused_completed_fetches  # noqa: SLF001
        for partition in [one for one in list(completed) if not paused(one)]:
            fetcher._completed_fetches.append(completed.pop(partition))  # noqa: SLF001
        if not fetcher._next_partition_records:  # noqa: SLF001
            # The library takes it up again only if this is None; an answer read to its end would stay here for good.
            fetcher._next_partition_records = None  # noqa: SLF001
            parked = fetcher._paused_partition_records  # noqa: SLF001
            partition = next((one for one in list(parked) if not paused(one)), None)
            if partition is not None:
                fetcher._next_partition_records = parked.pop(partition)  # noqa: SLF001

    def _parsed(self, completed: Any) -> "_Answer | None":  # noqa: ANN401
        """The answer for one partition; None where it holds no records for us. An error is noted as the partition's own."""
        partition = completed.topic_partition
        try:
            answer: _Answer | None = self._fetcher._parse_fetched_data(completed)  # noqa: SLF001
        except OffsetOutOfRangeError:
            self.misplaced.add(partition)
        except KafkaError as error:
            batches = Batches(memoryview(completed.partition_data.records or b""), completed.fetched_offset)
            batches.take(1, 1)
            if batches.unreadable is not None:
                self._find(partition, batches.unreadable)
                return None
            no_right = isinstance(error, TopicAuthorizationFailedError)
            self.refused[partition] = (
                "our user has no right to READ the topic" if no_right else f"the broker answers {type(error).__name__}"
            )
        else:
            return answer
        self._subscriptions.pause(partition)
        return None


class _Answer:
    """What the library takes for its own `PartitionRecords`."""

    def __init__(
        self,
        partition: TopicPartition,
        batches: Batches,
        take: Callable[["_Answer", int], list[Record]],
        on_drain: Callable[["_Answer"], None],
    ) -> None:
        self.topic_partition = partition
        self.batches = batches
        self.bytes_read = 0
        self._take = take
        self._on_drain = on_drain
        self._drained = False

    @property
    def next_fetch_offset(self) -> int:
        """Where to read on."""
        return self.batches.next_offset

    @property
    def leader_epoch(self) -> int:
        """Under which leader the last batch was written, by which the library sees that a log was cut."""
        return self.batches.leader_epoch

    def __bool__(self) -> bool:
        return not self._drained

    def take(self, most: int) -> list[Record]:
        """The next records, at most so many."""
        records = self._take(self, most)
        self.bytes_read += len(records)
        if self.batches.done:
            self.drain()
        return records

    def drain(self) -> None:
        """Nothing more is wanted of it."""
        if not self._drained:
            self._drained = True
            self.batches.park()
            self._on_drain(self)


class _Suspects:
    """Finds the partition whose answer is larger than the client takes.

    The library breaks the connection over such an answer, asks again, and so on for ever. Which of the partitions it was
    asked for is to blame nobody says, so each is then asked for alone. (All but `judge` runs on the library's thread.)
    """

    def __init__(self, fetcher: Any) -> None:  # noqa: ANN401 - the library has no types
        self._fetcher = fetcher
        self._suspected: list[TopicPartition] = []
        self._together: list[TopicPartition] = []
        self._alone: TopicPartition | None = None
        self._guilty: list[TopicPartition] = []
        self._fetchable = fetcher._fetchable_partitions  # noqa: SLF001
        self._create = fetcher._create_fetch_requests  # noqa: SLF001
        self._handle = fetcher._handle_fetch_error  # noqa: SLF001
        fetcher._fetchable_partitions = self._to_ask  # noqa: SLF001
        fetcher._create_fetch_requests = self._requests  # noqa: SLF001
        fetcher._handle_fetch_error = self._failed  # noqa: SLF001

    def judge(self, find: Callable[[TopicPartition, Unreadable], None]) -> None:
        """Name those that were found."""
        while self._guilty:
            partition = self._guilty.pop()
            state = self._fetcher._subscriptions.assignment.get(partition)  # noqa: SLF001
            if state is not None and state.position is not None:
                first = state.position.offset
                find(partition, Unreadable(first, first + 1, "the batch is larger than this program takes", b"", 0, ""))

    def _to_ask(self) -> list[TopicPartition]:
        fetchable: list[TopicPartition] = [one for one in self._fetchable() if one not in self._guilty]
        if not self._suspected:
            self._together = fetchable
            return fetchable
        if self._fetcher.in_flight_fetches():
            return []
        if self._alone is not None:  # it was answered
            self._suspected.remove(self._alone)
            self._alone = None
        self._suspected = [one for one in self._suspected if one in fetchable]
        if not self._suspected:
            return self._to_ask()
        self._alone = self._suspected[0]
        return [self._alone]

    def _requests(self) -> dict[Any, Any]:
        requests: dict[Any, Any] = self._create()
        asked = any(self._alone in offsets for _, offsets in requests.values())
        if self._alone is not None and not asked and not self._fetcher.in_flight_fetches():
            self._alone = None  # it could not be asked for yet
        return requests

    def _failed(self, node: Any, error: Exception) -> None:  # noqa: ANN401
        if isinstance(error, InvalidReceiveError):
            if self._alone is not None:
                self._guilty.append(self._alone)
                self._suspected.remove(self._alone)
            elif not self._suspected:
                self._suspected = list(self._together)
        self._alone = None
        self._handle(node, error)
