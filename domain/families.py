"""Households and families, and the list of families out of touch, the reference (contract 5, domain.md F).

A household is children at one UPRN at one time and a stated relationship; never an address alone. A family is a group
by an agency's family id, or a household; half-siblings may be in two; a child in neither is a family of one.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain import codes
from domain.child import Child
from domain.events import ChildId, RecordId
from domain.indicators import RULES, Indicator, Rule, indicators
from domain.timeline import Entry

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
    """None when the feeds a rule relies on were heard recently enough; else the feed that was not."""
    for event_type in rule.feeds:
        relevant = [f for f in feeds if f.event_type == event_type and (not rule.one_organisation or f.organisation == organisation)]
        if not relevant:
            return event_type if not rule.one_organisation else f"{organisation} {event_type}"
        allowance = FEED_ALLOWANCE_BY_TYPE.get(event_type, FEED_ALLOWANCE_DAYS)
        silent = sorted(f.organisation for f in relevant if f.complete_through < day - allowance)
        if silent:
            return f"{silent[0]} {event_type}"
    return None


def family_id(children: Iterable[ChildId]) -> str:
    """An id made of its children's random ids, so it shows nothing and is the same wherever they are."""
    digest = hashlib.sha256(b"".join(child.bytes for child in sorted(children))).hexdigest()
    return f"f-{digest[:20]}"


def group(children: Sequence[Child], day: int) -> list[tuple[ChildId, ...]]:
    """All families on a day as sorted tuples of children, each set once."""
    found = {tuple(sorted(members)) for members in (*_by_family_id(children, day), *_households(children, day))}
    grouped = {child for members in found for child in members}
    return sorted([*found, *((c.id,) for c in children if c.id not in grouped)])


def _open_relations(child: Child, day: int) -> list[Entry]:
    return [e for e in child.of_kind("relationship") if e.start is not None and e.start <= day and (e.end is None or day < e.end)]


def _by_family_id(children: Sequence[Child], day: int) -> list[set[ChildId]]:
    groups: dict[str, set[ChildId]] = defaultdict(set)
    for child in children:
        for relation in _open_relations(child, day):
            if relation.service == "family":
                groups[relation.provider].add(child.id)
    return list(groups.values())


def _households(children: Sequence[Child], day: int) -> list[set[ChildId]]:
    at: dict[str, list[Child]] = defaultdict(list)
    for child in children:
        here = child.address_at(day)
        dead = child.death is not None and child.death <= day
        if here is not None and not dead and here.address["uprn"] and may_be_household(here.address):
            at[here.address["uprn"].strip().lstrip("0")].append(child)
    found = []
    for residents in at.values():
        if 1 < len(residents) <= MAX_RESIDENTS:
            found.extend(_related(residents, day))
    return found


def _related(residents: Sequence[Child], day: int) -> list[set[ChildId]]:
    """Groups of residents joined by a shared parent or carer, or stated as siblings."""
    groups: list[set[ChildId]] = [{child.id} for child in residents]
    ties = {child.id: _ties(child, day) for child in residents}
    for one in residents:
        for other in residents:
            if one.id < other.id and _tied(ties[one.id], ties[other.id], one, other):
                mine = next(g for g in groups if one.id in g)
                theirs = next(g for g in groups if other.id in g)
                if mine is not theirs:
                    mine |= theirs
                    groups.remove(theirs)
    return [g for g in groups if len(g) > 1]


def _ties(child: Child, day: int) -> tuple[set[RecordId], set[RecordId]]:
    """Records of the child's parents and carers, and of its stated siblings."""
    relations = _open_relations(child, day)
    adults = {r for e in relations if e.service in ("parent", "carer") for r in e.others}
    siblings = {r for e in relations if e.service == "sibling" for r in e.others}
    return adults, siblings


def _tied(a: tuple[set[RecordId], set[RecordId]], b: tuple[set[RecordId], set[RecordId]], one: Child, other: Child) -> bool:
    return bool(a[0] & b[0] or a[1] & set(other.records) or b[1] & set(one.records))


def out_of_touch(children: Sequence[Child], feeds: Sequence[Feed], day: int) -> list[Family]:
    """Families with an indicator on a day, most domains first, then longest."""
    shown: dict[ChildId, list[Shown]] = defaultdict(list)
    for child in children:
        for indicator in indicators(child):
            if indicator.start <= day < indicator.end:
                silent = feed_heard(RULES[indicator.id], indicator.organisation, feeds, day)
                shown[child.id].append(Shown(indicator, child.id, "not_known" if silent else "true", silent))
    listed = []
    for members in group(children, day):
        found = [s for child in members for s in shown.get(child, ())]
        if found:
            ordered = sorted(found, key=lambda s: (s.child, s.indicator.id, s.indicator.since))
            listed.append(Family(family_id(members), members, tuple(ordered)))
    return sorted(listed, key=lambda f: (-len(f.lost), f.since, f.id))
