"""Measures of the system, the reference: what each child adds to a measure on a day (docs/measures.md says why so).

A measure is a fold over one child; figures of an area are made from all children's parts (domain.measures.figures). What began
after the day asked about is not counted, whatever is known of it by now.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from domain.attendance import AUTHORISED, ELSEWHERE, LATE, PRESENT, UNAUTHORISED
from domain.dates import add_months, from_day, school_year_of, to_day
from domain.events import ChildId
from domain.feeds import Expected, Feed, feed_heard
from domain.kinds import ADDITIONAL_SERVICES, INVOLVEMENT, KINSHIP, WHO_AND_WHERE
from domain.leads.active import active_span
from domain.spans import Spans
from domain.timeline.child import Child, additional_services, dated_spans, open_spans
from domain.timeline.entries import Entry

WINDOW_MONTHS: Final = 12
REPEAT_MONTHS: Final = 6
INITIAL_DAYS: Final = 28
LONG_MONTHS: Final = 12
YOUNG_MONTHS: Final = 60

# An enquiry into significant harm follows an assessment by law; it is not the same asked again.
NO_ASSESSMENT: Final = "section_47"
INITIAL: Final = "initial"

Unit = Literal["share", "days", "children"]

ATTENDED: Final = (PRESENT, ELSEWHERE)
POSSIBLE: Final = (PRESENT, ELSEWHERE, AUTHORISED, UNAUTHORISED, LATE)


@dataclass(frozen=True, slots=True)
class Part:
    """What a child adds: `numerator` of `denominator`, whether it is `counted` among those the measure looks for, days."""

    child: ChildId
    counted: bool
    numerator: int
    denominator: int
    days: int | None = None


def one(child: ChildId, *, counted: bool, days: int | None = None) -> Part:
    """One that is, or is not, counted."""
    return Part(child, counted, int(counted), 1, days)


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure and what a reader is told of it; `unit`: share, days (the value is their median) or children.

    `reads`: the kinds of entries that it rests on, also by their absence.
    `feeds` are the event types it relies on; `of` gives what one child adds on a day. `waiting`: of a measure of time, whether those
    who wait, or waited too long, are the counted ones or the others.
    """

    id: str
    title: str
    unit: Unit
    reads: tuple[str, ...]
    feeds: tuple[str, ...]
    of: Callable[[Child, int], list[Part]]
    waiting: bool | None = None


def window(day: int) -> int:
    """The day after which things are counted: twelve months before."""
    return add_months(day, -WINDOW_MONTHS)


def school_year_start(day: int) -> int:
    """The first of September on or before a day."""
    return to_day(date(school_year_of(day), 9, 1))


def lives_here(child: Child, day: int) -> bool:
    """Whether nothing is known of a child's death, new identity or having left England, on a day."""
    home = child.address_at(day)
    return not (_dead(child, day) or (home is not None and home.address["status"] == "left_england"))


def _dead(child: Child, day: int) -> bool:
    return child.over is not None and child.over <= day


def _holds(spans: Spans, day: int) -> bool:
    return any(start <= day < end for start, end in spans)


def _days(entries: Iterable[Entry], day: int) -> list[int]:
    """The days on which entries began, up to a day, in order."""
    return sorted({e.start for e in entries if e.start is not None and e.start <= day})


def _referrals(child: Child, day: int) -> list[Part]:
    working = additional_services(child)
    begun = _days(working, day)
    over = [*_days(child.of_kind("case_closed"), day), *([child.over] if _dead(child, day) else [])]
    found = []
    for referred in _days(child.of_kind("referral"), day):
        if referred <= window(day) or any(e.start is not None and e.start < referred < e.open_until() for e in working):
            continue
        first = next((d for d in begun if d >= referred), None)
        last = min((d for d in over if d is not None and (d >= referred or d == child.over)), default=None)
        if last is None or (first is not None and first <= last):
            found.append(one(child.id, counted=first is not None, days=(day if first is None else first) - referred))
    return found


def _assessments(child: Child, day: int) -> list[Part]:
    """An assessment is of the day it began, or was completed where only that was told."""
    told = (e for e in child.entries if e.kind == "assessment" and e.service != NO_ASSESSMENT and not e.doubted)
    days = sorted({d for e in told if (d := e.end if e.start is None else e.start) is not None and d <= day})
    return [
        one(child.id, counted=any(add_months(d, -REPEAT_MONTHS) <= before < d for before in days))
        for d in days
        if d > window(day)
    ]


def _initial_days(child: Child) -> list[int]:
    found = child.of_kind("health_assessment")
    return [e.start for e in found if e.service == INITIAL and e.start is not None]


def _new_episodes(child: Child, day: int) -> list[tuple[int, int]]:
    """Times of being looked after that began within the window, and whose days for a first assessment have passed."""
    spans = dated_spans(child.of_kind("looked_after"))
    return [(start, end) for start, end in spans if window(day) < start and start + INITIAL_DAYS < day]


def _initial(child: Child, day: int) -> list[Part]:
    return [
        one(child.id, counted=any(start <= d <= start + INITIAL_DAYS for d in _initial_days(child)))
        for start, end in _new_episodes(child, day)
        if start + INITIAL_DAYS < min(end, end if child.over is None else child.over)
    ]


def _overdue(child: Child, day: int) -> list[Part]:
    found = []
    for start, end in _new_episodes(child, day):
        if day < end and lives_here(child, day):
            late = not any(start <= d <= day for d in _initial_days(child))
            found.append(one(child.id, counted=late, days=day - start - INITIAL_DAYS if late else None))
    return found


