"""Finds who lives where a shielded child does: of these no whereabouts are shown either (decision 51)."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from domain.events import ChildId
from domain.places import is_no_place
from projections import kinship, queries, shields
from projections.kinship import Home

if TYPE_CHECKING:
    from adapters.questions.reading import Reading

_Place = tuple[str, UUID]


def sharing(read: "Reading", children: Collection[ChildId], shielded: Collection[UUID], day: int) -> set[ChildId]:
    """Those of some children whose home is also that of a shielded child, of whom `shielded` are records.

    Homes of the day at the edition are held against those of that day and against those of today, as known now; of today
    against those of today. A sealed identity has no home any more.
    """
    at_one = shields.at_one_place(read.connection, read.number, shielded)
    asked = {child: records for child, records in read.records_of(children).items() if not at_one.isdisjoint(records)}
    if not asked:
        return set()
    head, today = read.at_head(), read.today
    now = _all(_places(head, _children(head, shielded), today))
    told = now | _all(_places(read, _children(read, shielded), day))
    mine = _places(read, list(asked), day)
    found = {child for child in asked if not told.isdisjoint(mine.get(child, ()))}
    return found | _sharing_now(head, {child: asked[child] for child in asked.keys() - found}, now, today)


def _sharing_now(
    head: "Reading", by_child: Mapping[ChildId, Collection[UUID]], told: set[_Place], today: int
) -> set[ChildId]:
    """Those of some children, by their records, who live today at one of some places, as their records are joined now."""
    records = [record for held in by_child.values() for record in held]
    of = queries.children_of(head.connection, head.number, records)
    homes = _places(head, list(set(of.values())), today)
    return {
        child for child, held in by_child.items() if any(not told.isdisjoint(homes.get(of[one], ())) for one in held)
    }


def _all(places: Mapping[ChildId, set[_Place]]) -> set[_Place]:
    return {place for some in places.values() for place in some}


def _children(read: "Reading", records: Collection[UUID]) -> list[ChildId]:
    """The children of some records, but for those whose identity is sealed."""
    by_child = read.records_of(set(queries.children_of(read.connection, read.number, records).values()))
    sealed = shields.sealed(read.connection, {record for held in by_child.values() for record in held})
    return [child for child, held in by_child.items() if sealed.isdisjoint(held)]


def _places(read: "Reading", children: Collection[ChildId], day: int) -> dict[ChildId, set[_Place]]:
    """Where each child lives on a day, or lived last."""
    homes = kinship.homes(read.connection, read.number, day, read.records_of(children))
    read.cells.expect({home.sealed.record for home in homes.values()})
    return {child: _told(home) for child, home in homes.items() if not _is_no_place(read, home)}


def _told(home: Home) -> set[_Place]:
    told = (("place", home.place), ("property", home.property))
    return {(what, where) for what, where in told if where is not None}


def _is_no_place(read: "Reading", home: Home) -> bool:
    opened = read.cells.address(home.sealed)
    return opened is not None and is_no_place(opened["postcode"])
