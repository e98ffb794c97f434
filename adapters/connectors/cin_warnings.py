"""What contradicts the census's own rules: told as warnings, for the facts are taken in all the same.

Source: the census's validation rules, as the sector publishes them (nothing before the referral, nothing after death
or closure, plans of one kind do not overlap, at most one is open, none in need beside one of protection).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from xml.etree.ElementTree import Element

from adapters.connectors.census import read_day
from adapters.connectors.cin_xml import first, name_of

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
    """An element with a date, the module it stands in, and its day, None where it cannot be read."""

    module: Element
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
    episodes = {id(kid): details for details in child if name_of(details) == "cindetails" for kid in details.iter()}
    plans = {kind[0]: _plans(found, *kind) for kind in (_IN_NEED, _PROTECTION)}
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


def _in_episode(dated: Dated, day: date, episode: Element | None) -> list[str]:
    broken = []
    begun = first(dated.module, _ENDS.get(dated.name, ""))
    start = None if begun is None else read_day(begun)
    if start is not None and day < start:
        broken.append(END_BEFORE_START)
    if episode is not None:
        referred = read_day(first(episode, "cinreferraldate") or "")
        closed = read_day(first(episode, "cinclosuredate") or "")
        if referred is not None and day < referred:
            broken.append(BEFORE_REFERRAL)
        if closed is not None and day > closed:
            broken.append(AFTER_CLOSURE)
    return broken


Plan = tuple[date, date]


def _plans(found: Sequence[Dated], starts: str, ends: str) -> list[Plan]:
    """The plans of a kind, each once, by their start."""
    spans = set()
    for dated in found:
        if dated.name == starts and dated.day is not None:
            spans.add((dated.day, read_day(first(dated.module, ends) or "") or date.max))
    return sorted(spans)


def _against_plans(dated: Dated, start: date, plans: Mapping[str, list[Plan]]) -> list[str]:
    """What a plan's start breaks; of two plans the later one is told of."""
    own = plans.get(dated.name)
    if own is None:
        return []
    ends = _IN_NEED[1] if dated.name == _IN_NEED[0] else _PROTECTION[1]
    end = read_day(first(dated.module, ends) or "") or date.max
    before = own[: own.index((start, end))]
    broken = []
    if any(until > start for _, until in before):
        broken.append(PLANS_OVERLAP)
    if end == date.max and any(until == date.max for _, until in before):
        broken.append(TWO_OPEN_PLANS)
    if dated.name == _IN_NEED[0] and any(a < end and start < b for a, b in plans[_PROTECTION[0]]):
        broken.append(IN_NEED_BESIDE_PROTECTION)
    return broken
