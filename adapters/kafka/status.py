"""How a consumer is, as it tells its operator."""

from dataclasses import dataclass, field
from typing import Final

from adapters.logs import get_logger
from adapters.store.messages import Counts

PARTITION_PAUSED: Final = "partition_paused"
BROKER_LOST: Final = "broker_lost"
DATABASE_LOST: Final = "database_lost"


@dataclass(slots=True)
class Status:
    """What a consumer has recorded, how far behind it is, what is wrong and what once was."""

    counts: Counts = field(default_factory=Counts)
    lag: int | None = None
    trouble: set[str] = field(default_factory=set)
    alarms: set[str] = field(default_factory=set)
    paused: int = 0

    @property
    def wrong(self) -> tuple[str, ...]:
        """All that a person should know; alarms stay until the consumer is started again."""
        return tuple(sorted(self.trouble | self.alarms))

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
