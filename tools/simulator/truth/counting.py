"""What each child adds to the measures of the system (docs/measures.md), counted from what was told of its life."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from statistics import median

from tools.simulator.ledger import Row
from tools.simulator.terms import september_of
from tools.simulator.truth.ages import months_later
from tools.simulator.truth.known import Known
from tools.simulator.truth.leading import led_by

A_YEAR, HALF_A_YEAR, FIVE_YEARS = 12, 6, 60  # months
ASSESSED_WITHIN = 28  # days of becoming looked after
MARKS, INVOLVED = "AttendanceMarked", "InvolvementStarted"
IN_CARE = ("LookedAfterStarted", "HealthAssessmentDone")


@dataclass(frozen=True, slots=True)
class Share:
    """What one child adds: `numerator` of `denominator`; whether it is `counted` among those looked for; days, if it has some."""

    counted: bool
    numerator: int
    denominator: int
    days: int | None = None


Of = Callable[[Known, int], list[Share]]


def _one(*, counted: bool, days: int | None = None) -> Share:
    return Share(counted, int(counted), 1, days)


def _waits(child: Known, today: int) -> list[Share]:
    """Referrals of the last year, each with the days to the first service or so far."""
    services = child.additional
    begun = sorted(one.start for one in services if one.start <= today)
    dead = child.death if child.death is not None and child.death <= today else None
    closed = [day for day in child.days_of("case_closed") if day <= today]
    found = []
    for day in sorted(set(child.days_of("referred"))):
        helped = any(one.start < day and one.alive_on(day) for one in services)
        if not months_later(today, -A_YEAR) < day <= today or helped:
            continue
        first = next((start for start in begun if start >= day), None)
        over = min([*(end for end in closed if end >= day), *([dead] if dead is not None else [])], default=None)
        if over is None or (first is not None and first <= over):
            found.append(_one(counted=first is not None, days=(today if first is None else first) - day))
    return found


def _assessed_again(child: Known, today: int) -> list[Share]:
    """Assessments of the last year, and whether another began in the six months before."""
    begun = {row["reference"]: row["day"] for row in child.of("assessment_completed")}
    begun |= {row["reference"]: row["day"] for row in child.of("assessment_started")}
    days = sorted({day for day in begun.values() if day <= today})
    return [
        _one(counted=any(months_later(day, -HALF_A_YEAR) <= before < day for before in days))
        for day in days
        if day > months_later(today, -A_YEAR)
    ]


def _in_care(child: Known) -> list[tuple[int, int | None]]:
    """Times of being looked after; those that touch are one."""
    found: list[tuple[int, int | None]] = []
    for one in sorted(child.plans["looked_after"], key=lambda one: one.start):
        if found and (found[-1][1] is None or one.start <= found[-1][1]):
            before = found.pop()
            ends = None if before[1] is None or one.end is None else max(before[1], one.end)
            found.append((before[0], ends))
        elif one.end is None or one.start < one.end:
            found.append((one.start, one.end))
    return found


def _newly_in_care(child: Known, today: int) -> list[tuple[int, int | None]]:
    year = months_later(today, -A_YEAR)
    return [(start, end) for start, end in _in_care(child) if year < start and start + ASSESSED_WITHIN < today]


def _initial(child: Known) -> list[int]:
    return [row["day"] for row in child.of("health_assessed") if row["assessment"] == "initial"]


def _assessed_in_time(child: Known, today: int) -> list[Share]:
    found = []
    for start, end in _newly_in_care(child, today):
        over = min((day for day in (end, child.death) if day is not None), default=None)
        if over is None or start + ASSESSED_WITHIN < over:
            found.append(_one(counted=any(start <= day <= start + ASSESSED_WITHIN for day in _initial(child))))
    return found


def _overdue(child: Known, today: int) -> list[Share]:
    found = []
    for start, end in _newly_in_care(child, today):
        if (end is None or today < end) and not child.gone(today):
            late = not any(start <= day <= today for day in _initial(child))
            found.append(_one(counted=late, days=today - start - ASSESSED_WITHIN if late else None))
    return found


def _long_in_care(child: Known, today: int) -> list[Share]:
    year = months_later(today, -A_YEAR)
    long = any(start <= year and (end is None or today < end) for start, end in _in_care(child))
    if not long or child.gone(today):
        return []
    return [_one(counted=any(year < day <= today for day in child.days_of("health_assessed")))]


def _at_centre(child: Known, today: int) -> list[Share]:
    if child.born is None or not child.born <= today < months_later(child.born, FIVE_YEARS) or child.gone(today):
        return []
    return [_one(counted=any(one.on(today) for one in child.centres))]


def _attended(child: Known, today: int) -> list[Share]:
    years = [row for row in child.of("attended") if row["year_ends"] == september_of(today)]
    rows = {row["numbers"][0][1]: row for row in years}.values()  # the last of each UPN
    possible = sum(row["possible"] for row in rows)
    return [Share(True, possible - sum(row["missed"] for row in rows), possible)] if possible else []


def _helped(child: Known, today: int) -> bool:
    return any(one.alive_on(today) for one in child.additional) and not child.gone(today)


def _attended_with_help(child: Known, today: int) -> list[Share]:
    helped = _helped(child, today)
    return [one if helped else Share(False, 0, 0) for one in _attended(child, today)]


def _led(child: Known, today: int) -> list[Share]:
    return [_one(counted=bool(led_by(child, today)))] if _helped(child, today) else []


# measure -> the feeds that it relies on, and what a child adds
MEASURES: dict[str, tuple[tuple[str, ...], Of]] = {
    "referral_to_first_service": (("ReferralReceived", INVOLVED), _waits),
    "repeated_assessments": (("AssessmentStarted",), _assessed_again),
    "initial_health_assessment": (IN_CARE, _assessed_in_time),
    "initial_health_assessment_overdue": (IN_CARE, _overdue),
    "looked_after_health_assessment": (IN_CARE, _long_in_care),
    "childrens_centre": (("BirthNotified", "ChildrensCentreRegistered"), _at_centre),
    "attendance": ((MARKS,), _attended),
    "attendance_with_help": ((MARKS, INVOLVED), _attended_with_help),
    "with_lead": ((INVOLVED, "LeadAccepted"), _led),
}


class Figures:
    """The measures of an area, added up child by child."""

    def __init__(self, today: int) -> None:
        self._today = today
        self._sums = {measure: [0, 0] for measure in MEASURES}
        self._days: dict[str, Counter[tuple[int, bool]]] = {measure: Counter() for measure in MEASURES}

    def add(self, child: Known) -> Iterator[Row]:
        """Count a child; what it adds, measure by measure."""
        for measure, (_, of) in MEASURES.items():
            for share in of(child, self._today):
                self._sums[measure][0] += share.numerator
                self._sums[measure][1] += share.denominator
                if share.days is not None:
                    self._days[measure][share.days, share.counted] += 1
                yield {
                    "id": measure,
                    "counted": share.counted,
                    "numerator": share.numerator,
                    "denominator": share.denominator,
                    "days": share.days,
                }

    def lines(self, is_heard: Callable[[str], bool]) -> Iterable[Row]:
        """Each measure of the whole area; `is_heard` says whether a feed was."""
        for measure, (feeds, _) in MEASURES.items():
            days = self._days[measure]
            reached = [number for (number, counted), times in days.items() for _ in range(times) if counted]
            yield {
                "type": "measure",
                "id": measure,
                "status": "known" if all(is_heard(feed) for feed in feeds) else "not_known",
                "numerator": self._sums[measure][0],
                "denominator": self._sums[measure][1],
                "median": float(median(reached)) if reached else None,
                "worst": max((number for number, _ in days), default=None),
            }
