"""One entry of a timeline: an interval or a moment, and how it stands on a day (contract 3). `domain.timeline.pairing` makes them."""

from dataclasses import dataclass
from typing import Literal

from domain.dates import FOREVER
from domain.events import RecordId

END_WITHOUT_START = "end_without_start"
AMBIGUOUS_END = "ambiguous_end"
END_BEFORE_START = "end_before_start"
CONFIRMED_WITHOUT_START = "confirmed_without_start"
NOT_CONFIRMED = "not_confirmed"
ABSENT_FROM_SNAPSHOT = "absent_from_snapshot"
IDENTIFIERS_DISPUTED = "identifiers_disputed"

Status = Literal["open", "ended", "lapsed", "unknown", "moment", "retracted", "disputed"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One interval or moment; `start` None: not known, `end` None: open. `why` explains a status other than its dates.

    `doubted`: told by events of which it is disputed whom they are about (domain.identity.links.doubted).
    """

    kind: str
    record: RecordId
    service: str
    provider: str
    organisation: str
    reference: str | None
    start: int | None
    end: int | None
    why: str | None
    confirmed: int | None
    accepted: int | None
    worker: str | None
    team: str | None
    role: str | None
    scope: str | None
    provision: str
    reason: str | None
    lapses_after: int | None
    others: tuple[RecordId, ...]
    positions: tuple[int, ...]
    main: int
    order: tuple[int, bytes]
    moment: bool = False
    takes_over: bool = False
    onward: bool = False
    due: int | None = None
    absent_from: int | None = None
    retracted: bool = False
    doubted: bool = False
    sessions: int | None = None

    def open_until(self) -> int:
        """First day on which it no longer counts as open: its end, else the day it lapses, else `FOREVER`."""
        if self.end is not None:
            return self.end
        return min(self._unconfirmed_from(), FOREVER if self.absent_from is None else self.absent_from)

    def _unconfirmed_from(self) -> int:
        if self.lapses_after is None or self.start is None:
            return FOREVER
        return self.last_heard(self.start) + self.lapses_after

    def last_heard(self, start: int) -> int:
        """The day of its start, or of its last confirmation where that came later."""
        return start if self.confirmed is None else max(start, self.confirmed)

    def status_at(self, day: int) -> tuple[Status, str | None]:
        """Status on a day and why (contract 3)."""
        if self.retracted:
            return "retracted", self.why
        if self.doubted:
            return "disputed", IDENTIFIERS_DISPUTED
        if self.why is not None:
            return "unknown", self.why
        if self.moment:
            return "moment", None
        if self.end is not None and self.end <= day:
            return "ended", None
        if self.end is None and self.open_until() <= day:
            return "lapsed", NOT_CONFIRMED if self._unconfirmed_from() <= day else ABSENT_FROM_SNAPSHOT
        return "open", None

    def first_day(self) -> int | None:
        """The day from which it is shown: its start, or what else is known of it."""
        for day in (self.start, self.confirmed, self.accepted, self.end):
            if day is not None:
                return day
        return None
