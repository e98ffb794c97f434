"""`ChildRecord`: everything published under one identifier, as an `eventsourcing` aggregate whose fold is the reference timeline.

A record is rebuilt from its stored events by `project`, for the library's repository; it holds them and answers from
them. Commands look at all records of a child and decide by `domain.leads.commands`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

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
    new = tuple(events)
    if not new:
        return record
    before = () if record is None else record.events
    return ChildRecord(UUID(bytes=new[0].record.bytes), new[-1].position, before + new)


def as_child(child: ChildId, records: Sequence[ChildRecord]) -> Child:
    """The child that some records are."""
    return build_child(
        child, [RecordId(r.id) for r in records], [event for record in records for event in record.events]
    )
