"""`ChildRecord`: everything published under one identifier, as an `eventsourcing` aggregate whose fold is the reference timeline.

A record is rebuilt from its stored events by `project`, for the library's repository; it holds them and answers from
them. Commands look at all records of a child and decide by `domain.leads.commands`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from domain.events import Event
from domain.timeline.entries import Entry
from domain.timeline.marks import Marked
from domain.timeline.pairing import entries


@dataclass(frozen=True, slots=True)
class ChildRecord:
    """One record at a version: its id, the position of its last event, its events in order, and its attendance marks apart."""

    id: UUID
    version: int
    events: tuple[Event, ...]
    marks: tuple[Marked, ...] = ()

    def timeline(self) -> list[Entry]:
        """Its entries: the reference fold."""
        return entries(self.events)


def project(record: ChildRecord | None, told: Iterable[Event | Marked]) -> ChildRecord | None:
    """Fold what was stored into a record: the projector function for `Repository.get`."""
    every = list(told)
    if not every:
        return record
    events = [one for one in every if isinstance(one, Event)]
    marks = [one for one in every if isinstance(one, Marked)]
    last = every[-1]
    before = record or ChildRecord(UUID(bytes=last.record.bytes), 0, ())
    return ChildRecord(before.id, last.position, (*before.events, *events), (*before.marks, *marks))
