"""Which families are out of touch with services: a prompt to check on a family, never a score of risk (contract 4)."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Annotated, Final

from typing_extensions import TypedDict

from domain.answers.children import ChildInIndex, IndexLine, ShownName
from domain.answers.concerned import Concerned, ConcernedFacts, NamedChild, concerned, named_child
from domain.answers.entries import AsAt
from domain.answers.fields import BeingMended, Day, Discloses, EventText, Written
from domain.answers.lines import index_line
from domain.answers.not_shown import DerivedFrom, without_indicators
from domain.answers.pages import Listed, Page
from domain.dates import iso_day
from domain.events import ChildId
from domain.indicators.families import Family, TrueOrNotKnown
from domain.indicators.rules import RULES

_DERIVED: Final = Discloses.DERIVED
NOT_SAID: Final = "not said"
HEARD: Final = "heard"


class ShownIndicator(Concerned):
    """Why a family may be out of touch: a prompt to check. `not_known` where its feed was not heard."""

    id: Annotated[str, _DERIVED]
    since: Annotated[Day, _DERIVED]
    days: Annotated[int, Written("Counted from `since`"), _DERIVED]
    status: Annotated[TrueOrNotKnown, _DERIVED]
    events: list[EventText]
    feed: Annotated[str, _DERIVED]
    clears_when: Annotated[str, Discloses.NOTHING]
    caution: Annotated[str, Discloses.NOTHING]
    being_mended: BeingMended


class ListedFamily(TypedDict):
    """A family and the domains it is out of touch with."""

    family: Annotated[str, Discloses.FAMILY]
    area: Annotated[str | None, Discloses.WHEREABOUTS]
    last_known: Annotated[
        bool,
        Written("Of a child of it nobody knows where it lives now: what is said is of where it lived last"),
        Discloses.WHEREABOUTS,
    ]
    children: Annotated[int, Discloses.FAMILY]
    names: Annotated[list[NamedChild], Written("Its children")]
    lost: Annotated[list[str], _DERIVED]
    since: Annotated[Day, _DERIVED]
    indicators: list[ShownIndicator]


Coverage = Annotated[
    dict[str, str],
    Written("By indicator: `heard`, or how many organisations in reach do not publish what it relies on"),
    Discloses.FEED,
]


class ListedFamilies(Listed, DerivedFrom):
    """Families by the number of domains out of touch, then by days."""

    as_at: Annotated[Day, Discloses.NOTHING]
    families: list[ListedFamily]
    feeds: Coverage


class ShownFamily(ListedFamily, DerivedFrom):
    """One family with its children."""

    as_at: Annotated[Day, Discloses.NOTHING]
    members: list[IndexLine]
    feeds: Coverage


@dataclass(frozen=True, slots=True)
class FamilyFacts:
    """A family out of touch as it was gathered: its area, which of its children are shielded, and which are being mended.

    `names` of its children, `concerned` whom each of its indicators is about, in their order; `last_known`: where it lives now is
    not known of a child of it.
    """

    family: Family
    area: str | None
    shielded: AbstractSet[ChildId]
    being_mended: Mapping[ChildId, str | None]
    names: Mapping[ChildId, ShownName | None]
    concerned: Sequence[ConcernedFacts]
    last_known: bool


@dataclass(frozen=True, slots=True)
class FamiliesFacts:
    """What a list of families is made from; `coverage` by indicator."""

    families: Page[FamilyFacts]
    coverage: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OneFamilyFacts:
    """What a family is shown by."""

    family: FamilyFacts
    members: Sequence[ChildInIndex]
    coverage: Mapping[str, str]


def listed_family(facts: FamilyFacts, at: AsAt) -> ListedFamily:
    """A family out of touch on a day."""
    family = facts.family
    return {
        "family": family.id,
        "area": facts.area,
        "last_known": facts.last_known,
        "children": len(family.children),
        "names": [named_child(child, facts.names.get(child)) for child in family.children],
        "lost": list(family.lost),
        "since": iso_day(family.since),
        "indicators": indicators(facts, at),
    }


def indicators(facts: FamilyFacts, at: AsAt) -> list[ShownIndicator]:
    """A family's indicators. Which feed is silent names a school or a practice, so it is not said where a child is shielded.

    A brother's or sister's school tells of the child's own, as their home does.
    """
    return [
        {
            "id": one.indicator.id, **concerned(whom, at), "since": iso_day(one.indicator.since),
            "days": at.day - one.indicator.since, "status": one.status, "events": [at.event(p) for p in one.indicator.positions],
            "feed": HEARD if one.feed is None else NOT_SAID if facts.shielded else one.feed,
            "clears_when": RULES[one.indicator.id].clears_when, "caution": RULES[one.indicator.id].caution,
            "being_mended": facts.being_mended[one.child],
        }
        for one, whom in zip(facts.family.shown, facts.concerned, strict=True)
    ]  # fmt: skip


def families(of: FamiliesFacts, at: AsAt) -> ListedFamilies:
    """Families out of touch, most domains first."""
    return {
        "as_at": iso_day(at.day),
        "families": [listed_family(one, at) for one in of.families.items],
        "feeds": dict(of.coverage),
        **without_indicators(at),
        **of.families.listed(),
    }


def family(of: OneFamilyFacts, at: AsAt) -> ShownFamily:
    """One family of the list with its children."""
    return {
        **listed_family(of.family, at),
        "as_at": iso_day(at.day),
        "members": [index_line(child, at) for child in of.members],
        "feeds": dict(of.coverage),
        **without_indicators(at),
    }
