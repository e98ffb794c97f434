"""`ChildRecord`: everything published under one identifier, as an `eventsourcing` aggregate whose fold is the reference timeline.

A record is rebuilt from its stored events by `project`, for the library's repository; it holds them and answers from
them. Commands look at all records of a child, decide by the rules below, and give the event to append.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from domain.dates import FOREVER
from domain.errors import Rejected
from domain.events import ChildId, Event, RecordId
from domain.timeline.child import Child, build_child
from domain.timeline.entries import Entry, entries


@dataclass(frozen=True, slots=True)
class ChildRecord:
    """One record at a version: its id, the position of its last event, and its events in order."""

    id: UUID
    version: int
    events: tuple[Event, ...]

    def timeline(self) -> list[Entry]:
        """Its entries: the reference fold."""
        return entries(self.events)


def project(record: ChildRecord | None, events: Iterable[Event]) -> ChildRecord | None:
    """Fold stored events into a record: the projector function for `Repository.get`."""
    for event in events:
        if record is None:
            record = ChildRecord(UUID(bytes=event.record.bytes), event.position, (event,))
        else:
            record = replace(record, version=event.position, events=(*record.events, event))
    return record


def as_child(child: ChildId, records: Sequence[ChildRecord]) -> Child:
    """The child that some records are."""
    return build_child(
        child, [RecordId(r.id) for r in records], [event for record in records for event in record.events]
    )


@dataclass(frozen=True, slots=True)
class LeadCommand:
    """What someone asks of a lead: `worker` as the contract's Worker, `day` a day number."""

    worker: Mapping[str, Any]
    role: str
    scope: str
    day: int

    def names(self, lead: Entry) -> bool:
        """Whether an entry is this worker's lead of this role and scope."""
        worker = f"{self.worker['organisation']}:{self.worker['staff_id']}"
        return (lead.worker, lead.service, lead.scope) == (worker, self.role, self.scope)

    def same_seat(self, lead: Entry) -> bool:
        """Whether an entry is a lead of this role and scope, whoever holds it."""
        return (lead.service, lead.scope) == (self.role, self.scope)


def _leads(child: Child, day: int) -> list[Entry]:
    """Leads that have begun and not ended on a day."""
    return [
        e
        for e in child.of_kind("lead")
        if e.start is not None and e.start <= day < (FOREVER if e.end is None else e.end)
    ]


def nominate(child: Child, command: LeadCommand) -> str:
    """Event type of a nomination; Rejected when the child is dead or the worker is nominated or leads already."""
    if child.death is not None and child.death <= command.day:
        raise Rejected("impossible_date", "effective.from", "the child has died")
    if any(command.names(lead) for lead in _leads(child, command.day)):
        raise Rejected("already_so", "worker", "this worker is nominated or leads already")
    return "LeadNominated"


def accept(child: Child, command: LeadCommand) -> str:
    """Event type of an acceptance; Rejected without a nomination, or while another worker leads in this role."""
    held = _leads(child, command.day)
    if not any(command.names(lead) and lead.accepted is None for lead in held):
        raise Rejected("not_so", "worker", "this worker is not nominated")
    if any(command.same_seat(lead) and not command.names(lead) and lead.accepted is not None for lead in held):
        raise Rejected("already_so", "role", "another worker leads in this role; that lead ends first")
    return "LeadAccepted"


def end(child: Child, command: LeadCommand) -> str:
    """Event type of an ending; Rejected when this worker neither leads nor is nominated."""
    if not any(command.names(lead) for lead in _leads(child, command.day)):
        raise Rejected("not_so", "worker", "this worker neither leads nor is nominated")
    return "LeadEnded"
