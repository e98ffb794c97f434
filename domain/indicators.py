"""Indicators of a child out of touch with a service, the reference: prompts to check, never scores (domain.md F, design D4, D7).

Each is a set of day spans worked out ahead as if nothing more came. Whether its feeds were heard is joined when asked.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.attendance import NOT_REQUIRED, UNAUTHORISED
from domain.child import Child, dated_spans, not_silenced
from domain.dates import FOREVER, add_months, school_age
from domain.spans import subtract, union
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

# Stands in the place of an organisation: a child known by no number of school or health cannot be missed at school.
NO_NUMBER = "no school or NHS number"

# Taught somewhere, as agencies say: on a roll, at home by choice, on the register of children not in school, elsewhere.
TAUGHT = ("enrolment", "elective_home_education", "not_in_school_register", "alternative_provision")
GP_SUPPRESSORS = frozenset({"death", "embarkation"})
DISENGAGED = frozenset({"disengaged", "not_contactable"})


@dataclass(frozen=True, slots=True)
class Rule:
    """What a person is told of an indicator.

    `feeds` must have been heard from all who publish them; `feeds_of_one` from the organisation whose word the
    indicator rests on, where there is one.
    """

    id: str
    domain: str
    feeds: tuple[str, ...]
    feeds_of_one: tuple[str, ...]
    clears_when: str
    caution: str


RULES = {
    rule.id: rule
    for rule in (
        Rule(NO_SCHOOL, "education", ("PupilAdmitted",), (), "a school admits the child, home education is notified, or the child leaves school age",
             "The child may be taught at home, at an independent school or abroad, or may be waiting for a place."),
        Rule(TEN_DAYS_ABSENT, "education", (), ("AttendanceMarked",), "a session is marked present, elsewhere or authorised",
             "Code N may not have been amended yet."),
        Rule(NO_GP, "primary health", ("GpRegistered",), (), "a practice registers the child",
             "A move may be in progress; private care is not seen here."),
        Rule(HOMELESS_OR_MOBILE, "housing", ("AddressChanged",), ("TemporaryAccommodationPlaced",),
             "the placement ends, or twelve months pass with fewer moves",
             "An address may have been mistyped; care may be shared between two homes."),
        Rule(DROPPED_OUT, "support", ("InvolvementStarted",), (), "another service starts to work with the child",
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
    taught = child.of_kind(*TAUGHT)
    age = school_age(child.birth)
    spans = not_silenced(child, subtract((age,), dated_spans(taught)))
    unsure = None if child.numbered else NO_NUMBER
    return [Indicator(NO_SCHOOL, a, a, b, _ending_at(taught, a), unsure) for a, b in spans]


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


Ground = tuple[int, int, tuple[int, ...]]  # days from, to, and the positions of what makes it so


def _mobile(child: Child) -> list[Ground]:
    """Three different addresses within twelve months, from the third on, as long as the earliest of them is within."""
    moves: list[tuple[int, object, int]] = []
    for address in child.addresses:
        where = place_of(address.address)
        if where is not None and (not moves or moves[-1][1] != where):
            moves.append((address.start, where, address.position))
    found: list[Ground] = []
    for here in range(len(moves)):
        enough = [i for i in range(here + 1) if len({where for _, where, _ in moves[i : here + 1]}) >= MOBILE_ADDRESSES]
        if enough:
            first = enough[-1]
            until = add_months(moves[first][0], MOBILE_MONTHS)
            found.append((moves[here][0], until, tuple(position for _, _, position in moves[first : here + 1])))
    return [ground for ground in found if ground[0] < ground[1]]


def place_of(address: Mapping[str, Any]) -> object | None:
    """What tells one address from another: postcode and first line, else the UPRN; None for no address at all.

    The UPRN comes second because senders leave it out or pad it, and one home must not count as two.
    """
    if address["status"] not in ("current", "last_known"):
        return None
    postcode, first = (
        str(address["postcode"] or "").replace(" ", "").upper(),
        (address["lines"] or [""])[0].strip().casefold(),
    )
    if postcode and first:
        return (postcode, first)
    if address["uprn"]:
        return str(address["uprn"]).strip().lstrip("0")
    return (postcode, first) if postcode or first else None


def _homeless(child: Child) -> list[Indicator]:
    placed = child.of_kind("temporary_accommodation")
    grounds: list[Ground] = [
        *((e.start, e.open_until(), e.positions) for e in placed if e.start is not None),
        *(
            (a.start, until, (a.position,))
            for a, until in child.address_spans()
            if a.address["status"] == "none_known" or a.address["residence"] == "no_fixed_abode"
        ),
        *_mobile(child),
    ]
    found: list[Indicator] = []
    for start, end in not_silenced(child, union((a, b) for a, b, _ in grounds)):
        positions = {p for a, b, held in grounds if a < end and b > start for p in held}
        placing = [e.organisation for e in placed if e.start is not None and e.start < end and e.open_until() > start]
        found.append(
            Indicator(HOMELESS_OR_MOBILE, start, start, end, tuple(sorted(positions)), max(placing, default=None))
        )
    return found


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
    """Ten school days in a row with nothing but unauthorised absence; days without a required session do not count.

    It lasts until a day of another kind, or until the child leaves that school.
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
        if len(run) >= TEN_DAYS:
            school = max(schools[run[-1]])
            left = [
                e.end
                for e in child.of_kind("enrolment")
                if e.provider == school and e.end is not None and e.end > run[0]
            ]
            first = run[TEN_DAYS - 1]
            spans = not_silenced(child, union([(first, min([day, *left]))]))
            rests = {
                p for m in child.marks if run[0] <= m.day <= first and m.category == UNAUTHORISED for p in m.positions
            }
            positions = tuple(sorted(rests))
            found.extend(Indicator(TEN_DAYS_ABSENT, run[0], a, b, positions, f"urn-{school}") for a, b in spans)
        run = []
    return found
