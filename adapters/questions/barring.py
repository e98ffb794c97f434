"""Gathers which children a viewer is kept from, at the head of the log or at the edition that is read."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from domain.access.bars import bars, keeps_from_lists, people_of
from domain.access.rules import Bar
from domain.access.viewer import SYSTEMS, Viewer
from domain.events import ChildId
from projections import queries
from projections.barred import BarRow, barred

if TYPE_CHECKING:
    from adapters.questions.reading import Reading


def bars_by_child(read: "Reading", viewer: Viewer, today: int) -> Mapping[ChildId, frozenset[Bar]]:
    """What keeps a viewer from which children, of those whom anything keeps anybody from."""
    if viewer.role in SYSTEMS:
        return {}
    rows = barred(read.connection, read.edition, today)
    child_of = queries.children_of(read.connection, read.number, {row.record for row in rows}) if rows else {}
    in_force: dict[ChildId, list[BarRow]] = {}
    for row in rows:
        in_force.setdefault(child_of[row.record], []).append(row)
    people = people_of(viewer)
    # The stricter of both: whom a restriction named then, and one that stands now does not, is kept away by this one.
    found = {
        child: bars([one for one in some if one.now], people) | bars([one for one in some if one.then], people)
        for child, some in in_force.items()
    }
    return {child: some for child, some in found.items() if some}


def kept_from(found: Mapping[ChildId, frozenset[Bar]], viewer: Viewer) -> frozenset[ChildId]:
    """The children who stand in no list of a viewer's."""
    return frozenset(child for child, some in found.items() if keeps_from_lists(some, viewer.roles))
