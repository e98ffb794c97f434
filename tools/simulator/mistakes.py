"""Mistakes that agencies make and put right: wrong dates and workers corrected, facts of wrong children retracted."""

from datetime import date, timedelta
from random import Random
from typing import Any

from tools.simulator.agencies import Agencies, Event
from tools.simulator.plan import Plan
from tools.simulator.world import Fact, World

CORRECTABLE = (
    "PupilAdmitted",
    "GpRegistered",
    "InvolvementStarted",
    "EarlyHelpStarted",
    "TemporaryAccommodationPlaced",
    "ReferralReceived",
    "EdAttendance",
    "WasNotBrought",
    "ReviewMissed",
    "MissingStarted",
    "ChildInNeedStarted",
    "SuspensionStarted",
)
_NO_CHANGE = {"effective_from": None, "effective_to": None, "reopen": False, "worker": None}


class Mistakes:
    """Turns every so many events into a mistake with its remedy, evenly, so that a small area has some too."""

    def __init__(self, plan: Plan, world: World, agencies: Agencies) -> None:
        self._rng = Random(f"{plan.seed}/mistakes")
        self._plan, self._world, self._agencies = plan, world, agencies
        self._wrong, self._wrong_child = self._rng.random(), self._rng.random()

    def remedy(self, event: Event, fact: Fact) -> Event | None:
        """Perhaps makes `event` say something wrong, in place; then gives the event that corrects it later."""
        if event["event_type"] not in CORRECTABLE:
            return None
        self._wrong += self._plan.corrected
        if self._wrong < 1:
            return None
        self._wrong -= 1
        right: date = event["effective"]["from"]
        changes: dict[str, Any] = dict(_NO_CHANGE)
        started = event["event_type"] == "InvolvementStarted"
        until: date | None = event["effective"]["to"]
        choice = self._rng.random()
        if started and choice < 0.3:
            changes["worker"] = event["worker"]
            event["worker"] = _colleague(event["worker"])
        elif started and until is not None and choice < 0.7:
            changes["effective_to"] = until
            event["effective"] = {"from": right, "to": until - timedelta(days=self._rng.randrange(5, 20))}
        elif started and choice < 0.6:
            changes["reopen"] = True
            event["effective"] = {"from": right, "to": right + timedelta(days=self._rng.randrange(1, 60))}
        else:
            changes["effective_from"] = right
            wrong = max(right - timedelta(days=self._rng.randrange(1, 21)), fact.child.born)
            event["effective"] = {"from": wrong if wrong != right else right + timedelta(days=3), "to": until}
        return self._about("EventCorrected", event, fact, right, "entered_in_error", {"changes": changes})

    def wrong_child(self, event: Event, fact: Fact) -> tuple[Event, Event] | None:
        """Perhaps the same said of a child whom it does not concern, and its retraction."""
        if event["event_type"] not in CORRECTABLE:
            return None
        self._wrong_child += self._plan.mistaken
        if self._wrong_child < 1:
            return None
        other = self._world.pick_child(fact.day, "school" if "school" in event else "")
        if other is None or other is fact.child:
            return None  # the turn is not lost: the next event is tried
        self._wrong_child -= 1
        system = self._agencies.system_of(event)
        own = {key: event[key] for key in list(event)[list(event).index("basis") + 1 :]}
        start = max(event["effective"]["from"], other.born)
        row = f"slip-{system.last_id}"
        slip = self._agencies.event(
            event["event_type"], system, other, start, own, full=True, basis=event["basis"], row=row
        )
        return slip, self._about("EventRetracted", slip, Fact("", other, start, {}), start, "wrong_child", {})

    def _about(self, kind: str, event: Event, fact: Fact, day: date, reason: str, own: Event) -> Event:
        row = event["source"]["source_record_id"]
        by_row = row is not None and self._rng.random() < 0.5
        target = {"event_id": None if by_row else event["event_id"], "source_record_id": row if by_row else None}
        system = self._agencies.system_of(event)
        return self._agencies.event(kind, system, fact.child, day, own, target={**target, "reason": reason})


def _colleague(worker: dict[str, Any]) -> Event:
    """Somebody of the same team who is not meant."""
    return {**worker, "staff_id": f"{worker['staff_id'][:2]}000", "name": None}
