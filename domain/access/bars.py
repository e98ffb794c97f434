"""Who may not see a child's record, whatever else lets them: exclusions, restrictions, declared conflicts (access.md 2).

Exclusions and restrictions are an authority's, after a court's order, an adoption, an allegation; a conflict of interest is declared
by a worker's own organisation. Each counts from when it is known, until it is lifted, on every record of the child.
"""

from collections.abc import Collection, Iterable
from typing import Final, Protocol

from domain.access.rules import Bar
from domain.access.viewer import Role, Viewer

_EXCLUDED: Final = "access_excluded"
_RESTRICTED: Final = "access_restricted"
_CONFLICT: Final = "conflict_declared"


class InForce(Protocol):
    """Something in force on a child's record. `agency`: the organisation concerned; `worker` None: everybody of it."""

    @property
    def kind(self) -> str:
        """The kind of its entries."""
        ...

    @property
    def agency(self) -> str:
        """The organisation concerned."""
        ...

    @property
    def worker(self) -> str | None:
        """The one worker concerned, as ORGANISATION:STAFF."""
        ...


def people_of(viewer: Viewer) -> list[tuple[str, str | None]]:
    """Everybody who sees what a viewer is shown, with their organisations: also for whom somebody looks."""
    people = [(viewer.name, viewer.organisation)]
    if viewer.because is not None and viewer.because.acting_for is not None:
        people.append((viewer.because.acting_for, viewer.because.acting_for.partition(":")[0]))
    return people


def bars(in_force: Iterable[InForce], people: Collection[tuple[str, str | None]]) -> frozenset[Bar]:
    """What keeps some people from a child, of all that is in force on its records: what keeps one of them keeps all."""
    told = list(in_force)
    found: set[Bar] = set()
    for name, organisation in people:
        if any(one.kind == _EXCLUDED and _concerns(one, name, organisation) for one in told):
            found.add(Bar.EXCLUDED)
        if any(one.kind == _CONFLICT and one.worker == name for one in told):
            found.add(Bar.CONFLICT)
        named = [one for one in told if one.kind == _RESTRICTED]
        if named and not any(_concerns(one, name, organisation) for one in named):
            found.add(Bar.RESTRICTED)
    return frozenset(found)


def keeps_from_lists(found: Collection[Bar], roles: Collection[Role]) -> bool:
    """Whether a child stands in no list of somebody's: the index team alone sees whom others may not."""
    return bool(set(found) - {Bar.RESTRICTED} if Role.INDEX_TEAM in roles else found)


def _concerns(one: InForce, name: str, organisation: str | None) -> bool:
    return one.worker == name if one.worker is not None else one.agency == organisation
