"""How long something must have been so before it is shown (design D4, D5).

Joined when asked, so that a threshold that is set, or a calendar that is published, changes no stored answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from domain.dates import FOREVER, is_weekday
from domain.indicators.rules import (
    DROPPED_OUT,
    EXCLUDED_WITHOUT_PROVISION,
    LOST_LEAVER,
    NO_GP,
    NO_UNIVERSAL_CONTACT,
    ExcludedBy,
)
from domain.leads import active
from domain.reference import Reference
from domain.timeline.served import served_by


class Unit(Enum):
    """What is counted. School days are those of the calendar that is published, else Monday to Friday."""

    DAYS = "days"
    WORKING_DAYS = "working days"
    SCHOOL_DAYS = "school days"


@dataclass(frozen=True, slots=True)
class Wait:
    """Full days of a unit that must have passed; None: the rule is off until the authority sets its threshold."""

    count: int | None
    unit: Unit


WAITS = {
    NO_GP: Wait(30, Unit.DAYS),
    DROPPED_OUT: Wait(28, Unit.DAYS),
    LOST_LEAVER: Wait(15, Unit.SCHOOL_DAYS),
    EXCLUDED_WITHOUT_PROVISION: Wait(5, Unit.SCHOOL_DAYS),
    NO_UNIVERSAL_CONTACT: Wait(64, Unit.SCHOOL_DAYS),  # ninety days, holidays not counted
    active.NOT_ACCEPTED: Wait(5, Unit.WORKING_DAYS),
    active.STEP_DOWN: Wait(5, Unit.WORKING_DAYS),
    active.STEP_UP: Wait(5, Unit.WORKING_DAYS),
    active.SERVICES_WITHOUT_LEAD: Wait(0, Unit.WORKING_DAYS),
    active.IN_NEED: Wait(None, Unit.WORKING_DAYS),
    active.PROTECTION: Wait(None, Unit.WORKING_DAYS),
}


class Waits:
    """Whether what a rule says has been so for long enough on a day, with the thresholds and calendars that stand then."""

    def __init__(self, day: int, reference: Reference) -> None:
        self._day = day
        self._reference = reference
        self._thresholds = reference.thresholds()
        self._begun_by: dict[tuple[str, str | None, int], int] = {}

    def over(self, rule: str, since: int, school: str | None = None, further: int = 0) -> bool:
        """Whether it is, of something that has been so since a day, at a school where that matters, and for so many units more."""
        name = (rule, school, further)
        if name not in self._begun_by:
            self._begun_by[name] = self._latest(rule, self._reference.is_school_day(school), further)
        return since <= self._begun_by[name]

    def served(self, by: ExcludedBy) -> bool:
        """Whether a suspension that is stated in sessions is over by the day (domain.timeline.served)."""
        is_school_day = self._reference.is_school_day(by.school)
        return by.sessions is not None and served_by(by.start, by.sessions, is_school_day, self._day) is not None

    def latest(self, rule: str) -> int:
        """A day after which nothing can have begun that has been so for long enough, whatever the school; `over` says it exactly."""
        # No calendar makes a school day of a Saturday or Sunday, so by weekdays alone no wait is longer.
        return self._latest(rule, is_weekday)

    def _latest(self, rule: str, is_school_day: Callable[[int], bool], further: int = 0) -> int:
        """The latest day on which it may have begun; before all days where the rule is off."""
        wait = WAITS.get(rule)
        if wait is None:
            return FOREVER
        count = self._thresholds.get(rule, wait.count)
        if count is None:
            return -1
        count += further
        if wait.unit is Unit.DAYS:
            return self._day - count
        counts = is_school_day if wait.unit is Unit.SCHOOL_DAYS else is_weekday
        begun = self._day
        while count > 0 and begun > 0:
            count -= counts(begun)
            begun -= 1
        return begun