def _looked_after(child: Child, day: int) -> list[Part]:
    spans = dated_spans(child.of_kind("looked_after"))
    long = any(start <= add_months(day, -LONG_MONTHS) and day < end for start, end in spans)
    if not long or not lives_here(child, day):
        return []
    return [one(child.id, counted=any(d > window(day) for d in _days(child.of_kind("health_assessment"), day)))]


def is_young(birth: int, day: int) -> bool:
    """Whether a child born on a day is born, and not yet five, on another."""
    return birth <= day < add_months(birth, YOUNG_MONTHS)


_PRESCRIBED: Final = ((3, 31), (8, 31), (12, 31))


def surely_young(age_from: int, day: int) -> bool | None:
    """What the first day of compulsory school age alone tells of `is_young`; None where the date of birth is needed.

    The fifth birthday lies after the prescribed day before that one, and not after it (Education Act 1996 s.8).
    """
    year = from_day(age_from).year
    prescribed = [to_day(date(y, month, d)) for y in (year - 1, year) for month, d in _PRESCRIBED]
    before = prescribed[bisect_left(prescribed, age_from) - 1]
    newborn = add_months(day, YOUNG_MONTHS)
    if age_from <= day or before >= newborn:
        return False
    return True if day <= before and age_from < newborn else None


def _childrens_centre(child: Child, day: int) -> list[Part]:
    if child.birth_for_rules is None or not is_young(child.birth_for_rules, day) or not lives_here(child, day):
        return []
    return [one(child.id, counted=_holds(open_spans(child.of_kind("childrens_centre")), day))]


def _sessions(child: Child, day: int) -> tuple[int, int]:
    marks = [m.category for m in child.marks if school_year_start(day) <= m.day <= day]
    return sum(c in ATTENDED for c in marks), sum(c in POSSIBLE for c in marks)


def _attendance(child: Child, day: int) -> list[Part]:
    attended, possible = _sessions(child, day)
    return [Part(child.id, True, attended, possible)] if possible else []


def is_helped(child: Child, day: int) -> bool:
    """Whether an additional service works with a child on a day."""
    return _holds(open_spans(additional_services(child)), day) and lives_here(child, day)


def _attendance_helped(child: Child, day: int) -> list[Part]:
    """All children with marks, of whom those without help add nothing: the others could be told from the difference."""
    helped = is_helped(child, day)
    return [
        Part(p.child, True, p.numerator, p.denominator) if helped else Part(p.child, False, 0, 0)
        for p in _attendance(child, day)
    ]


def _lead(child: Child, day: int) -> list[Part]:
    if not is_helped(child, day):
        return []
    leads = child.of_kind("lead")
    return [one(child.id, counted=any(_holds(active_span(lead, leads), day) for lead in leads))]


_CARE: Final = ("LookedAfterStarted", "HealthAssessmentDone")
WITH_LEAD: Final = "with_lead"
HELP: Final = (INVOLVEMENT, *ADDITIONAL_SERVICES)
HEALTH_IN_CARE: Final = ("looked_after", "health_assessment")

MEASURES: Final = {
    measure.id: measure
    for measure in (
        Measure("referral_to_first_service", "Days from referral to the first service", "days",
                ("referral", "case_closed", "death", *HELP), ("ReferralReceived", "InvolvementStarted"), _referrals, waiting=False),
        Measure("repeated_assessments", "Assessments begun within six months of another", "share",
                ("assessment",), ("AssessmentStarted",), _assessments),
        Measure("initial_health_assessment", "Initial health assessment within 28 days of becoming looked after", "share",
                ("death", *HEALTH_IN_CARE), _CARE, _initial,
                waiting=False),
        Measure("initial_health_assessment_overdue", "Initial health assessments overdue", "children",
                (*HEALTH_IN_CARE, *WHO_AND_WHERE), _CARE, _overdue, waiting=True),
        Measure("looked_after_health_assessment", "Looked after for twelve months, with a health assessment in them", "share",
                (*HEALTH_IN_CARE, *WHO_AND_WHERE), _CARE, _looked_after),
        Measure("childrens_centre", "Under-fives registered with a children's centre", "share",
                ("childrens_centre", *WHO_AND_WHERE), ("BirthNotified", "ChildrensCentreRegistered"), _childrens_centre),
        Measure("attendance", "Sessions attended, this school year", "share",
                ("attendance",), ("AttendanceMarked",), _attendance),
        Measure("attendance_with_help", "Sessions attended by children whom a service helps, this school year", "share",
                ("attendance", *HELP, *WHO_AND_WHERE), ("AttendanceMarked", "InvolvementStarted"), _attendance_helped),
        Measure(WITH_LEAD, "Children helped who have a lead", "share",
                ("lead", *HELP, *WHO_AND_WHERE, *KINSHIP), ("InvolvementStarted", "LeadAccepted"), _lead),
    )
}  # fmt: skip


def parts(
    measure: Measure, children: Iterable[Child], day: int, led_as_families: Collection[ChildId] = ()
) -> list[Part]:
    """What all children add to a measure on a day; `led_as_families`: children whom a lead of their family covers."""
    return led_by_family(measure, [part for child in children for part in measure.of(child, day)], led_as_families)


def led_by_family(measure: Measure, found: Iterable[Part], led_as_families: Collection[ChildId]) -> list[Part]:
    """What children add where a lead that was stated for another of its family leads a child too."""
    if measure.id != WITH_LEAD:
        return list(found)
    return [one(p.child, counted=True) if p.child in led_as_families else p for p in found]


def unheard(measure: Measure, feeds: Iterable[Feed], day: int, expected: Expected) -> str | None:
    """None when every feed that a measure relies on was heard recently enough (as for indicators); else what was not."""
    return feed_heard(measure.feeds, None, list(feeds), day, expected)
