"""When events are written down and published: mostly soon and once, some late, twice or out of order.

Registers are published from 15:30 to 17:30 UTC and everything else outside that window, so that a day's registers can
be made one by one as they are read, and the whole still comes in order of `recorded_at`.
"""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import NamedTuple

from tools.simulator.agencies import Event
from tools.simulator.plan import Plan
from tools.simulator.world import Fact

OFFICE_OPENS, OFFICE_CLOSES = time(7, tzinfo=UTC), time(15, 29, tzinfo=UTC)
REGISTERS_FROM, REGISTERS_TO = time(15, 30, tzinfo=UTC), time(17, 30, tzinfo=UTC)
WEEK = 7
MOST_HELD = 12  # days that an event may be held up, on its way or for a weekend
_OFFICE_MICROS = int(8.4 * 3600) * 1_000_000


class Posted(NamedTuple):
    """An event and the moment of its publication; `copy` if it was published before, `fact` if it truly tells one."""

    moment: datetime
    serial: int
    event: Event
    copy: bool
    fact: Fact | None


def working_day(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(days=(0, 0, 0, 0, 0, 2, 1)[day.weekday()])


class Outbox:
    """Events waiting for their moment; it holds some days of them, whatever the length of the period."""

    def __init__(self, plan: Plan) -> None:
        self.rng = Random(f"{plan.seed}/post")
        self._plan = plan
        self._days: dict[date, list[Posted]] = {}
        self._serial = 0

    def day_for(self, day: date, most_lag: int = 2) -> date:
        """The day on which an agency writes down what it knows on `day`."""
        lag = int(self.rng.random() * (most_lag + 1))
        if self.rng.random() < self._plan.late:
            lag += 2 + int(self.rng.random() * 29)
        return working_day(day + timedelta(days=lag))

    def put_right(self, remedy: Event, wrong: date, most_lag: int) -> None:
        """Post what puts an event right that was written down on day `wrong`: later, and before the truth is told or the period ends."""
        last = self._plan.end - timedelta(days=1)
        if wrong < self._plan.truth_of < self._plan.end:
            last = self._plan.truth_of - timedelta(days=1 + MOST_HELD)
        while last.weekday() > 4:
            last -= timedelta(days=1)
        self.write(remedy, min(self.day_for(wrong + timedelta(days=2), most_lag), last))

    def room_to_put_right(self, wrong: date) -> bool:
        """Whether an event written down on that day can still be put right before the truth is told, or the period ends."""
        if wrong < self._plan.truth_of < self._plan.end:  # what puts it right may be held up as any event may
            return (self._plan.truth_of - wrong).days > WEEK + MOST_HELD
        return (self._plan.end - wrong).days > WEEK

    def write(self, event: Event, day: date, fact: Fact | None = None) -> date:
        """The agency writes it down on this day, in office hours, and publishes it; the day of its first publication."""
        moment = datetime.combine(day, OFFICE_OPENS) + timedelta(microseconds=int(self.rng.random() * _OFFICE_MICROS))
        event["recorded_at"] = moment
        if self._plan.missing and self.rng.random() < self._plan.missing:
            return self.lose(event, fact)
        if self.rng.random() < self._plan.reordered:
            sent = self.hold(event, fact)
        else:
            sent = self._keep(moment, event, fact)
            if self._plan.duplicated and self.rng.random() < self._plan.duplicated:
                self.double(event)
        if self.rng.random() < self._plan.resent:
            self.resend(event)
        return sent

    def hold(self, event: Event, fact: Fact | None = None) -> date:
        """Publish an event 1 to 30 hours after it was written down, so that later ones overtake it."""
        return self._keep(event["recorded_at"] + self._hours(1, 30), event, fact)

    def lose(self, event: Event, fact: Fact | None = None) -> date:
        """Publish an event up to ten days later only: its first sending went missing and is made good."""
        return self._keep(event["recorded_at"] + self._hours(31, 240), event, fact)

    def resend(self, event: Event) -> None:
        """Publish an event once more, unchanged, up to ten days later."""
        self._keep(event["recorded_at"] + self._hours(31, 240), event, copy=True)

    def double(self, event: Event) -> None:
        """Publish an event a second time in the same hour."""
        self._keep(event["recorded_at"] + self._hours(0, 1), event, copy=True)

    def due(self, day: date) -> list[Posted]:
        """What is published on this day, in order."""
        return sorted(self._days.pop(day, ()))

    def rest(self, before: datetime) -> list[Posted]:
        """At the end of the period: what was written down before it and is still to be published for the first time."""
        waiting = (posted for day in self._days.values() for posted in day)
        return sorted(posted for posted in waiting if not posted.copy and posted.event["recorded_at"] < before)

    def _hours(self, least: int, most: int) -> timedelta:
        return timedelta(seconds=int(3600 * (least + self.rng.random() * (most - least))))

    def _keep(self, moment: datetime, event: Event, fact: Fact | None = None, *, copy: bool = False) -> date:
        if REGISTERS_FROM <= moment.timetz() < REGISTERS_TO:
            moment = datetime.combine(moment.date(), REGISTERS_TO) + self._hours(0, 2)
        self._serial += 1
        self._days.setdefault(moment.date(), []).append(Posted(moment, self._serial, event, copy, fact))
        return moment.date()
