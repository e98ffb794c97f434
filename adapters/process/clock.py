"""The one place where wall-clock time comes in, so that tests and replays can set it.

Durations are measured by `time.monotonic`, which is no date and stays out of the log.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final, Protocol

from domain.dates import LONDON
from domain.errors import CLOCK_BEHIND, CLOCK_DIFFERS


class Clock(Protocol):
    """Something that says what time it is."""

    def now(self) -> datetime:
        """The present instant, aware and in UTC."""
        ...


def today(clock: Clock) -> date:
    """The civil date in London now: the day asked about when none is named."""
    return clock.now().astimezone(LONDON).date()


@dataclass(frozen=True, slots=True)
class ClockCheck:
    """What a clock is held against before something is recorded by it; `tolerance` nought asks nothing.

    By a clock that is behind, good events look as if they came from the future; by one that is ahead, events are taken in
    before their time.
    """

    tolerance: timedelta
    with_database: bool = True

    def trouble(self, now: datetime, newest: datetime | None, database: datetime) -> str | None:
        """`clock_behind` the newest time at which something was received, `clock_differs` from the database's; None: well."""
        if not self.tolerance:
            return None
        if newest is not None and newest - now > self.tolerance:
            return CLOCK_BEHIND
        if self.with_database and abs(database - now) > self.tolerance:
            return CLOCK_DIFFERS
        return None


UNCHECKED: Final = ClockCheck(timedelta(0))


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The machine's time in UTC, to the microsecond."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is set; for tests and for asking "as at" a time."""

    def __init__(self, instant: datetime) -> None:
        self._instant = _utc(instant)

    def now(self) -> datetime:
        """The instant it was last set to, in UTC."""
        return self._instant

    def set(self, instant: datetime) -> None:
        """Put the clock to an aware instant; ValueError when it has no zone."""
        self._instant = _utc(instant)

    def advance(self, step: timedelta) -> None:
        """Move the clock by a step, which may be negative."""
        self._instant += step


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant needs a zone")
    return instant.astimezone(UTC)
