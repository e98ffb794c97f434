"""What a viewer has to do with the one child that a question is about."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from domain.access.parts import NOBODY
from domain.access.rules import Bar, Basis
from domain.events import ChildId


@dataclass(frozen=True, slots=True)
class Relation:
    """Why a child is the viewer's own, the events that say so, what keeps the viewer from it, and whom it is about.

    `restricted`: the person asks that the record be kept and not used.
    """

    bases: frozenset[Basis] = frozenset()
    proving: tuple[str, ...] = ()
    bars: frozenset[Bar] = frozenset()
    shielded: bool = False
    children: tuple[UUID, ...] = ()
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class AskedAbout:
    """The child that a question is about; `unknown`: there is none, and this one's id is made up.

    Of a child that nobody knows the same is asked as of one that there is, so that the time which a refusal takes tells nothing.
    """

    id: ChildId
    unknown: bool = False

    @property
    def children(self) -> tuple[UUID, ...]:
        """Whom the access log says that it was about."""
        return (NOBODY,) if self.unknown else (self.id,)


@dataclass(frozen=True, slots=True)
class AboutChildren:
    """Facts of an answer that is about children, and is no list: whoever is kept from one of them is kept from it."""

    children: tuple[ChildId, ...]


NO_RELATION: Final = Relation()
