"""Out of touch with primary health (domain.md F: D8 to D12)."""

from collections.abc import Iterator, Sequence

from domain.dates import FOREVER, add_months, school_age
from domain.indicators.education import ending_at
from domain.indicators.grounds import Ground, between, days_of, grounded, within
from domain.indicators.rules import (
    EMERGENCY_WITHOUT_GP,
    GP_UNSETTLED,
    NEVER_REGISTERED,
    NO_GP,
    NOT_BROUGHT,
    REFUSED,
    REVIEW_MISSED,
    SEEN,
    Indicator,
)
from domain.kinds import TOLD_IN_CONFIDENCE
from domain.spans import Span, Spans, intersect, subtract, union
from domain.timeline.child import Child, not_silenced
from domain.timeline.entries import Entry

GP_SUPPRESSORS = frozenset({"death", "embarkation"})
# The practice asked, or mail came back undelivered (FP69).
GP_REMOVED = frozenset({"practice_request", "returned_undelivered"})
REMOVED_MONTHS = 12
MANY_PRACTICES = 3
PRACTICES_MONTHS = 24
WINDOW_MONTHS = 6
NOT_BROUGHT_TIMES = 2
EMERGENCIES = 3
SIX_WEEKS = 42  # a birth is registered, and with it the child, within forty-two days (Births and Deaths Registration Act 1953 s.2)
FIVE_YEARS = 60  # months
# What does not say since when a child is known: no sensitive service may be read from a gap.
_SAY_NOT_SINCE_WHEN = TOLD_IN_CONFIDENCE | {"relationship"}


def _gp_gaps(child: Child) -> Iterator[tuple[Span, list[Entry]]]:
    """Days between registrations, and those that ended as each gap began; not where the end explains it."""
    registrations = child.of_kind("gp_registration")
    starts = [e.start for e in registrations if e.start is not None]
    if starts:
        for gap in subtract(((min(starts), FOREVER),), _registered(registrations)):
            ended = [e for e in registrations if e.end == gap[0]]
            if not any(e.reason in GP_SUPPRESSORS for e in ended):
                yield gap, ended


def _registered(registrations: Sequence[Entry]) -> Spans:
    """Days with a practice. A patient has one: a registration with another ends the one before, whoever published it."""
    begun = [(e, e.start, FOREVER if e.end is None else e.end) for e in registrations if e.start is not None]
    return union(
        (start, min([end, *(later for other, later, _ in begun if later > start and other.provider != one.provider)]))
        for one, start, end in begun
    )


def no_gp(child: Child) -> list[Indicator]:
    """Without a practice: a registration ended and none followed, none ever began, or a practice refused the child."""
    registrations = child.of_kind("gp_registration")
    refusals = [(e.start, e.positions) for e in child.of_kind("gp_registration_refused") if e.start is not None]
    gaps = dict(_gp_gaps(child))
    found: list[Indicator] = []
    for stretch in subtract(((0, FOREVER),), _registered(registrations)):
        first, until = stretch
        without: tuple[int, int, tuple[int, ...], str | None] | None = None
        if stretch in gaps:
            without = (first, first, ending_at(gaps[stretch], first), None)
        elif first == 0 and (never := _never_registered(child)) is not None and never[0] < until:
            without = (*never, (), NEVER_REGISTERED)
        refused = [one for one in refusals if first <= one[0] < until]
        day = min((day for day, _ in refused), default=until)
        if without is not None:
            since, begins, said, whose = without
            found.extend(
                Indicator(NO_GP, since, a, b, said, whose) for a, b in not_silenced(child, union([(begins, day)]))
            )
        if refused:
            since, _, said, _ = without or (day, day, (), None)
            positions = tuple(sorted({*said, *(p for _, some in refused for p in some)}))
            spans = not_silenced(child, ((day, until),))
            found.extend(Indicator(NO_GP, min(since, day), a, b, positions, REFUSED) for a, b in spans)
    return found


def _never_registered(child: Child) -> tuple[int, int] | None:
    """Since when a child ought to have been registered, and from when it is said: six weeks after a birth that was notified.

    Of another since it is known, and as if born as late as its term allows (the views know no birthdays). None where it is known
    by no number of school or health, or nobody told a date of birth: its registration could not be found.
    """
    told = [
        e.start
        for e in child.entries
        if e.start is not None and e.why is None and not e.doubted and e.kind not in _SAY_NOT_SINCE_WHEN
    ]
    known = min([*told, *(a.start for a in child.addresses)], default=None)
    if child.birth_for_rules is None or known is None or not child.numbered:
        return None
    if child.notified is not None:
        return child.notified, child.notified + SIX_WEEKS
    since = max(known, add_months(school_age(child.birth_for_rules)[0], -FIVE_YEARS))
    return since, since


def gp_unsettled(child: Child) -> list[Indicator]:
    """Taken off a list at the practice's wish or after returned mail, or three practices within two years."""
    registrations = [e for e in child.of_kind("gp_registration") if e.start is not None]
    grounds: list[Ground] = [
        (e.end, add_months(e.end, REMOVED_MONTHS), e.positions)
        for e in registrations
        if e.end is not None and e.reason in GP_REMOVED
    ]
    days = sorted(set(days_of(registrations)))
    for here in days:
        enough = [day for day in days if day <= here and _practices(registrations, day, here) >= MANY_PRACTICES]
        if enough:
            until = add_months(enough[-1], PRACTICES_MONTHS)
            grounds.append((here, until, between(registrations, enough[-1], here)))
    return list(grounded(child, GP_UNSETTLED, grounds))


def _practices(registrations: Sequence[Entry], first: int, last: int) -> int:
    return len({e.provider for e in registrations if e.start is not None and first <= e.start <= last})


def emergency_without_gp(child: Child) -> list[Indicator]:
    """Three attendances at an emergency department within six months, while no practice has the child, or none ever had."""
    joined = min(days_of(child.of_kind("gp_registration")), default=FOREVER)
    without = union([(0, joined), *(gap for gap, _ in _gp_gaps(child))])
    attended = child.of_kind("ed_attendance")
    grounds: list[Ground] = [
        (a, b, between(attended, first, last))
        for first, last in within(days_of(attended), EMERGENCIES, WINDOW_MONTHS)
        for a, b in intersect(((last, add_months(first, WINDOW_MONTHS)),), without)
    ]
    return list(grounded(child, EMERGENCY_WITHOUT_GP, grounds))


def review_missed(child: Child) -> list[Indicator]:
    """A child under five whose health visitor's review was missed, and who was not seen since (Healthy Child Programme)."""
    if child.birth_for_rules is None:
        return []
    five = school_age(child.birth_for_rules)[0]
    missed = [(e.start, e.positions) for e in child.of_kind("review_missed") if e.start is not None]
    grounds = [(day, min(five, _seen_from(child, day)), positions) for day, positions in missed]
    return list(grounded(child, REVIEW_MISSED, grounds))


def not_brought(child: Child) -> list[Indicator]:
    """Not brought to two appointments within six months, and not seen since."""
    missed = child.of_kind("was_not_brought")
    grounds: list[Ground] = [
        (last, min(add_months(first, WINDOW_MONTHS), _seen_from(child, last)), between(missed, first, last))
        for first, last in within(days_of(missed), NOT_BROUGHT_TIMES, WINDOW_MONTHS)
    ]
    return list(grounded(child, NOT_BROUGHT, grounds))


def _seen_from(child: Child, day: int) -> int:
    """The first day, from a day on, on which the child was seen."""
    return min((e.start for e in child.of_kind(*SEEN) if e.start is not None and e.start >= day), default=FOREVER)
