"""How long something must have been so before it is shown (design D4, D5).

Joined when asked, so that a threshold that is set, or a calendar that is published, changes no stored answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from domain import leads
from domain.child import Child
from domain.dates import is_weekday
from domain.indicators.rules import (
    DROPPED_OUT,
    EXCLUDED_WITHOUT_PROVISION,
    LOST_LEAVER,
    NO_GP,
    NO_UNIVERSAL_CONTACT,
)


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
    leads.NOT_ACCEPTED: Wait(5, Unit.WORKING_DAYS),
    leads.STEP_DOWN: Wait(5, Unit.WORKING_DAYS),
    leads.STEP_UP: Wait(5, Unit.WORKING_DAYS),
    leads.SERVICES_WITHOUT_LEAD: Wait(0, Unit.WORKING_DAYS),
    leads.IN_NEED: Wait(None, Unit.WORKING_DAYS),
    leads.PROTECTION: Wait(None, Unit.WORKING_DAYS),
}

IsSchoolDay = Callable[[int], bool]


def waited(
    rule: str, since: int, day: int, thresholds: Mapping[str, int], is_school_day: IsSchoolDay = is_weekday
) -> bool:
    """Whether what a rule says has been so for long enough on a day; `thresholds` are those set for that day."""
    wait = WAITS.get(rule)
    if wait is None:
        return True
    count = thresholds.get(rule, wait.count)
    if count is None:
        return False
    if wait.unit is Unit.DAYS:
        return day - since >= count
    counts = is_school_day if wait.unit is Unit.SCHOOL_DAYS else is_weekday
    return _passed(since, day, count, counts)


def gaps_on(child: Child, day: int, thresholds: Mapping[str, int], left: Mapping[str, int]) -> list[leads.Gap]:
    """The gaps of a child that have been so for long enough on a day; `left` is the day on which each worker left who did."""
    held = [gap for gap in leads.gaps(child) if gap.start <= day < gap.end]
    gone = leads.left_gaps(child.of_kind("lead"), left, day) if child.death is None or day < child.death else []
    return [*(gap for gap in held if waited(gap.rule, gap.since, day, thresholds)), *gone]


def _passed(since: int, day: int, count: int, counts: IsSchoolDay) -> bool:
    """Whether `count` of the days that count lie after `since` and not after `day`."""
    left = count
    for current in range(since + 1, day + 1):
        if left <= 0:
            break
        left -= counts(current)
    return left <= 0
