"""One run: the history is loaded, then day after day lives go on and agencies publish."""

from collections.abc import Iterator
from datetime import date, timedelta

from adapters.simulator.agencies import Agencies, Event
from adapters.simulator.area import AUTHORITY
from adapters.simulator.feeds import Feeds
from adapters.simulator.ledger import Ledger
from adapters.simulator.lives import Lives
from adapters.simulator.malformed import Malformed
from adapters.simulator.mistakes import Mistakes
from adapters.simulator.outbox import REGISTERS_TO, Outbox, Posted
from adapters.simulator.people import Child
from adapters.simulator.plan import Plan
from adapters.simulator.publishing import publish
from adapters.simulator.registers import Registers, midnight
from adapters.simulator.terms import is_school_day
from adapters.simulator.world import Fact

LOAD_STEP = timedelta(milliseconds=5)
MOST_LAG = {"school_started": 4}  # days until an agency writes a fact down, where not two


def simulate(plan: Plan, ledger: Ledger | None = None) -> Iterator[Event]:
    """Events of a plan in order of publication, made as they are read: memory goes with the children, not the period.

    First the history, as backfill in the first hours of the first day, then the days. An event has the contract's JSON
    shape, but dates are `datetime.date` and instants aware `datetime`; treat it as read-only, parts are shared. Apart
    from events held back or sent again (`Plan.reordered`, `Plan.resent`) `recorded_at` never goes back.
    A `ledger` is told what the events tell, so that it knows the truth when all have been read.
    """
    return _Run(plan, ledger).events()


class _Run:
    def __init__(self, plan: Plan, ledger: Ledger | None) -> None:
        self._plan, self._ledger = plan, ledger
        self._lives = Lives(plan)
        self._agencies = Agencies(self._lives.world)
        self._mistakes = Mistakes(plan, self._lives.world, self._agencies)
        self._outbox = Outbox(plan)
        self._feeds = Feeds(plan, list(self._agencies.desks.values()))
        self._registers = Registers(plan, self._agencies, self._outbox, self._feeds, ledger)
        self._malformed = Malformed(plan)

    def events(self) -> Iterator[Event]:
        plan = self._plan
        yield from self._load()
        yield from self._reports(plan.start, "backfill")
        for n in range(plan.days):
            today = plan.start + timedelta(days=n)
            if today == plan.truth_of:
                self._close()
            if n and today.weekday() == 0:
                yield from self._reports(today)
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
            self._ledger.closed = True

    def _note_registers(self, pupils: list[Child]) -> None:
        """Let the ledger know what the registers say of pupils: as they leave a roll, and at the end."""
        if self._ledger is not None:
            for pupil in pupils:
                self._ledger.attended(pupil)

    def _load(self) -> Iterator[Event]:
        moment, start = midnight(self._plan.start), self._plan.start
        for rule, value in self._plan.thresholds:
            moment += LOAD_STEP
            desk = self._agencies.desk(AUTHORITY)
            said = self._agencies.of_nobody("ThresholdSet", desk, start, {"rule": rule, "value": value})
            yield {**said, "mode": "backfill", "recorded_at": moment}
            if self._ledger is not None:
                self._ledger.sent["read"] += 1
        for fact in self._lives.history():
            event = publish(self._agencies, fact, "backfill")
            if event is None:
                continue
            moment += LOAD_STEP
            event["recorded_at"] = moment
            organisation = event["source"]["organisation"]
            if not self._feeds.is_silent(organisation, event["event_type"], start):
                self._feeds.sent(organisation, event["event_type"])
                if self._ledger is not None:
                    self._ledger.put(fact, event)
                    self._ledger.sent["read"] += 1
                yield event

    def _reports(self, today: date, mode: str = "live") -> Iterator[Event]:
        for report in self._feeds.reports(today, mode):
            if self._ledger is not None:
                self._ledger.report(report["source"]["organisation"], report["feed"], report["complete_through"])
                self._ledger.sent["read"] += 1
            yield report

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

    def _publish(self, today: date) -> Iterator[Event]:
        posted = self._outbox.due(today)
        evening = next((n for n, one in enumerate(posted) if one.moment.timetz() >= REGISTERS_TO), len(posted))
        yield from self._send(posted[:evening], today)
        if self._plan.marks and is_school_day(today):
            schools = self._lives.world.area.schools
            for n, school in enumerate(schools):
                if not self._feeds.is_silent(school.organisation, "AttendanceMarked", today):
                    for event in self._registers.of_school(school, today, n / len(schools)):
                        yield event
                        if self._plan.malformed:
                            yield from self._broken(event)
                    self._feeds.sent(school.organisation, "AttendanceMarked", self._registers.sent)
        # Marks that were held back, or doubled, within the day have joined what was due of it.
        yield from self._send(sorted([*posted[evening:], *self._outbox.due(today)]), today)

    def _send(self, posted: list[Posted], today: date) -> Iterator[Event]:
        for one in posted:
            event = one.event
            organisation = event["source"]["organisation"]
            if not self._feeds.is_silent(organisation, event["event_type"], today):
                if not one.copy:
                    self._feeds.sent(organisation, event["event_type"])
                if self._ledger is not None:
                    self._ledger.sent["read"] += 1
                    self._ledger.sent["copies"] += one.copy
                    if one.fact is not None and not one.copy:
                        self._ledger.put(one.fact, event)
                yield event
                yield from self._broken(event)

    def _broken(self, event: Event) -> Iterator[Event]:
        """Perhaps a malformed event beside this one."""
        broken = self._malformed.beside(event)
        if broken is not None:
            if self._ledger is not None:
                self._ledger.sent["read"] += 1
                self._ledger.sent["malformed"] += 1
            yield broken
