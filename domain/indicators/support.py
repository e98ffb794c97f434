"""Out of touch with support, or with every service (domain.md F: D14, D15, D16)."""

from collections.abc import Iterator
from itertools import pairwise

from domain.attendance import ELSEWHERE, LATE, PRESENT
from domain.dates import FOREVER, add_months, school_age
from domain.indicators.education import ending_at
from domain.indicators.grounds import Ground, between, days_of, grounded
from domain.indicators.rules import (
    BELOW_SCHOOL_AGE,
    CONTACTS,
    DROPPED_OUT,
    MISSING_WITHOUT_INTERVIEW,
    NO_UNIVERSAL_CONTACT,
    Indicator,
)
from domain.spans import subtract, union
from domain.timeline.child import Child, additional_services, dated_spans, not_silenced

DISENGAGED = frozenset({"disengaged", "not_contactable"})
MISSING_DAYS = 90
# Between contacts that lie closer together no one has been silent: what the shortest threshold, twenty school days, takes.
SILENCE_DAYS = 26
HELD = "accepted"

# Reviews of the Healthy Child Programme by days of age, from and to: the new birth visit (days 10 to 14), at six to eight weeks, at
# nine to twelve months (official counts allow fifteen), at two to two and a half years.
REVIEWS = ((10, 14), (42, 56), (274, 457), (730, 914))
FIVE_YEARS = 60  # months
TERM_MONTHS = 5  # the longest time between two days on which children come of school age
SEEN_AT_SCHOOL = frozenset({PRESENT, ELSEWHERE, LATE})


def dropped_out(child: Child) -> list[Indicator]:
    """An additional service ended because it lost touch, and none works with the child since."""
    additional = additional_services(child)
    found: list[Indicator] = []
    for gap in subtract(((0, FOREVER),), dated_spans(additional)):
        ended = [e for e in additional if e.end == gap[0]]
        if any(e.reason in DISENGAGED for e in ended):
            spans = not_silenced(child, (gap,))
            found.extend(Indicator(DROPPED_OUT, gap[0], a, b, ending_at(ended, gap[0])) for a, b in spans)
    return found


def missing_without_interview(child: Child) -> list[Indicator]:
    """Missing twice within ninety days, or a return interview not held, and none accepted since."""
    episodes = child.of_kind("missing_episode")
    days = days_of(episodes)
    grounds: list[Ground] = [
        (later, before + MISSING_DAYS, between(episodes, before, later)) for before, later in pairwise(days)
    ]
    interviews = [(e.start, e) for e in child.of_kind("return_interview") if e.start is not None]
    grounds += [(day, day + MISSING_DAYS, e.positions) for day, e in interviews if e.reason != HELD]
    held = [day for day, e in interviews if e.reason == HELD]
    cut = [(start, min([end, *(day for day in held if day >= start)]), said) for start, end, said in grounds]
    return list(grounded(child, MISSING_WITHOUT_INTERVIEW, cut))


def no_universal_contact(child: Child) -> list[Indicator]:
    """From each contact with a service for every child until the next one.

    Below school age from the day on which the next review is overdue, by the term of the child's birth (the views know no
    birthdays); a baby of whom nothing but the birth is known as well. Of school age a day seen at school is a contact too; those are
    too many to be worked out ahead, and are joined when asked.
    """
    said: dict[int, set[int]] = {}
    for entry in child.of_kind(*CONTACTS):
        for day in (entry.start, entry.end):
            if day is not None:
                said.setdefault(day, set()).update(entry.positions)
    days = sorted(said)
    # Before and after school age no school must know the child.
    begins, ends = (0, FOREVER) if child.birth_for_rules is None else school_age(child.birth_for_rules)
    found = list(_without_any(child, begins, min(days, default=FOREVER)))
    for day, following in pairwise([*days, FOREVER]):
        positions = tuple(sorted(said[day]))
        overdue = _overdue(begins, day)
        if overdue is not None:
            spans = not_silenced(child, union([(overdue, min(following, begins))]))
            found.extend(Indicator(NO_UNIVERSAL_CONTACT, day, a, b, positions, BELOW_SCHOOL_AGE) for a, b in spans)
        since = day if overdue is not None and overdue < begins else max(day, begins)
        if following - since >= SILENCE_DAYS:
            spans = not_silenced(child, union([(max(day, begins), min(following, ends))]))
            found.extend(Indicator(NO_UNIVERSAL_CONTACT, since, a, b, positions) for a, b in spans)
    return found


def _overdue(begins: int, day: int) -> int | None:
    """The first day on which a review is overdue after a contact, for a child who is of school age from a day on.

    Born in the five months before the fifth birthday of who is youngest in its term: none earlier can have been due.
    """
    if begins == 0:
        return None
    first, last = add_months(begins + 1, -TERM_MONTHS - FIVE_YEARS), add_months(begins, -FIVE_YEARS)
    return next((last + due + 1 for opens, due in REVIEWS if first + opens > day), None)


def _without_any(child: Child, begins: int, first: int) -> Iterator[Indicator]:
    """A baby that the health service knows, until the first contact of any such service."""
    if begins == 0 or not child.numbered:
        return
    born = add_months(begins, -FIVE_YEARS)
    since = min([born, *(a.start for a in child.addresses)])
    for a, b in not_silenced(child, union([(born + REVIEWS[0][1] + 1, min(first, begins))])):
        yield Indicator(NO_UNIVERSAL_CONTACT, since, a, b, (), BELOW_SCHOOL_AGE)


def last_seen(child: Child, day: int) -> int | None:
    """The last day, up to a day, on which a school saw the child."""
    return max((m.day for m in child.marks if m.category in SEEN_AT_SCHOOL and m.day <= day), default=None)
