"""Indicators of a child out of touch with a service, the reference: prompts to check, never scores (domain.md F, design D4, D7).

Each is a set of day spans worked out ahead as if nothing more came. Whether its feeds were heard is joined when asked.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.attendance import NOT_REQUIRED, UNAUTHORISED
from domain.child import Child, dated_spans, not_silenced, open_spans
from domain.dates import FOREVER, add_months, school_age
from domain.spans import Spans, subtract, union
from domain.timeline import Entry

GP_GRACE_DAYS = 30
DROPPED_OUT_DAYS = 28
TEN_DAYS = 10
MOBILE_ADDRESSES = 3
MOBILE_MONTHS = 12

NO_SCHOOL = "no_school"
TEN_DAYS_ABSENT = "ten_days_absent"
NO_GP = "no_gp"
HOMELESS_OR_MOBILE = "homeless_or_mobile"
DROPPED_OUT = "dropped_out"

GP_SUPPRESSORS = frozenset({"death", "embarkation"})
DISENGAGED = frozenset({"disengaged", "not_contactable"})


@dataclass(frozen=True, slots=True)
class Rule:
    """What a person is told of an indicator; `feeds` are event types that must have been heard, for `one` organisation or all."""

    id: str
    domain: str
    feeds: tuple[str, ...]
    one_organisation: bool
    clears_when: str
    caution: str


RULES = {
    rule.id: rule
    for rule in (
        Rule(NO_SCHOOL, "education", ("PupilAdmitted",), False, "a school admits the child, or the child leaves school age",
             "The child may be taught at home, at an independent school or abroad, or may be waiting for a place."),
        Rule(TEN_DAYS_ABSENT, "education", ("AttendanceMarked",), True, "a session is marked present, elsewhere or authorised",
             "Code N may not have been amended yet."),
        Rule(NO_GP, "primary health", ("GpRegistered",), False, "a practice registers the child",
             "A move may be in progress; private care is not seen here."),
        Rule(HOMELESS_OR_MOBILE, "housing", ("AddressChanged",), False, "the placement ends, or twelve months pass with fewer moves",
             "An address may have been mistyped; care may be shared between two homes."),
        Rule(DROPPED_OUT, "support", ("InvolvementStarted",), False, "another service starts to work with the child",
             "Things may have improved; consent withheld is not disengagement."),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator that holds on the days `[start, end)`, counted from `since`; `organisation` whose feed must be heard."""

    id: str
    since: int
    start: int
    end: int
    positions: tuple[int, ...]
    organisation: str | None = None


def indicators(child: Child) -> list[Indicator]:
    """All indicators of a child, past and to come."""
    return [*_no_school(child), *_ten_days(child), *_no_gp(child), *_homeless(child), *_dropped_out(child)]


def _no_school(child: Child) -> list[Indicator]:
    if child.birth is None:
        return []
    enrolments = child.of_kind("enrolment")
    age = school_age(child.birth)
    spans = not_silenced(child, subtract((age,), dated_spans(enrolments)))
    return [Indicator(NO_SCHOOL, a, a, b, _ending_at(enrolments, a)) for a, b in spans]


def _ending_at(found: Sequence[Entry], day: int) -> tuple[int, ...]:
    return tuple(sorted({p for e in found if e.end == day for p in e.positions}))


def _no_gp(child: Child) -> list[Indicator]:
    registrations = child.of_kind("gp_registration")
    starts = [e.start for e in registrations if e.start is not None]
    if not starts:
        return []
    found: list[Indicator] = []
    for gap_from, gap_to in subtract(((min(starts), FOREVER),), dated_spans(registrations)):
        if any(e.end == gap_from and e.reason in GP_SUPPRESSORS for e in registrations):
            continue
        spans = not_silenced(child, union([(gap_from + GP_GRACE_DAYS, gap_to)]))
        found.extend(Indicator(NO_GP, gap_from, a, b, _ending_at(registrations, gap_from)) for a, b in spans)
    return found


def _mobile_spans(child: Child) -> Spans:
    """Three different addresses in a row within twelve months, from the third on."""
    moves: list[tuple[int, object]] = []
    for address in child.addresses:
        where = place_of(address.address)
        if where is not None and (not moves or moves[-1][1] != where):
            moves.append((address.start, where))
    window = MOBILE_ADDRESSES - 1
    return union((moves[i][0], add_months(moves[i - window][0], MOBILE_MONTHS)) for i in range(window, len(moves)))


def place_of(address: Mapping[str, Any]) -> object | None:
    """What tells one address from another: the UPRN, else postcode and first line; None for no address at all."""
    if address["status"] not in ("current", "last_known"):
        return None
    if address["uprn"]:
        return str(address["uprn"])
    if not address["postcode"] and not address["lines"]:
        return None
    first = address["lines"][0] if address["lines"] else ""
    return (str(address["postcode"] or "").replace(" ", "").upper(), first.strip().casefold())


def _homeless(child: Child) -> list[Indicator]:
    placed = child.of_kind("temporary_accommodation")
    none_known = [
        (a.start, until)
        for a, until in child.address_spans()
        if a.address["status"] == "none_known" or a.address["residence"] == "no_fixed_abode"
    ]
    spans = not_silenced(child, union([*open_spans(placed), *none_known, *_mobile_spans(child)]))
    positions = tuple(sorted({p for e in placed for p in e.positions}))
    return [Indicator(HOMELESS_OR_MOBILE, a, a, b, positions) for a, b in spans]


def _dropped_out(child: Child) -> list[Indicator]:
    additional = [e for e in child.of_kind("involvement", "early_help") if e.provision == "additional"]
    found: list[Indicator] = []
    for gap_from, gap_to in subtract(((0, FOREVER),), dated_spans(additional)):
        ended = [e for e in additional if e.end == gap_from]
        if not any(e.reason in DISENGAGED for e in ended):
            continue
        spans = not_silenced(child, union([(gap_from + DROPPED_OUT_DAYS, gap_to)]))
        found.extend(Indicator(DROPPED_OUT, gap_from, a, b, _ending_at(ended, gap_from)) for a, b in spans)
    return found


def _ten_days(child: Child) -> list[Indicator]:
    """Ten school days in a row with nothing but unauthorised absence; days without a required session do not count."""
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
        if len(run) >= TEN_DAYS:
            school = "urn-" + max(schools[run[-1]])
            spans = not_silenced(child, union([(run[TEN_DAYS - 1], day)]))
            found.extend(Indicator(TEN_DAYS_ABSENT, run[0], a, b, (), school) for a, b in spans)
        run = []
    return found
