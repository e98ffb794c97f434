"""Households and families, and the list of families out of touch, the reference (contract 5, domain.md F).

A household is children at one UPRN at one time and a stated relationship; never an address alone. A family is a group
by an agency's family id, or a household; half-siblings may be in two; a child in neither is a family of one.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from domain import codes
from domain.child import Child
from domain.events import ChildId, RecordId
from domain.indicators import NO_NUMBER, RULES, Indicator, Rule, indicators

MAX_RESIDENTS = 10
_NOWHERE = re.compile(r"ZZ99", re.IGNORECASE)

FEED_ALLOWANCE_DAYS = 14
FEED_ALLOWANCE_BY_TYPE = {"AttendanceMarked": 7}


def may_be_household(address: Mapping[str, Any]) -> bool:
    """Whether children at an address may be a household: not at ZZ99, no fixed abode, an institution, a refuge or a hostel."""
    postcode = (address["postcode"] or "").replace(" ", "")
    return (
        address["status"] == "current"
        and address["residence"] not in codes.NO_HOUSEHOLD_RESIDENCE
        and _NOWHERE.match(postcode) is None
    )


@dataclass(frozen=True, slots=True)
class Feed:
    """How far an organisation's feed of an event type is complete, as it last said."""

    organisation: str
    event_type: str
    complete_through: int


@dataclass(frozen=True, slots=True)
class Shown:
    """An indicator on a day: `status` true or not_known; `feed` names what was not heard."""

    indicator: Indicator
    child: ChildId
    status: str
    feed: str | None


@dataclass(frozen=True, slots=True)
class Family:
    """A family with indicators on a day, most domains out of touch first."""

    id: str
    children: tuple[ChildId, ...]
    shown: tuple[Shown, ...]

    @property
    def lost(self) -> tuple[str, ...]:
        """Domains out of touch: only those that are true, never those not known."""
        return tuple(sorted({RULES[s.indicator.id].domain for s in self.shown if s.status == "true"}))

    @property
    def since(self) -> int:
        """The first day of any of them."""
        return min(s.indicator.since for s in self.shown)


def feed_heard(rule: Rule, organisation: str | None, feeds: Iterable[Feed], day: int) -> str | None:
    """None when the feeds a rule relies on were heard recently enough; else the feed, or what else, was not.

    Where an indicator rests on what one organisation said it is that one's feed; else every feed of the type.
    """
    if organisation == NO_NUMBER:
        return NO_NUMBER
    for event_type in rule.feeds if organisation is None else rule.feeds_of_one:
        relevant = [f for f in feeds if f.event_type == event_type and organisation in (None, f.organisation)]
        if not relevant:
            return event_type if organisation is None else f"{organisation} {event_type}"
        allowance = FEED_ALLOWANCE_BY_TYPE.get(event_type, FEED_ALLOWANCE_DAYS)
        silent = sorted(f.organisation for f in relevant if f.complete_through < day - allowance)
        if silent:
            return f"{silent[0]} {event_type}"
    return None


def family_id(children: Iterable[ChildId]) -> str:
    """An id made of its children's random ids, so it shows nothing and is the same wherever they are."""
    digest = hashlib.sha256(b"".join(child.bytes for child in sorted(children))).hexdigest()
    return f"f-{digest[:20]}"


@dataclass(frozen=True, slots=True)
class Kin:
    """What grouping needs of a child on a day: where it lives (None where that makes no household), and its stated ties."""

    child: ChildId
    records: frozenset[RecordId]
    home: object | None
    families: frozenset[str]
    adults: frozenset[RecordId]
    siblings: frozenset[RecordId]


def group(kin: Sequence[Kin]) -> list[tuple[ChildId, ...]]:
    """All families as sorted tuples of children, each set once."""
    found = {tuple(sorted(members)) for members in (*_by_family_id(kin), *_households(kin))}
    grouped = {child for members in found for child in members}
    return sorted([*found, *((one.child,) for one in kin if one.child not in grouped)])


def kin_of(child: Child, day: int) -> Kin:
    """A child's ties and home on a day."""
    open_then = [
        e
        for e in child.of_kind("relationship")
        if e.start is not None and e.start <= day and (e.end is None or day < e.end)
    ]
    here = child.address_at(day)
    dead = child.death is not None and child.death <= day
    home = None
    if here is not None and not dead and here.address["uprn"] and may_be_household(here.address):
        home = here.address["uprn"].strip().lstrip("0")
    return Kin(
        child.id,
        frozenset(child.records),
        home,
        frozenset(e.provider for e in open_then if e.service == "family"),
        frozenset(r for e in open_then if e.service in ("parent", "carer") for r in e.others),
        frozenset(r for e in open_then if e.service == "sibling" for r in e.others),
    )


def _by_family_id(kin: Sequence[Kin]) -> list[set[ChildId]]:
    groups: dict[str, set[ChildId]] = defaultdict(set)
    for one in kin:
        for family in one.families:
            groups[family].add(one.child)
    return list(groups.values())


def _households(kin: Sequence[Kin]) -> list[set[ChildId]]:
    at: dict[object, list[Kin]] = defaultdict(list)
    for one in kin:
        if one.home is not None:
            at[one.home].append(one)
    found = []
    for residents in at.values():
        if 1 < len(residents) <= MAX_RESIDENTS:
            found.extend(_related(residents))
    return found


def _related(residents: Sequence[Kin]) -> list[set[ChildId]]:
    """Groups of residents joined by a shared parent or carer, or stated as siblings."""
    groups: list[set[ChildId]] = [{one.child} for one in residents]
    for one, other in combinations(residents, 2):
        if one.adults & other.adults or one.siblings & other.records or other.siblings & one.records:
            mine = next(g for g in groups if one.child in g)
            theirs = next(g for g in groups if other.child in g)
            if mine is not theirs:
                mine |= theirs
                groups.remove(theirs)
    return [g for g in groups if len(g) > 1]


def assemble(shown: Iterable[Shown], families: Iterable[tuple[ChildId, ...]]) -> list[Family]:
    """Families with something to show, most domains out of touch first, then longest."""
    by_child: dict[ChildId, list[Shown]] = defaultdict(list)
    for one in shown:
        by_child[one.child].append(one)
    listed = []
    for members in families:
        found = [s for child in members for s in by_child.get(child, ())]
        if found:
            ordered = sorted(found, key=lambda s: (s.child, s.indicator.id, s.indicator.since))
            listed.append(Family(family_id(members), members, tuple(ordered)))
    return sorted(listed, key=lambda f: (-len(f.lost), f.since, f.id))


def out_of_touch(children: Sequence[Child], feeds: Sequence[Feed], day: int) -> list[Family]:
    """Families with an indicator on a day, the reference."""
    shown = []
    for child in children:
        for indicator in indicators(child):
            if indicator.start <= day < indicator.end:
                silent = feed_heard(RULES[indicator.id], indicator.organisation, feeds, day)
                shown.append(Shown(indicator, child.id, "not_known" if silent else "true", silent))
    return assemble(shown, group([kin_of(child, day) for child in children]))
