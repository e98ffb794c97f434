"""Out of touch with school by the marks: long unauthorised absence and severe absence (domain.md F: D3, D4, D5)."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from domain.attendance import AUTHORISED, LATE, NOT_REQUIRED, UNABLE, UNAUTHORISED
from domain.dates import FOREVER, school_year_of, school_year_starts
from domain.indicators.rules import SEVERE_ABSENCE, TEN_DAYS_ABSENT, TWENTY_DAYS_ABSENT, Indicator
from domain.spans import Spans, union
from domain.timeline.child import Child, not_silenced
from domain.timeline.marks import Mark

LONG = {TEN_DAYS_ABSENT: 10, TWENTY_DAYS_ABSENT: 20}
LEAST_SESSIONS = 20
NOT_POSSIBLE = frozenset({NOT_REQUIRED, UNABLE})
# Late after the register closed is an absence in the official counts.
ABSENT = frozenset({AUTHORISED, UNAUTHORISED, LATE})


def long_absence(child: Child) -> list[Indicator]:
    """School days in a row with nothing but unauthorised absence; days without a required session do not count.

    It lasts until a day of another kind, or until the child leaves that school (School Attendance (Pupil Registration)
    (England) Regulations 2024, regulation 9 and 13).
    """
    by_day: dict[int, set[int]] = defaultdict(set)
    schools: dict[int, set[str]] = defaultdict(set)
    for mark in child.marks:
        if mark.category != NOT_REQUIRED:
            by_day[mark.day].add(mark.category)
            schools[mark.day].add(mark.school)
    found: list[Indicator] = []
    run: list[int] = []
    for day in [*sorted(by_day), FOREVER]:
        if day < FOREVER and by_day[day] == {UNAUTHORISED}:
            run.append(day)
            continue
        for rule, enough in LONG.items():
            if len(run) >= enough:
                found.extend(_long(child, rule, run, run[enough - 1], day, max(schools[run[-1]])))
        run = []
    return found


def _long(child: Child, rule: str, run: list[int], first: int, until: int, school: str) -> Iterator[Indicator]:
    left = [e.end for e in child.of_kind("enrolment") if e.provider == school and e.end is not None and e.end > run[0]]
    rests = {p for m in child.marks if run[0] <= m.day <= first and m.category == UNAUTHORISED for p in m.positions}
    for a, b in not_silenced(child, union([(first, min([until, *left]))])):
        yield Indicator(rule, run[0], a, b, tuple(sorted(rests)), f"urn-{school}")


def severe_absence(child: Child) -> list[Indicator]:
    """Absent for half or more of the year's possible sessions so far, twenty at least (DfE, pupil absence methodology)."""
    years: dict[int, list[Mark]] = defaultdict(list)
    for mark in child.marks:
        if mark.category not in NOT_POSSIBLE:
            years[school_year_of(mark.day)].append(mark)
    found: list[Indicator] = []
    for year, marks in years.items():
        for start, end in _severe(marks, school_year_starts(year + 1)):
            absent = [m for m in marks if m.category in ABSENT and m.day <= start]
            positions = tuple(sorted({p for m in absent for p in m.positions}))
            school = max(m.school for m in absent if m.day == max(one.day for one in absent))
            found.extend(
                Indicator(SEVERE_ABSENCE, start, a, b, positions, f"urn-{school}")
                for a, b in not_silenced(child, ((start, end),))
            )
    return found


def _severe(marks: list[Mark], year_ends: int) -> Spans:
    """Days on which at least half of the sessions up to then were missed, each until the next marked day.

    Of a child on two rolls one session is asked for, and missed where either school missed the child.
    """
    missed: dict[tuple[int, int], bool] = {}
    for mark in marks:
        session = (mark.day, mark.slot)
        missed[session] = missed.get(session, False) or mark.category in ABSENT
    days = sorted({day for day, _ in missed})
    held = []
    possible = absent = 0
    for day, following in pairwise([*days, year_ends]):
        said = [away for (on, _), away in missed.items() if on == day]
        possible += len(said)
        absent += sum(said)
        if possible >= LEAST_SESSIONS and absent * 2 >= possible:
            held.append((day, following))
    return union(held)
