"""Out of touch with support, or with every service (domain.md F: D14, D15, D16)."""

from itertools import pairwise

from domain.attendance import ELSEWHERE, LATE, PRESENT
from domain.dates import FOREVER, school_age
from domain.indicators.education import ending_at
from domain.indicators.grounds import Ground, between, days_of, grounded
from domain.indicators.rules import DROPPED_OUT, MISSING_WITHOUT_INTERVIEW, NO_UNIVERSAL_CONTACT, Indicator
from domain.spans import subtract
from domain.timeline.child import Child, additional_services, dated_spans, not_silenced

DISENGAGED = frozenset({"disengaged", "not_contactable"})
MISSING_DAYS = 90
# Between contacts that lie closer together no one has been silent: what the shortest threshold, twenty school days, takes.
SILENCE_DAYS = 26
HELD = "accepted"

# What a school, a health service or an early years service says when it is in contact with a child.
CONTACTS = frozenset(
    {
        "enrolment", "gp_registration", "health_visiting", "review_done", "contact_took_place", "ed_attendance",
        "early_years", "childrens_centre", "childrens_centre_visit", "sen_support", "alternative_provision",
    }
)  # fmt: skip
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

    A day seen at school is a contact too; those are too many to be worked out ahead, and are joined when asked.
    """
    said: dict[int, set[int]] = {}
    for entry in child.of_kind(*CONTACTS):
        for day in (entry.start, entry.end):
            if day is not None:
                said.setdefault(day, set()).update(entry.positions)
    days = sorted(said)
    # After school age no service is for everybody any more.
    over = () if child.birth is None else ((school_age(child.birth)[1], FOREVER),)
    return [
        Indicator(NO_UNIVERSAL_CONTACT, day, a, b, tuple(sorted(said[day])))
        for day, following in pairwise([*days, FOREVER])
        if following - day >= SILENCE_DAYS
        for a, b in not_silenced(child, subtract(((day, following),), over))
    ]


def last_seen(child: Child, day: int) -> int | None:
    """The last day, up to a day, on which a school saw the child."""
    return max((m.day for m in child.marks if m.category in SEEN_AT_SCHOOL and m.day <= day), default=None)
