"""Whether the partitions get on: the broker's ends move, and so must we.

A partition whose end lies ahead and whose position has not moved for a while is stuck, whatever the client library makes
of it; unless there is so much to read of others that its turn has not come. That is told by the polls: one that brings
little has brought all there was, and after enough of those every partition has had its turn. Where only an open
transaction stands in the way, that is said as such: `read_committed` ends before it.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from kafka import TopicPartition

from adapters.intake.kafka.status import Named
from adapters.intake.kafka.topics import is_backfill

STUCK_SECONDS: Final = 20.0  # with the seconds between two looks less than the 30 within which health must turn
TRANSACTION_SECONDS: Final = 60.0
LITTLE: Final = 500  # records of a poll behind which nothing more was fetched
TURNS: Final = 50  # polls that brought little: an answer holds four partitions at least, and there are some ninety


@dataclass(frozen=True, slots=True)
class Ends:
    """Of one partition: our position, the offset up to which transactions are decided (`stable`), and the end."""

    position: int
    stable: int
    end: int

    @property
    def behind(self) -> int:
        """How many offsets could be read."""
        return max(0, self.stable - self.position)

    @property
    def waiting(self) -> int:
        """How many stand behind an open transaction."""
        return max(0, self.end - max(self.stable, self.position))


@dataclass(slots=True)
class Watch:
    """Since when each partition has stood where it stands, and since when it has waited; monotonic seconds."""

    clock: Callable[[], float] = time.monotonic
    _stood: dict[TopicPartition, tuple[int, float, int]] = field(default_factory=dict)
    _waited: dict[TopicPartition, float] = field(default_factory=dict)
    _turns: list[int] = field(default_factory=lambda: [0, 0])

    def polled(self, records: int, *, backfill_too: bool) -> None:
        """Take note of a poll: how many records it brought, and whether the backfill was read as well."""
        if records < LITTLE:
            self._turns[0] += 1
            self._turns[1] += backfill_too

    def look(self, ends: Mapping[TopicPartition, Ends], held_back: frozenset[TopicPartition]) -> None:
        """Take note of how things are; those that are `held_back` on purpose are not expected to move."""
        now = self.clock()
        for partition in self._stood.keys() - ends.keys():
            del self._stood[partition]
        for partition, one in ends.items():
            stood = self._stood.get(partition)
            if stood is None or stood[0] != one.position or not one.behind or partition in held_back:
                self._stood[partition] = one.position, now, self._turns[is_backfill(partition.topic)]
        self._waited = {p: self._waited.get(p, now) for p, one in ends.items() if one.waiting and not one.behind}

    def stuck(self, ends: Mapping[TopicPartition, Ends]) -> list[Named]:
        """Those that could read and have not for STUCK_SECONDS."""
        late = self.clock() - STUCK_SECONDS
        return [
            Named(
                p.topic, p.partition, at, "no_progress", "its end lies ahead and nothing of it is read", ends[p].behind
            )
            for p, (at, since, turns) in sorted(self._stood.items())
            if since <= late and p in ends and ends[p].behind
            if self._turns[is_backfill(p.topic)] - turns >= TURNS
        ]

    def waiting(self, ends: Mapping[TopicPartition, Ends], seconds: float = TRANSACTION_SECONDS) -> list[Named]:
        """Those of which offsets have waited behind an open transaction for so long."""
        late = self.clock() - seconds
        return [
            Named(p.topic, p.partition, ends[p].stable, "open_transaction", "a producer has left a transaction open", ends[p].waiting)
            for p, since in sorted(self._waited.items())
            if since <= late and p in ends
        ]  # fmt: skip
