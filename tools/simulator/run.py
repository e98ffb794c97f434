"""One district played through: the history is loaded, then day after day lives go on and agencies publish."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import Enum
from typing import NamedTuple

from tools.simulator.agencies import Agencies, Event
from tools.simulator.area import AUTHORITY
from tools.simulator.district import District
from tools.simulator.feeds import Feeds
from tools.simulator.ledger import Ledger
from tools.simulator.lives import Lives
from tools.simulator.malformed import Malformed
from tools.simulator.mistakes import Mistakes
from tools.simulator.outbox import REGISTERS_TO, Outbox, Posted
from tools.simulator.people import Child
from tools.simulator.plan import Plan
from tools.simulator.publishing import publish
from tools.simulator.registers import Registers, midnight
from tools.simulator.terms import is_school_day
from tools.simulator.world import Fact

LOAD_STEP = timedelta(milliseconds=5)
MOST_LAG = {"school_started": 4}  # days until an agency writes a fact down, where not two


class Transmission(Enum):
    """Which sending of an event it is."""

    LOADED = "loaded"  # with the history
    NEW = "new"
    COPY = "copy"  # it was published before
    MALFORMED = "malformed"


class Published(NamedTuple):
    """An event at the moment at which it is published."""

    moment: datetime
    event: Event
    sending: Transmission


def played(plan: Plan, district: District, feeds: Feeds, ledger: Ledger | None = None) -> Iterator[Published]:
    """What a district publishes, in order, made as it is read; a `ledger` is told what the events tell."""
    if ledger is not None:
        ledger.reopen()
    return _Run(district.plan(plan), district, feeds, ledger).published()


class _Run:
    def __init__(self, plan: Plan, district: District, feeds: Feeds, ledger: Ledger | None) -> None:
        self._plan, self._ledger, self._feeds = plan, ledger, feeds
        self._lives = Lives(plan, district)
        self._agencies = Agencies(self._lives.world)
        self._mistakes = Mistakes(plan, self._lives.world, self._agencies)
        self._outbox = Outbox(plan)
        self._registers = Registers(plan, self._agencies, self._outbox, self._feeds, ledger)
        self._malformed = Malformed(plan, district.mark)

    def published(self) -> Iterator[Published]:
        plan = self._plan
        yield from self._load()
        for n in range(plan.days):
            today = plan.start + timedelta(days=n)
            if today == plan.truth_of:
                self._close()
            for fact in self._lives.day(today):
                self._take(fact, today)
            self._note_registers(self._lives.world.left_roll)
            self._lives.world.left_roll.clear()
            yield from self._publish(today)
        yield from self._send(self._outbox.rest(midnight(plan.end)), plan.end - timedelta(days=1))
        self._close()

    def _close(self) -> None:
        """Let the ledger know what the registers come to; what is told later is not known."""
        for school in self._lives.world.area.schools:
            self._note_registers(school.roll)
        if self._ledger is not None:
            self._ledger.close()

    def _note_registers(self, pupils: list[Child]) -> None:
        """Let the ledger know what the registers say of pupils: as they leave a roll, and at the end."""
        if self._ledger is not None:
            for pupil in pupils:
                self._ledger.attended(pupil)

    def _load(self) -> Iterator[Published]:
        moment, start = midnight(self._plan.start), self._plan.start
        for rule, value in self._plan.thresholds:
            moment += LOAD_STEP
            system = self._agencies.system(AUTHORITY)
            said = self._agencies.of_nobody("ThresholdSet", system, start, {"rule": rule, "value": value})
            yield Published(moment, {**said, "mode": "backfill", "recorded_at": moment}, Transmission.LOADED)
        for fact in self._lives.history():
            event = publish(self._agencies, fact, "backfill")
            if event is None:
                continue
            moment += LOAD_STEP
            event["recorded_at"] = moment
            if not self._feeds.is_silent(event["source"]["organisation"], event["event_type"], start):
                if self._ledger is not None:
                    self._ledger.put(fact, event)
                yield Published(moment, event, Transmission.LOADED)

    def _take(self, fact: Fact, today: date) -> None:
        """Post what agencies tell of a fact, with their mistakes and what puts these right."""
        event = publish(self._agencies, fact)
        if event is None:
            return
        written = self._outbox.day_for(today, MOST_LAG.get(fact.kind, 2))
        if not self._outbox.room_to_put_right(written):
            self._outbox.write(event, written, fact)
            return
        remedy = self._mistakes.remedy(event, fact)
        slip = self._mistakes.wrong_child(event, fact)
        self._post(event, written, fact, remedy)
        if slip is not None:
            mistaken, retraction = slip
            self._post(mistaken, written, None, retraction)

    def _post(self, event: Event, written: date, fact: Fact | None, remedy: Event | None) -> None:
        """Post an event and what puts it right, unless the event is lost to a silent feed."""
        sent = self._outbox.write(event, written, fact)
        if remedy is not None and not self._feeds.is_silent(event["source"]["organisation"], event["event_type"], sent):
            self._outbox.put_right(remedy, written, 20)

    def _publish(self, today: date) -> Iterator[Published]:
        posted = self._outbox.due(today)
        evening = next((n for n, one in enumerate(posted) if one.moment.timetz() >= REGISTERS_TO), len(posted))
        yield from self._send(posted[:evening], today)
        if self._plan.marks and is_school_day(today):
            schools = self._lives.world.area.schools
            for n, school in enumerate(schools):
                if not self._feeds.is_silent(school.organisation, "AttendanceMarked", today):
                    for event in self._registers.of_school(school, today, n / len(schools)):
                        yield Published(event["recorded_at"], event, Transmission.NEW)
                        if self._plan.malformed:
                            yield from self._broken(event["recorded_at"], event)
        # Marks that were held back, or doubled, within the day have joined what was due of it.
        yield from self._send(sorted([*posted[evening:], *self._outbox.due(today)]), today)

    def _send(self, posted: list[Posted], today: date) -> Iterator[Published]:
        for one in posted:
            event = one.event
            if not self._feeds.is_silent(event["source"]["organisation"], event["event_type"], today):
                if self._ledger is not None and one.fact is not None and not one.copy:
                    self._ledger.put(one.fact, event)
                yield Published(one.moment, event, Transmission.COPY if one.copy else Transmission.NEW)
                yield from self._broken(one.moment, event)

    def _broken(self, moment: datetime, event: Event) -> Iterator[Published]:
        """Perhaps a malformed event beside this one."""
        broken = self._malformed.beside(event)
        if broken is not None:
            yield Published(moment, broken, Transmission.MALFORMED)
