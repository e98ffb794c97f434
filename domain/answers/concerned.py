"""Whom a gap or an indicator is about, by name beside the ids: the child, and the agencies and workers whose word it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from typing_extensions import TypedDict

from domain.answers.children import ShownName
from domain.answers.entries import AsAt
from domain.answers.fields import ChildText, Discloses, Written
from domain.answers.ids import child_id
from domain.events import ChildId

_DERIVED: Final = Discloses.DERIVED


class NamedChild(TypedDict):
    """A child and its name; null of a shielded child, or where nobody told one."""

    child: ChildText
    name: ShownName | None


class NamedAgency(TypedDict):
    """An agency by its code, and its name where it is registered."""

    agency: Annotated[str, _DERIVED]
    agency_name: Annotated[str | None, _DERIVED]


class NamedWorker(TypedDict):
    """A worker, and the name where it is known."""

    worker: Annotated[str, _DERIVED]
    worker_name: Annotated[str | None, Discloses.CONTACT]


class Concerned(NamedChild):
    """Whom it is about: the child, and the agencies and workers whose word it rests on; none of these of a shielded child."""

    agencies: Annotated[list[NamedAgency], Written("Whose word it rests on; none of a shielded child")]
    workers: Annotated[list[NamedWorker], Written("The workers whom that names; none of a shielded child")]


@dataclass(frozen=True, slots=True)
class ConcernedFacts:
    """Whom a gap or an indicator is about, as it was gathered; workers with their names."""

    child: ChildId
    name: ShownName | None = None
    agencies: Sequence[str] = ()
    workers: Sequence[tuple[str, str | None]] = ()


def named_child(child: ChildId, name: ShownName | None) -> NamedChild:
    """A child by its name."""
    return {"child": child_id(child), "name": name}


def concerned(of: ConcernedFacts, at: AsAt) -> Concerned:
    """Whom a gap or an indicator is about."""
    return {
        **named_child(of.child, of.name),
        "agencies": [{"agency": one, "agency_name": at.named(one)} for one in of.agencies],
        "workers": [{"worker": one, "worker_name": name} for one, name in of.workers],
    }
