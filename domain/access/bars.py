"""Who may not see a child's record, whatever else lets them: exclusions, restrictions, declared conflicts (access.md 2). The reference.

Exclusions and restrictions are an authority's, after a court's order, an adoption, an allegation; a conflict of interest is declared
by a worker's own organisation. Each counts from when it is known, until it is lifted, on every record of the child. What answers
leave out is worked out in SQL (adapters.questions.barring), which must agree with `bars`.
"""

from collections.abc import Collection, Iterable
from typing import Protocol

from domain.access.rules import Bar
from domain.access.viewer import Viewer
from domain.kinds import CONFLICT, EXCLUDED, RESTRICTED


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
        if any(one.kind == EXCLUDED and _concerns(one, name, organisation) for one in told):
            found.add(Bar.EXCLUDED)
        if any(one.kind == CONFLICT and one.worker == name for one in told):
            found.add(Bar.CONFLICT)
        named = [one for one in told if one.kind == RESTRICTED]
        if named and not any(_concerns(one, name, organisation) for one in named):
            found.add(Bar.RESTRICTED)
    return frozenset(found)


def _concerns(one: InForce, name: str, organisation: str | None) -> bool:
    return one.worker == name if one.worker is not None else one.agency == organisation
