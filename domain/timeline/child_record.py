"""`ChildRecord`: everything published under one identifier, as an `eventsourcing` aggregate whose fold is the reference timeline.

A record is rebuilt from its stored events by `project`, for the library's repository; it holds them and answers from
them. Commands look at all records of a child and decide by `domain.leads.commands`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from domain.events import Event
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
