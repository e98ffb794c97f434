"""What goes into the recorder and what comes out of it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from uuid import UUID

from domain.senders import Sender

ACCEPTED: Final = "accepted"
DUPLICATE: Final = "duplicate"
CONFLICT: Final = "conflict"
KEPT: Final = "kept"
# A copy of what is in the log and shown to nobody, for the index team; no outcome.
WITHHELD: Final = "withheld"
OUTCOMES: Final = (ACCEPTED, DUPLICATE, CONFLICT, KEPT)


# Named tuples where there is one for each event: made in a third of the time that a frozen dataclass takes.
class Message(NamedTuple):
    """One event as it came: bytes in any accepted form, or an event in JSON form that a connector made.

    `sector` is the topic's, None for HTTP and connectors; `aside` the kept event that is being re-driven;
    `kept` says that a connector could not read it, with (reason, field, rule); `was`, why the re-driven one is aside.
    `sender`, where it is known, is who sent it and what it may publish.
    """

    data: bytes | dict[str, Any]
    sector: str | None = None
    aside: UUID | None = None
    kept: tuple[str, str | None, str | None] | None = None
    was: tuple[str, str | None, str | None] | None = None
    sender: Sender | None = None


@dataclass(frozen=True, slots=True)
class Offset:
    """A partition's progress that goes with a batch: recorded only if `expected` is what stands there."""

    name: str
    expected: int | None
    next: int


class Outcome(NamedTuple):
    """What became of one message, in contract 1's words; `event_id` only for whoever sent it."""

    outcome: str
    reason: str | None = None
    field: str | None = None
    rule: str | None = None
    event_type: str | None = None
    event_id: str | None = None
    position: int | None = None
    set_aside: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Counts:
    """`read = accepted + duplicate + conflict + kept`, always."""

    read: int = 0
    accepted: int = 0
    duplicate: int = 0
    conflict: int = 0
    kept: int = 0
    set_aside: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    set_aside_reasons: Counter[str] = field(default_factory=Counter)

    def add(self, outcomes: Iterable[Outcome]) -> None:
        """Count some outcomes."""
        found = list(outcomes)
        self.read += len(found)
        for word, count in Counter([outcome.outcome for outcome in found]).items():
            setattr(self, word, getattr(self, word) + count)
        self.reasons.update([outcome.reason for outcome in found if outcome.reason is not None])
        aside = [reason for outcome in found if outcome.set_aside for reason, _ in outcome.set_aside]
        self.set_aside += len(aside)
        self.set_aside_reasons.update(aside)

    def add_same(self, outcome: Outcome, count: int) -> None:
        """Count one outcome of `count` messages."""
        self.read += count
        setattr(self, outcome.outcome, getattr(self, outcome.outcome) + count)
        if outcome.reason is not None:
            self.reasons[outcome.reason] += count

    def as_json(self) -> Mapping[str, Any]:
        """The counts as contract 4 writes them."""
        return {
            "read": self.read,
            "accepted": self.accepted,
            "duplicate": self.duplicate,
            "conflict": self.conflict,
            "kept": self.kept,
            "set_aside": self.set_aside,
            "reasons": dict(sorted(self.reasons.items())),
            "set_aside_reasons": dict(sorted(self.set_aside_reasons.items())),
        }
