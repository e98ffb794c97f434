"""Out of touch with education: no school, a leaver nobody found again, an exclusion without provision (domain.md F: D1, D2, D7)."""

from collections.abc import Sequence

from domain.dates import school_age
from domain.feeds import NO_NUMBER
from domain.indicators.rules import EXCLUDED_WITHOUT_PROVISION, LOST_LEAVER, NO_SCHOOL, Indicator
from domain.spans import subtract, union
from domain.timeline.child import Child, dated_spans, not_silenced
from domain.timeline.entries import Entry

# Taught somewhere, as agencies say: on a roll, at home by choice, on the register of children not in school, elsewhere.
TAUGHT = ("enrolment", "elective_home_education", "not_in_school_register", "alternative_provision")
EXCLUDED = ("suspension", "permanent_exclusion")


def ending_at(found: Sequence[Entry], day: int) -> tuple[int, ...]:
    """Positions of the entries that end on a day."""
    return tuple(sorted({p for e in found if e.end == day for p in e.positions}))


def no_school(child: Child) -> list[Indicator]:
    """Compulsory school age without being taught anywhere (Education Act 1996 s.436A)."""
    if child.birth is None:
        return []
    taught = child.of_kind(*TAUGHT)
    spans = not_silenced(child, subtract((school_age(child.birth),), dated_spans(taught)))
    unsure = None if child.numbered else NO_NUMBER
    return [Indicator(NO_SCHOOL, a, a, b, ending_at(taught, a), unsure) for a, b in spans]


def lost_leaver(child: Child) -> list[Indicator]:
    """Removed from a roll at school age, with no destination said, and taught nowhere since."""
    if child.birth is None:
        return []
    taught = child.of_kind(*TAUGHT)
    found: list[Indicator] = []
    for gap in subtract((school_age(child.birth),), dated_spans(taught)):
        left = [e for e in taught if e.kind == "enrolment" and e.end == gap[0] and not e.onward]
        if left:
            spans = not_silenced(child, (gap,))
            found.extend(Indicator(LOST_LEAVER, gap[0], a, b, ending_at(left, gap[0])) for a, b in spans)
    return found


def excluded_without_provision(child: Child) -> list[Indicator]:
    """Suspended or excluded, with no provision arranged; due from the sixth school day (Education Act 2002 s.51A)."""
    elsewhere = dated_spans(e for e in child.of_kind(*TAUGHT) if e.kind != "enrolment")
    found: list[Indicator] = []
    for exclusion in child.of_kind(*EXCLUDED):
        others = [e for e in child.of_kind("enrolment") if e.provider != exclusion.provider]
        out = subtract(dated_spans([exclusion]), union([*elsewhere, *dated_spans(others)]))
        found.extend(
            Indicator(EXCLUDED_WITHOUT_PROVISION, start, a, b, exclusion.positions)
            for start, end in out
            for a, b in not_silenced(child, ((start, end),))
        )
    return found
