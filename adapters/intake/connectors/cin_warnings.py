"""What contradicts the census's own rules: told as warnings, for the facts are taken in all the same.

Source: the census's validation rules, as the sector publishes them (nothing before the referral, nothing after death
or closure, plans of one kind do not overlap, at most one is open, none in need beside one of protection).
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Final
from xml.etree.ElementTree import Element

from adapters.intake.connectors.census import read_day
from adapters.intake.connectors.cin_xml import Module, name_of

BEFORE_REFERRAL: Final = "before_referral"
AFTER_CLOSURE: Final = "after_closure"
AFTER_DEATH: Final = "after_death"
END_BEFORE_START: Final = "end_before_start"
PLANS_OVERLAP: Final = "plans_overlap"
TWO_OPEN_PLANS: Final = "two_open_plans"
IN_NEED_BESIDE_PROTECTION: Final = "in_need_beside_protection"

_IN_NEED: Final = ("cinplanstartdate", "cinplanenddate")
_PROTECTION: Final = ("cppstartdate", "cppenddate")
_ENDS: Final[Mapping[str, str]] = {
    "assessmentauthorisationdate": "assessmentactualstartdate",
    _IN_NEED[1]: _IN_NEED[0],
    _PROTECTION[1]: _PROTECTION[0],
}


@dataclass(frozen=True, slots=True)
class Dated:
    """An element with a date, its place in the module it stands in, and its day, None where it cannot be read."""

    module: Module
    place: int
    leaf: Element
    day: date | None

    @property
    def name(self) -> str:
        """The element's name in lower case."""
        return name_of(self.leaf)

    @property
    def label(self) -> str:
        """The element's name as written, cut short: it is shown."""
        return self.leaf.tag[:60]


def warnings(child: Element, found: Sequence[Dated]) -> list[tuple[str, ...]]:
    """For each dated element of a child the rules it breaks."""
    died = min((d.day for d in found if d.name == "persondeathdate" and d.day), default=None)
    episodes = {}
    for details in child:
        if name_of(details) == "cindetails":
            episodes.update(dict.fromkeys(map(id, details.iter()), Module(details)))
    plans = {kind[0]: _Plans(found, *kind) for kind in (_IN_NEED, _PROTECTION)}
    told = []
    for dated in found:
        broken: list[str] = []
        if dated.day is not None:
            broken += _in_episode(dated, dated.day, episodes.get(id(dated.leaf)))
            if died is not None and dated.day > died:
                broken.append(AFTER_DEATH)
            broken += _against_plans(dated, dated.day, plans)
        told.append(tuple(broken))
    return told


def _in_episode(dated: Dated, day: date, episode: Module | None) -> list[str]:
    broken = []
    begun = dated.module.first(_ENDS.get(dated.name, ""))
    start = None if begun is None else read_day(begun)
    if start is not None and day < start:
        broken.append(END_BEFORE_START)
    if episode is not None:
        referred = read_day(episode.first("cinreferraldate") or "")
        closed = read_day(episode.first("cinclosuredate") or "")
        if referred is not None and day < referred:
            broken.append(BEFORE_REFERRAL)
        if closed is not None and day > closed:
            broken.append(AFTER_CLOSURE)
    return broken


class _Plans:
    """The plans of a kind, each once, in the order of their starts."""

    def __init__(self, found: Sequence[Dated], starts: str, ends: str) -> None:
        self._ends = ends
        spans = {(d.day, self.end(d)) for d in found if d.name == starts and d.day is not None}
        self._spans = sorted(spans)
        self._latest = list(accumulate((end for _, end in self._spans), max))

    def end(self, dated: Dated) -> date:
        """The last day of a plan that begins with an element."""
        return read_day(dated.module.first(self._ends) or "") or date.max

    def latest_before(self, start: date, end: date) -> date:
        """The latest end of the plans before one."""
        return self._latest_of(bisect_left(self._spans, (start, end)))

    def meets(self, start: date, end: date) -> bool:
        """Whether any of them has a day of a plan."""
        return self._latest_of(bisect_left(self._spans, (end, date.min))) > start

    def _latest_of(self, number: int) -> date:
        return self._latest[number - 1] if number else date.min


def _against_plans(dated: Dated, start: date, plans: Mapping[str, _Plans]) -> list[str]:
    """What a plan's start breaks; of two plans the later one is told of."""
    own = plans.get(dated.name)
    if own is None:
        return []
    end = own.end(dated)
    latest = own.latest_before(start, end)
    broken = []
    if latest > start:
        broken.append(PLANS_OVERLAP)
    if end == latest == date.max:
        broken.append(TWO_OPEN_PLANS)
    if dated.name == _IN_NEED[0] and plans[_PROTECTION[0]].meets(start, end):
        broken.append(IN_NEED_BESIDE_PROTECTION)
    return broken
