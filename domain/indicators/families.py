"""Households and families, and the list of families out of touch, the reference (contract 5, domain.md F).

A household is children at one UPRN at one time and a stated relationship; never an address alone. Of whom nobody knows where they
live now, it is the address that was known last: a family is one still when it vanishes. A family is a group
by an agency's family id, or a household; half-siblings may be in two; a child in neither is a family of one.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Literal

from domain import codes
from domain.events import ChildId, RecordId
from domain.feeds import Hearing
from domain.indicators.rules import (
    BELOW_SCHOOL_AGE,
    EXCLUDED_WITHOUT_PROVISION,
    NEVER_REGISTERED,
    NO_GP,
    NO_UNIVERSAL_CONTACT,
    REFUSED,
    RULES,
    ExcludedBy,
    Indicator,
    rule_of,
)
from domain.indicators.waits import Waits
from domain.places import is_no_place

MAX_RESIDENTS = 10
TrueOrNotKnown = Literal["true", "not_known"]


def may_be_household(address: Mapping[str, Any]) -> bool:
    """Whether children at an address may be a household: not at ZZ99, no fixed abode, an institution, a refuge or a hostel."""
    return (
        address["status"] == "current"
        and address["residence"] not in codes.NO_HOUSEHOLD_RESIDENCE
        and not is_no_place(address["postcode"])
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """An indicator on a day: `status` true or not_known; `feed` names what was not heard."""

    indicator: Indicator
    child: ChildId
    status: TrueOrNotKnown
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
        sure = [s.indicator for s in self.shown if s.status == "true"]
        return tuple(sorted({domain for one in sure for domain in rule_of(one.id, one.organisation).domains}))

    @property
    def since(self) -> int:
        """The first day of any that is true; of those not known where none is true."""
        sure = [s.indicator.since for s in self.shown if s.status == "true"]
        return min(sure or (s.indicator.since for s in self.shown))


def family_id(children: Iterable[ChildId]) -> str:
    """An id made of its children's random ids, so it shows nothing and is the same wherever they are."""
    digest = hashlib.sha256(b"".join(child.bytes for child in sorted(children))).hexdigest()
    return f"f-{digest[:20]}"


@dataclass(frozen=True, slots=True)
class Kin:
    """What grouping needs of a child on a day: where it lives (None where that makes no household), and its stated ties.

    `last_known`: where it lived last, as far as anybody knows.
    """

    child: ChildId
    records: frozenset[RecordId]
    home: object | None
    families: frozenset[str]
    adults: frozenset[RecordId]
    siblings: frozenset[RecordId]
    last_known: bool = False


def group(kin: Sequence[Kin]) -> list[tuple[ChildId, ...]]:
    """All families as sorted tuples of children, each set once."""
    found = {tuple(sorted(members)) for members in (*_by_family_id(kin), *_households(kin))}
    grouped = {child for members in found for child in members}
    return sorted([*found, *((one.child,) for one in kin if one.child not in grouped)])


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
        found.extend(_related(_believable(residents)))
    return found


def _believable(residents: Sequence[Kin]) -> list[Kin]:
    """Those at one address, without those that are too many for a household; who lived there last is counted apart from who does."""
    parts = [[one for one in residents if one.last_known is gone] for gone in (False, True)]
    return [one for part in parts if len(part) <= MAX_RESIDENTS for one in part]


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


def as_shown(indicator: Indicator, waits: Waits, seen: int | None = None) -> Indicator | None:
    """An indicator as it is shown on the day of `waits`, or None where it has not been so for long enough.

    `seen` is the last day on which a school saw the child, from which silence is counted.
    """
    since = indicator.since
    if indicator.organisation == REFUSED:
        return indicator
    if indicator.id == EXCLUDED_WITHOUT_PROVISION:
        by = ExcludedBy.read(indicator.organisation or "")
        due = waits.over(indicator.id, since, by.school, further=int(by.permanent))
        return indicator if due and not waits.served(by) else None
    if indicator.organisation == BELOW_SCHOOL_AGE and (seen is None or seen < since):
        return indicator  # what is due by its age is overdue from the first day on
    if indicator.id == NO_UNIVERSAL_CONTACT and seen is not None:
        since = max(since, seen)
    if not waits.over(indicator.id, since):
        return None
    return indicator if since == indicator.since else replace(indicator, since=since)


def unheard(hearing: Hearing, indicator: str, organisation: str | None, schools: Iterable[str]) -> str | None:
    """What an indicator relies on and was not heard; of silence also the marks of each school that has the child on roll."""
    rule = rule_of(indicator, organisation)
    if organisation == BELOW_SCHOOL_AGE or indicator in (EXCLUDED_WITHOUT_PROVISION, NO_GP):
        return hearing.unheard(rule, [None])
    owners = [organisation]
    if indicator == NO_UNIVERSAL_CONTACT:
        owners += [f"urn-{school}" for school in sorted(schools)]
    return hearing.unheard(rule, owners)


def speaks(organisation: str | None, silent: str | None) -> bool:
    """Whether anything is said of an indicator, where what it relies on was `silent`.

    Of a child below school age only where the health visitors were heard; that no practice ever registered a child only where any
    practice was ever heard, since else nobody could know.
    """
    if organisation == NEVER_REGISTERED:
        return silent not in RULES[NO_GP].feeds
    return silent is None or organisation != BELOW_SCHOOL_AGE
