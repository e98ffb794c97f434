"""When events are written down and published: mostly soon and once, some late, twice or out of order.

Registers are published from 15:30 to 17:30 UTC and everything else outside that window, so that a day's registers can
be made one by one as they are read, and the whole still comes in order of `recorded_at`.
"""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import NamedTuple

from adapters.simulator.agencies import Event
from adapters.simulator.plan import Plan

OFFICE_OPENS, OFFICE_CLOSES = time(7, tzinfo=UTC), time(15, 29, tzinfo=UTC)
REGISTERS_FROM, REGISTERS_TO = time(15, 30, tzinfo=UTC), time(17, 30, tzinfo=UTC)
_OFFICE_MICROS = int(8.4 * 3600) * 1_000_000


class Posted(NamedTuple):
    """An event and the moment of its publication; `copy` if it was published before."""

    moment: datetime
    serial: int
    event: Event
    copy: bool


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

    def post(self, event: Event, day: date, most_lag: int = 2) -> date:
        """Post an event known on `day`; sets `recorded_at`, and gives the day on which it was written down."""
        lag = int(self.rng.random() * (most_lag + 1))
        if self.rng.random() < self._plan.late:
            lag += 2 + int(self.rng.random() * 29)
        written = working_day(day + timedelta(days=lag))
        self.write(event, written)
        return written

    def write(self, event: Event, day: date) -> None:
        """The agency writes it down on this day, in office hours, and publishes it."""
        moment = datetime.combine(day, OFFICE_OPENS) + timedelta(microseconds=int(self.rng.random() * _OFFICE_MICROS))
        event["recorded_at"] = moment
        if self.rng.random() < self._plan.reordered:
            self.hold(event)
        else:
            self._keep(moment, event, copy=False)
        if self.rng.random() < self._plan.resent:
            self.resend(event)

    def hold(self, event: Event) -> None:
        """Publish an event 1 to 30 hours after it was written down, so that later ones overtake it."""
        self._keep(event["recorded_at"] + self._hours(1, 30), event, copy=False)

    def resend(self, event: Event) -> None:
        """Publish an event once more, unchanged, up to ten days later."""
        self._keep(event["recorded_at"] + self._hours(31, 240), event, copy=True)

    def due(self, day: date) -> list[Posted]:
        """What is published on this day, in order."""
        return sorted(self._days.pop(day, ()))

    def rest(self, before: datetime) -> list[Posted]:
        """At the end of the period: what was written down before it and is still to be published for the first time."""
        waiting = (posted for day in self._days.values() for posted in day)
        return sorted(posted for posted in waiting if not posted.copy and posted.event["recorded_at"] < before)

    def _hours(self, least: int, most: int) -> timedelta:
        return timedelta(seconds=int(3600 * (least + self.rng.random() * (most - least))))

    def _keep(self, moment: datetime, event: Event, *, copy: bool) -> None:
        if REGISTERS_FROM <= moment.timetz() < REGISTERS_TO:
            moment = datetime.combine(moment.date(), REGISTERS_TO) + self._hours(0, 2)
        self._serial += 1
        self._days.setdefault(moment.date(), []).append(Posted(moment, self._serial, event, copy))
