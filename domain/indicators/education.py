"""Out of touch with education: no school, a leaver nobody found again, an exclusion without provision (domain.md F: D1, D2, D7)."""

from collections.abc import Sequence

from domain.dates import FOREVER, school_age
from domain.feeds import NO_NUMBER
from domain.indicators.rules import (
    EXCLUDED,
    EXCLUDED_WITHOUT_PROVISION,
    LOST_LEAVER,
    NO_SCHOOL,
    TAUGHT,
    ExcludedBy,
    Indicator,
)
from domain.spans import subtract, union
from domain.timeline.child import Child, dated_spans, not_silenced
from domain.timeline.entries import Entry

UPHELD = "upheld"


def ending_at(found: Sequence[Entry], day: int) -> tuple[int, ...]:
    """Positions of the entries that end on a day."""
    return tuple(sorted({p for e in found if e.end == day for p in e.positions}))


def no_school(child: Child) -> list[Indicator]:
    """Compulsory school age without being taught anywhere (Education Act 1996 s.436A)."""
    if child.birth_for_rules is None:
        return []
    taught = child.of_kind(*TAUGHT)
    spans = not_silenced(child, subtract((school_age(child.birth_for_rules),), dated_spans(taught)))
    unsure = None if child.numbered else NO_NUMBER
    return [Indicator(NO_SCHOOL, a, a, b, ending_at(taught, a), unsure) for a, b in spans]


def lost_leaver(child: Child) -> list[Indicator]:
    """Removed from a roll at school age, with no destination said, and taught nowhere since."""
    if child.birth_for_rules is None:
        return []
    taught = child.of_kind(*TAUGHT)
    found: list[Indicator] = []
    for gap in subtract((school_age(child.birth_for_rules),), dated_spans(taught)):
        left = [e for e in taught if e.kind == "enrolment" and e.end == gap[0] and not e.onward]
        if left:
            spans = not_silenced(child, (gap,))
            found.extend(Indicator(LOST_LEAVER, gap[0], a, b, ending_at(left, gap[0])) for a, b in spans)
    return found


def excluded_without_provision(child: Child) -> list[Indicator]:
    """Suspended or excluded, with no provision arranged; due from the sixth school day (Education Act 2002 s.51A).

    Of a suspension from its sixth day (Education and Inspections Act 2006 s.100), of a permanent exclusion from the sixth after its
    first (Education Act 1996 s.19), in the days of the school that excluded. One that is stated in sessions ends by itself after
    them, in that school's days, which is worked out when asked (`waits`).
    """
    elsewhere = dated_spans(e for e in child.of_kind(*TAUGHT) if e.kind != "enrolment")
    enrolments = child.of_kind("enrolment")
    found: list[Indicator] = []
    for exclusion in child.of_kind(*EXCLUDED):
        if exclusion.start is None:
            continue
        others = [e for e in enrolments if e.provider != exclusion.provider]
        whole = union([(exclusion.start, _excluded_until(exclusion, exclusion.start, enrolments))])
        out = subtract(whole, union([*elsewhere, *dated_spans(others)]))
        by = str(_excluded_by(exclusion, exclusion.start))
        found.extend(
            Indicator(EXCLUDED_WITHOUT_PROVISION, start, a, b, exclusion.positions, by)
            for start, end in out
            for a, b in not_silenced(child, ((start, end),))
        )
    return found


def _excluded_by(exclusion: Entry, start: int) -> ExcludedBy:
    if exclusion.kind == "permanent_exclusion":
        return ExcludedBy(exclusion.provider, permanent=True)
    return ExcludedBy(exclusion.provider, sessions=exclusion.sessions if exclusion.end is None else None, start=start)


def _excluded_until(exclusion: Entry, start: int, enrolments: Sequence[Entry]) -> int:
    """The day on which an exclusion no longer holds: one that is upheld, or not concluded, goes on until a school admits the child."""
    if exclusion.end is not None and (exclusion.kind == "suspension" or exclusion.reason != UPHELD):
        return exclusion.end
    if exclusion.kind == "suspension":
        return FOREVER
    return min([FOREVER, *(e.start for e in enrolments if e.start is not None and e.start > start)])
