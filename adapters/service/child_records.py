"""The `eventsourcing` application over our log: records of children as aggregates, by its repository.

What the library offers and is taken: repository, event store, mapper and recorder, each by the place where its documentation
has it. What is replaced and why: docs/decisions/0034-the-application.md.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import Any, Final, NamedTuple, cast
from uuid import UUID

import psycopg
from eventsourcing.application import Application
from eventsourcing.persistence import ApplicationRecorder, EventStore

from adapters.log.event_store import LogRecorder, SealedEventStore, SealedMapper
from adapters.log.fact_rows import kinds_of_snapshots
from adapters.log.reader import LogReader, tied
from adapters.log.subjects import Subjects
from adapters.service.opened import Service
from domain.access.shield import finds
from domain.access.shielded import shielded
from domain.answers.ids import parse_id
from domain.errors import NothingKnown, Rejected
from domain.events import Event, RecordId
from domain.identifiers import parse_identifier
from domain.timeline.child import Child
from domain.timeline.child_record import ChildRecord, project
from domain.timeline.marks import Marked
from domain.timeline.world import World, build_world

_IDS: Final = ("r-", "c-")  # how the id of a record or a child begins


class Told(NamedTuple):
    """What is recorded of all that is tied to a record: the records, their events and marks in order, and the schemes of their numbers."""

    records: list[ChildRecord]
    history: list[Event]
    marks: list[Marked]
    numbers: list[tuple[RecordId, str]]


class ChildRecords(Application[UUID]):
    """Children as of any position, rebuilt from the log alone; not shared between threads.

    Reads on a connection of its own, or on one that is lent.
    """

    name = "children"

    def __init__(self, service: Service, connection: psycopg.Connection[Any] | None = None) -> None:
        self._service = service
        self._lent = connection is not None
        self._connection = connection or service.connect()
        self._reader = LogReader(self._connection, service.keys, service.settings.fillers)
        super().__init__()

    def construct_mapper(self) -> SealedMapper:
        """Opens seals; events are written by `adapters.log.recorder`."""
        return SealedMapper(self._reader)

    def construct_recorder(self) -> ApplicationRecorder:
        """Reads and appends `log.event`."""
        return LogRecorder(lambda: nullcontext(self._connection), self._service.keys)

    def construct_event_store(self) -> EventStore[UUID]:
        """Opens many events at once."""
        return SealedEventStore(cast("SealedMapper", self.mapper), cast("LogRecorder", self.recorder))

    def close(self) -> None:
        """Give the connection back, if it is its own."""
        if not self._lent:
            self._connection.close()
        super().close()

    def record_of(self, child: str, subjects: Subjects) -> tuple[UUID, tuple[str, str]]:
        """A record of a child, and an identifier that it is known by: `child` is SCHEME:VALUE, or `r-…` or `c-…`.

        Raises Rejected for an identifier that fails its check, NothingKnown.
        """
        if child.startswith(_IDS):
            record = parse_id(child)
            return record, self._identifier_of(record, subjects)
        checked = parse_identifier(child)
        if not checked.valid or checked.normalised is None:
            raise Rejected(checked.reason or "bad_form", "identifier", "an identifier that passes its check")
        wanted = (checked.scheme, checked.normalised)
        found = subjects.look_up(self._connection, [wanted]).get(wanted)
        if found is None:
            raise NothingKnown
        return found, wanted

    def find(self, child: str, subjects: Subjects, today: int) -> tuple[tuple[str, str], Child, list[ChildRecord]]:
        """An identifier of a child, the child at the head of the log, and all that is tied to it; `child` as of `record_of`.

        Another agency's number finds a shielded child no more than it does in questions (domain.access.shield.finds).
        Raises as `record_of`.
        """
        record, wanted = self.record_of(child, subjects)
        world, found = self.world(record)
        known = world.child_of(RecordId(record))
        if known is None:
            raise NothingKnown
        if not (child.startswith(_IDS) or finds(wanted[0])):
            told = [event for one in found for event in one.events]
            if shielded(
                told,
                told,
                known.records,
                today,
                world.doubted,
                world.doubted,
                world.holder,
                world.holder,
                [world.links.child],
            ):
                raise NothingKnown
        return wanted, known, found

    def _identifier_of(self, record: UUID, subjects: Subjects) -> tuple[str, str]:
        """An identifier of a record, as its own events say it: records are stored without theirs."""
        for event in self._reader.events(records=[record]):
            said = [(one.scheme, one.normalised) for one in event.identifiers() if one.valid and one.normalised]
            for identifier, home in subjects.look_up(self._connection, said).items():
                if home == record:
                    return identifier
        raise NothingKnown

    def child(self, record: UUID, position: int | None = None) -> tuple[Child, list[ChildRecord]]:
        """The child that a record belongs to, as of a position of the log (None: its head), and all that is tied to it.

        Folded from stored events alone, as the reference does: disputed events say nothing of who it is, and what names a
        sealed identity is withheld. Raises NothingKnown where nothing is recorded.
        """
        world, found = self.world(record, position)
        child = world.child_of(RecordId(record))
        if child is None:
            raise NothingKnown
        return child, found

    def world(
        self, record: UUID, position: int | None = None, beside: Sequence[Event] = ()
    ) -> tuple[World, list[ChildRecord]]:
        """The state of all that is tied to a record as of a position, and the records; `beside` are events about no child."""
        told = self.told(record, position, beside)
        return build_world(
            told.history, dict(told.numbers), kind_of=kinds_of_snapshots(), marks=told.marks
        ), told.records

    def told(self, record: UUID, position: int | None = None, beside: Sequence[Event] = ()) -> Told:
        """What the state of `world` is worked out of."""
        members = sorted(tied(self._connection, [record]))  # none that was erased
        recorded = self._store.read_ahead(members, position)
        found = self._but_for_withheld([self._folded(member, position) for member in recorded])
        numbers = self._connection.execute(
            "SELECT record, scheme FROM log.subject WHERE record = ANY(%s) ORDER BY scheme, record", (members,)
        ).fetchall()
        history = sorted((*beside, *(event for one in found for event in one.events)), key=lambda event: event.position)
        return Told(found, history, [mark for one in found for mark in one.marks], [(r, s) for r, s in numbers])

    def _but_for_withheld(self, found: list[ChildRecord]) -> list[ChildRecord]:
        """Records without what names a sealed identity: the sealing itself is not among what is tied to a new one."""
        positions = [int(event.position) for one in found for event in one.events]
        rows = self._connection.execute("SELECT position FROM log.withheld WHERE position = ANY(%s)", (positions,))
        if not (withheld := {row[0] for row in rows}):
            return found
        return [
            replace(one, events=tuple(event for event in one.events if event.position not in withheld)) for one in found
        ]

    def _folded(self, member: UUID, position: int | None) -> ChildRecord:
        # The library types its events as its own; ours come out of our mapper.
        folded: Any = self.repository.get(member, version=position, projector_func=cast("Any", project))
        return cast("ChildRecord", folded)

    @property
    def _store(self) -> SealedEventStore:
        return cast("SealedEventStore", self.events)
