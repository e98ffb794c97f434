"""A child's timeline as lanes: a row for each service with its days as bars, drawn by the server, and in words beside them.

A bar's place is in thousandths of the lane, from the first day that is drawn to the day the page is about.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from adapters.web import words
from adapters.web.kinds import GROUPS, OTHER, group_of

Part = Mapping[str, Any]
WIDE: Final = 1000
_LEAST: Final = 8  # of a bar that would not be seen otherwise
_MOST_YEARS: Final = 18
# Weeks of attendance are many, and the timeline has them; who a child's relatives are is nobody's involvement.
_NO_LANE: Final = frozenset({"attendance", "relationship", "parental_responsibility"})
_ORDER: Final = {group.id: place for place, group in enumerate((*GROUPS, OTHER))}


@dataclass(frozen=True, slots=True)
class Bar:
    """The days of one entry: where it is drawn, how wide, and whether it goes on."""

    at: int
    wide: int
    goes_on: bool


@dataclass(slots=True)
class Lane:
    """One service of one agency: what it is called, its bars, and its days in words."""

    title: str
    whose: str
    about: str
    bars: list[Bar] = field(default_factory=list)
    days: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Lanes:
    """The lanes of a child, in the order of the groups of kinds; `years`: where each begins, for the lines behind the bars."""

    first: str
    last: str
    lanes: Sequence[Lane]
    years: Sequence[tuple[int, str]]


def lanes(timeline: Part, on: str) -> Lanes | None:
    """The lanes of a timeline up to a day; None where it has nothing that lasts."""
    last = date.fromisoformat(on)
    entries = [one for one in timeline["entries"] if _lasts(one) and date.fromisoformat(one["from"]) <= last]
    if not entries:
        return None
    begun = min(date.fromisoformat(one["from"]) for one in entries)
    first = max(begun, last - timedelta(days=_MOST_YEARS * 366))
    span = max((last - first).days + 1, 1)

    def place(day: date) -> int:
        return min(max(round((day - first).days * WIDE / span), 0), WIDE)

    found: dict[tuple[str, str, str], Lane] = {}
    for one in sorted(entries, key=lambda entry: (_ORDER[group_of(entry["kind"]).id], entry["from"])):
        title, whose = words.what(one), words.whose(one)
        lane = found.setdefault((one["kind"], title, whose), Lane(title, whose, group_of(one["kind"]).id))
        ends = None if one["to"] is None else date.fromisoformat(one["to"])
        goes_on = ends is None or ends > last
        at = place(date.fromisoformat(one["from"]))
        until = WIDE if ends is None or ends > last else place(ends)
        wide = max(until - at, _LEAST)
        lane.bars.append(Bar(min(at, WIDE - wide), wide, goes_on))
        lane.days.append(words.days(one) + (f" ({note})" if (note := words.note(one).lower()) else ""))
    years = [(place(date(year, 1, 1)), str(year)) for year in range(first.year + 1, last.year + 1)]
    return Lanes(words.written(first), words.written(last), list(found.values()), years)


def _lasts(entry: Part) -> bool:
    return (
        entry["from"] is not None
        and entry["kind"] not in _NO_LANE
        and entry["status"] not in ("moment", "disputed", "retracted", "unknown")
        and entry["to"] != entry["from"]
    )
