"""A suspension that is stated in sessions ends by itself after them, in the days of its school, where no end of it was told.

It is worked out when asked, since the days of a school are published apart: the timeline and the indicator have it from here.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from domain.timeline.entries import Entry

# However a calendar is published, forty-five school days have passed after two years; where it has none at all, nothing is known.
_LONGEST: Final = 731

IsSchoolDay = Callable[[int], bool]


def served_by(start: int, sessions: int, is_school_day: IsSchoolDay, until: int) -> int | None:
    """The first day on which so many sessions from a day on are over; None where they are not over by the day `until`.

    A school day has two sessions, and a lunchtime counts as half a day (domain.md C): of an odd number the last day is begun, and is
    over with it.
    """
    left, day = (sessions + 1) // 2, start
    while left > 0 and day < until:
        left -= is_school_day(day)
        day += 1
    return day if left <= 0 else None


def as_served(entry: Entry, is_school_day_at: Callable[[str | None], IsSchoolDay]) -> Entry:
    """An entry with the end that its sessions give it; `is_school_day_at` tells the days of a school, by its URN."""
    if entry.sessions is None or entry.start is None or entry.end is not None or entry.why is not None:
        return entry
    is_school_day = is_school_day_at(entry.provider)
    return replace(entry, end=served_by(entry.start, entry.sessions, is_school_day, entry.start + _LONGEST))
