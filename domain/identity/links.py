"""Which records are one child: a pure function of all live evidence (design D1).

Edges are taken in the order of their strength, then the agency's recorded time, then its version and id. One that would
join two live NHS numbers, two live UPNs, disagreeing dates of birth, more than twelve records, or what a person parted is
disputed and joins nothing. An agency's assertion that cannot join since a date of birth is not known, or since those who state it
do not agree, is pending: it is not disputed, and joins by itself when the date comes. So taken, the answer does not depend on the
order of arrival.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Protocol

from domain.effects import SAYS_NO_PERSON
from domain.events import ChildId, Event, RecordId
from domain.facts import live_facts

MAX_RECORDS = 12


class Strength(IntEnum):
    """Whose word an edge is. The number is stored with it."""

    ASSERTION = 1  # an agency's: its event's subject carries both numbers
    REPLACEMENT = 2  # the issuer's: one number took the place of the other
    DECISION = 3  # a person's, who looked at both


@dataclass(frozen=True, slots=True)
class Edge:
    """A word on whether two records are one child, by `joins`; `order` is that of its event, `former` whose number was replaced."""

    one: RecordId
    other: RecordId
    order: tuple[int, bytes]
    strength: Strength = Strength.ASSERTION
    joins: bool = True
    former: RecordId | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """What the joining rules need of a record; `former`: its number was replaced.

    `told`: an event came under its number; otherwise others have only named it beside theirs.
    The date of birth may be any value that is equal when it is, `contested` where agencies do not agree on it. `sealed`: where in the
    log its identity was sealed.
    """

    scheme: str
    birth: object | None
    former: bool = False
    sealed: int | None = None
    told: bool = True
    contested: bool = False

    @property
    def born_surely(self) -> bool:
        """Whether a date of birth is known that an assertion may join on."""
        return self.birth is not None and not self.contested


@dataclass(frozen=True, slots=True)
class Links:
    """`child` of each linked record (records that are alone are absent), and the edges that were disputed."""

    child: Mapping[RecordId, ChildId]
    disputed: tuple[Edge, ...]


def resolve(edges: Iterable[Edge], sides: Mapping[RecordId, Side]) -> Links:
    """Join records by their edges in order.

    An agency's assertion joins no record that something was told of and whose date of birth is not known: it is pending.
    """
    members: dict[RecordId, set[RecordId]] = {}
    disputed: list[Edge] = []
    edges = list(edges)
    parted = [{edge.one, edge.other} for edge in edges if not edge.joins]
    # A number is a former one by a replacement that is not disputed; until those were looked at, by any.
    former = {record for record, side in sides.items() if side.former}
    replaced: set[RecordId] = set()
    all_replaced = False
    for edge in sorted(edges, key=lambda e: (-e.strength, e.order, e.one, e.other)):
        if not edge.joins:
            continue
        if edge.strength < Strength.REPLACEMENT and not all_replaced:
            former, all_replaced = former & replaced, True
        one = members.setdefault(edge.one, {edge.one})
        other = members.setdefault(edge.other, {edge.other})
        if one is other:
            replaced |= _replaced_by(edge)
        if one is other or not (edge.strength > Strength.ASSERTION or _may_assert(edge, one, other, sides)):
            continue
        if len({sides[record].sealed for record in one | other if record in sides}) > 1:
            continue  # and nothing is said of it, not that it is disputed either: nothing may lead to a sealed identity
        if any(pair <= one | other for pair in parted) or _vetoed(one | other, sides, former):
            disputed.append(edge)
            continue
        replaced |= _replaced_by(edge)
        one |= other
        for record in other:
            members[record] = one
    child = {record: ChildId(min(group)) for record, group in members.items() if len(group) > 1}
    return Links(child, tuple(disputed))


def _may_assert(edge: Edge, one: set[RecordId], other: set[RecordId], sides: Mapping[RecordId, Side]) -> bool:
    """Whether an agency's word suffices: both dates of birth are surely known, or nothing was told under the one number.

    Under such a number nobody else's child can be shown. What two agencies tell of it they tell of each other's child
    as well, so that then each date of birth must be known.
    """
    if all(record in sides and sides[record].born_surely for record in (edge.one, edge.other)):
        return True
    if all(record not in sides or sides[record].told for record in (edge.one, edge.other)):
        return False
    told = [[sides[r] for r in group if r in sides and sides[r].told] for group in (one, other)]
    return not all(told) or all(side.born_surely for group in told for side in group)


def _replaced_by(edge: Edge) -> set[RecordId]:
    """The records that have a former number by a word that stands."""
    if edge.strength is not Strength.REPLACEMENT:
        return set()
    return {edge.one, edge.other} if edge.former is None else {edge.former}


def _vetoed(group: set[RecordId], sides: Mapping[RecordId, Side], former: AbstractSet[RecordId]) -> bool:
    if len(group) > MAX_RECORDS:
        return True
    births = {sides[r].birth for r in group if r in sides and sides[r].birth is not None}
    schemes = [sides[record].scheme for record in group if record in sides and record not in former]
    return len(births) > 1 or schemes.count("nhs") > 1 or schemes.count("upn") > 1


class Placed(Protocol):
    """Something that stands in the log."""

    @property
    def position(self) -> int:
        """Where."""


def evidence(
    events: Sequence[Event], scheme_of: Mapping[RecordId, str], sealed: Mapping[RecordId, Placed] = MappingProxyType({})
) -> tuple[list[Edge], dict[RecordId, Side]]:
    """Edges and sides from whole histories; `sealed`: the records whose identity was sealed, and where.

    An event whose subject carries several identifiers asserts that their records are one.
    """
    edges: list[Edge] = []
    told = {event.record for event in events if event.act not in SAYS_NO_PERSON}
    stated: dict[RecordId, list[Event]] = defaultdict(list)
    replaced: set[RecordId] = set()
    for fact in live_facts(events):
        event = fact.event
        if event.act in SAYS_NO_PERSON:
            continue
        edges.extend(
            Edge(
                min(event.record, r),
                max(event.record, r),
                event.order,
                Strength.REPLACEMENT if r == event.former else Strength.ASSERTION,
                former=r if r == event.former else None,
            )
            for r in event.linked
            if r != event.record
        )
        if event.former is not None and event.former != event.record:
            replaced.add(event.former)
        if event.birth is not None:
            stated[event.record].append(event)
    sides = {
        record: Side(
            scheme,
            _birth(stated[record]) if record in stated else None,
            record in replaced,
            sealed[record].position if record in sealed else None,
            record in told,
            record in stated and contested((e.organisation, not e.linked, e.order, e.birth) for e in stated[record]),
        )
        for record, scheme in scheme_of.items()
    }
    return edges, sides


def one_holder(edges: Iterable[Edge], links: Links) -> dict[RecordId, RecordId]:
    """Of records whose numbers replaced one another and that are one child, the one that stands for all of them.

    What began under the former number ends under the present one: such records are one where ends look for their starts.
    """
    holder: dict[RecordId, RecordId] = {}
    for edge in edges:
        child = links.child.get(edge.one)
        if edge.strength is not Strength.REPLACEMENT or child is None or child != links.child.get(edge.other):
            continue
        one, other = holder.get(edge.one, edge.one), holder.get(edge.other, edge.other)
        first = min(one, other)
        holder |= {record: first for record, held in holder.items() if held in (one, other)}
        holder |= {edge.one: first, edge.other: first}
    return holder


def _birth(stated: Sequence[Event]) -> int | None:
    """The date of birth that a record is linked by: the last that was stated under its number alone.

    Where every statement carries further numbers, the last of the organisation that stated one first: otherwise an event
    that names another child's number, with that child's date of birth, would join this record to that child.
    """
    alone = [event for event in stated if not event.linked]
    first = min(stated, key=lambda event: event.order).organisation
    held = alone or [event for event in stated if event.organisation == first]
    return max(held, key=lambda event: event.order).birth


def contested(stated: Iterable[tuple[str, bool, tuple[int, bytes], object]]) -> bool:
    """Whether organisations do not agree on a date of birth: the last word of each that stated one under the number alone.

    `stated`: of each statement whose it is, whether it names no other number, its order and the date. What one put right itself is
    its word from then on.
    """
    last: dict[str, tuple[tuple[int, bytes], object]] = {}
    for organisation, alone, order, birth in stated:
        if alone and (organisation not in last or order > last[organisation][0]):
            last[organisation] = order, birth
    return len({birth for _, birth in last.values()}) > 1


def doubted(events: Sequence[Event], links: Links) -> frozenset[int]:
    """Positions of live events whose subject carries identifiers that are disputed: they may be about another child."""
    apart = {(edge.one, edge.other) for edge in links.disputed}
    if not apart:
        return frozenset()
    return frozenset(
        fact.event.position
        for fact in live_facts(events)
        if fact.event.act not in SAYS_NO_PERSON
        and any((min(fact.event.record, r), max(fact.event.record, r)) in apart for r in fact.event.linked)
    )


def children_of(records: Iterable[RecordId], links: Links) -> dict[ChildId, list[RecordId]]:
    """Records grouped by child."""
    grouped: dict[ChildId, list[RecordId]] = defaultdict(list)
    for record in records:
        grouped[links.child.get(record, ChildId(record))].append(record)
    return grouped
