"""Which of a consumer's partitions are paused, and why; and what is told of them."""

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from kafka import TopicPartition

from adapters.intake.kafka.batches import Unreadable
from adapters.intake.kafka.status import PARTITION_PAUSED, Named, Status

LATELY_SECONDS: Final = 2.0  # for which one that is tried again is still told of: health should not flap


@dataclass(frozen=True, slots=True)
class Held:
    """Why a partition is paused, from which offset to which, and until when (monotonic seconds; infinite: until a person says)."""

    offset: int
    next: int
    reason: str
    detail: str
    until: float
    unreadable: Unreadable | None = None


class Paused:
    """Those that are paused, and those that were until a moment ago."""

    def __init__(self, status: Status) -> None:
        self._status = status
        self.held: dict[TopicPartition, Held] = {}
        self._lately: dict[TopicPartition, tuple[float, Held]] = {}

    def hold(self, partition: TopicPartition, held: Held) -> None:
        """One is paused."""
        self.held[partition] = held
        self.tell()

    def forget(self, partitions: Iterable[TopicPartition]) -> None:
        """Nothing more is said of some, as of those that are another's."""
        for partition in partitions:
            self.held.pop(partition, None)
            self._lately.pop(partition, None)

    def due(self) -> set[TopicPartition]:
        """Those whose time has come to be looked at again."""
        now = time.monotonic()
        return {partition for partition, held in self.held.items() if now >= held.until}

    def let_go(self, partitions: Collection[TopicPartition], *, by_time: bool) -> list[TopicPartition]:
        """Pause some no more; those that were. One whose time has come is told of a little longer."""
        found = [partition for partition in partitions if partition in self.held]
        until = time.monotonic() + LATELY_SECONDS
        for partition in found:
            held = self.held.pop(partition)
            if by_time:
                self._lately[partition] = until, held
        return found

    @property
    def any_lately(self) -> bool:
        """Whether one that is paused no more is still told of."""
        return bool(self._lately)

    def tell(self) -> None:
        """Say which are paused."""
        now = time.monotonic()
        self._lately = {p: one for p, one in self._lately.items() if one[0] > now and p not in self.held}
        told = self.held | {p: held for p, (_, held) in self._lately.items()}
        self._status.paused = len(told)
        paused = [Named(p.topic, p.partition, told[p].offset, told[p].reason, told[p].detail) for p in sorted(told)]
        self._status.name(PARTITION_PAUSED, paused, say=False)
