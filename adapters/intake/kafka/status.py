"""How a consumer is, as it tells its operator."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from adapters.log.messages import Counts
from adapters.process.logs import get_logger

PARTITION_PAUSED: Final = "partition_paused"
PARTITION_STUCK: Final = "partition_stuck"
WAITS_BEHIND_TRANSACTION: Final = "waits_behind_transaction"
BROKER_LOST: Final = "broker_lost"
DATABASE_LOST: Final = "database_lost"
PUBLISHERS_NOT_READ: Final = "publishers_not_read"


@dataclass(frozen=True, slots=True)
class Named:
    """A partition in trouble, and the offset at which it stands; `count` offsets are concerned, where that is known."""

    topic: str
    partition: int
    offset: int
    reason: str
    detail: str = ""
    count: int | None = None

    @property
    def place(self) -> tuple[str, int, int]:
        """Topic, partition and offset."""
        return self.topic, self.partition, self.offset


@dataclass(slots=True)
class Status:
    """What a consumer has recorded, how far behind it is, what is wrong and what once was.

    `lag` counts offsets up to the broker's end; `waiting` those of them that stand behind open transactions; `absent`
    how many the broker did not have between those it had (compaction, or its disk). `named` says
    of which partitions the troubles are.
    """

    counts: Counts = field(default_factory=Counts)
    lag: int | None = None
    trouble: set[str] = field(default_factory=set)
    alarms: set[str] = field(default_factory=set)
    paused: int = 0
    waiting: int = 0
    absent: int = 0
    named: dict[str, tuple[Named, ...]] = field(default_factory=dict)

    @property
    def wrong(self) -> tuple[str, ...]:
        """All that a person should know; alarms stay until the consumer is started again."""
        return tuple(sorted(self.trouble | self.alarms))

    @property
    def partitions(self) -> list[dict[str, Any]]:
        """The partitions in trouble, as health tells of them."""
        return [{"trouble": trouble, **asdict(one)} for trouble, found in self.named.items() for one in found]

    def name(self, trouble: str, found: Sequence[Named], *, say: bool = True) -> None:
        """These partitions are in this trouble now, and no others; what is new is said in the log."""
        known = {one.place for one in self.named.get(trouble, ())}
        for one in found:
            if say and one.place not in known:
                get_logger("consume").error(
                    trouble,
                    topic=one.topic,
                    partition=one.partition,
                    offset=one.offset,
                    reason=one.reason,
                    count=one.count,
                )
        if found:
            self.named[trouble] = tuple(found)
            self.trouble.add(trouble)
        elif self.named.pop(trouble, None) and say:
            self.recovered(trouble)
        else:
            self.trouble.discard(trouble)

    def lost(self, trouble: str, error: Exception) -> None:
        """Something that is needed does not answer; said once."""
        if trouble not in self.trouble:
            self.trouble.add(trouble)
            get_logger("consume").error(trouble, error=type(error).__name__)

    def recovered(self, trouble: str) -> None:
        """It answers again, if it did not."""
        if trouble in self.trouble:
            self.trouble.discard(trouble)
            get_logger("consume").warning("recovered_from", reason=trouble)
