"""Gathers why a child is a viewer's own: the viewer's open involvement, lead, nomination, cover or place in its team.

Judged at the last edition, by what is known and not by what is stated of the past, so that nobody back-dates into access; a new
lead may see what was before the day of appointment (access.md 2).
"""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from adapters.process.clock import today
from adapters.questions.leads import entries_of_worker
from adapters.questions.reading import Reading
from domain.access.rules import Basis
from domain.access.viewer import Role, Viewer
from domain.answers.children import ChildInIndex, ChildOverTime, KnownChild
from domain.dates import to_day
from domain.timeline.entries import Entry

_BY_KIND: Final = {"lead_cover": Basis.COVER, "team_member": Basis.TEAM_MEMBER}


@dataclass(frozen=True, slots=True)
class Relation:
    """Why the child asked about is the viewer's own, the events that say so, and whom it is about."""

    bases: frozenset[Basis] = frozenset()
    proving: tuple[str, ...] = ()
    children: tuple[UUID, ...] = ()


def relation_of(read: Reading, viewer: Viewer, facts: Any) -> Relation:  # noqa: ANN401 - whatever was gathered
    """The viewer's relation to the one child that facts are of; none to what is of several.

    Every record of the child as it is shown must now be of the viewer's own children: what was joined and has been parted since
    is another child's.
    """
    known = _known(facts)
    if known is None or viewer.role is not Role.PRACTITIONER:
        return Relation()
    head, day = read.at_head(), to_day(today(read.service.clock))
    mine = entries_of_worker(head, viewer.name, day)
    own = {record: child for child, records in head.records_of(list(mine)).items() for record in records}
    about = (known.child,)
    if not set(known.records) <= own.keys():
        return Relation(children=about)
    entries = [entry for child in {own[record] for record in known.records} for entry, _ in mine[child]]
    proving = sorted({head.event(entry.main) for entry in entries})
    return Relation(frozenset(map(_basis, entries)), tuple(proving), about)


def _known(facts: object) -> KnownChild | None:
    return facts.known if isinstance(facts, ChildInIndex | ChildOverTime) else None


def _basis(entry: Entry) -> Basis:
    if entry.kind == "lead":
        return Basis.NOMINATED if entry.accepted is None else Basis.LEAD
    return _BY_KIND.get(entry.kind, Basis.INVOLVED)
