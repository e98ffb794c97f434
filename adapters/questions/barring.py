"""Gathers what keeps a viewer from which children, by the refusals of the table as SQL (access.md 2).

Asked of the children of an answer and of no others: what is in force on other children costs it nothing.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from domain.access.bars import people_of
from domain.access.rules import Bar
from domain.access.viewer import SYSTEMS, Role
from domain.events import ChildId
from projections.barred import OF_PEOPLE, OF_THESE
from projections.uuids import uuids

if TYPE_CHECKING:
    from adapters.questions.composed import Composed
    from adapters.questions.reading import Reading

MANY: Final = 100  # children; of more, all that can keep the viewer away is looked at rather than each child


@dataclass(frozen=True, slots=True)
class Barred:
    """What keeps a viewer from a child, and whether the child stands in no list of theirs for it."""

    bars: frozenset[Bar]
    kept: bool


def barred(read: "Reading", children: Collection[ChildId]) -> dict[ChildId, Barred]:
    """Those of some children whom something keeps the viewer of a read from."""
    viewer = read.viewer
    if viewer.role in SYSTEMS or not children:
        return {}
    people = people_of(viewer)
    names, organisations = [name for name, _ in people], [organisation for _, organisation in people]
    parameters: dict[str, Any] = {
        "e": read.number,
        "d": read.today,
        "asked_child": uuids(children),
        "person_name": names,
        "person_organisation": organisations,
    }
    if len(children) > MANY:
        statement = _statement(OF_PEOPLE, viewer.roles)
        parameters |= {"names": names, "organisations": organisations}
    else:
        statement = _statement(OF_THESE, viewer.roles)
        parameters |= _seed(read.records_of(children))
    rows = statement.run(read.connection, parameters)
    return {
        ChildId(child): Barred(frozenset(bar for bar, holds in zip(Bar, held, strict=True) if holds), kept)
        for child, kept, *held in rows
    }


def _seed(by_child: Mapping[ChildId, Collection[Any]]) -> dict[str, Any]:
    pairs = [(record, child) for child, records in by_child.items() for record in records]
    return {"records": uuids(record for record, _ in pairs), "children": uuids(child for _, child in pairs)}


@lru_cache
def _statement(source: str, roles: frozenset[Role]) -> "Composed":
    """Which of the children `asked` are kept from a viewer of some roles, and by what, of all that `source` finds."""
    import sqlalchemy as sa  # loads what only people's questions need

    from adapters.questions.composed import TEXT, composed, listed
    from adapters.questions.flags import bar_flags
    from adapters.questions.predicates import Columns, certain, predicate
    from domain.access.rules import kept_from

    each = bar_flags(source, listed("asked", child=sa.Uuid()), listed("person", name=TEXT, organisation=TEXT))
    of_all = (sa.func.bool_or(each.c[bar]).label(bar) for bar in Bar)  # what keeps one of them keeps all
    found = sa.select(each.c.child, *of_all).group_by(each.c.child).subquery("found")
    flags = {bar: found.c[bar] for bar in Bar}
    kept = certain(predicate(kept_from(roles), Columns(flags={"bars": flags})), refuses=True)
    return composed(sa.select(found.c.child, kept, *flags.values()).where(sa.or_(kept, *flags.values())))
