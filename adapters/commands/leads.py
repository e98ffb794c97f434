"""Commands: decided on what the log holds of a child, and appended only if nothing came after (design D12)."""

import os
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, cast
from uuid import UUID

from eventsourcing.application import Repository

from adapters.log.appending import HeadMoved
from adapters.log.event_store import LogRecorder, event_store
from adapters.log.messages import ACCEPTED, Message, Outcome
from adapters.log.reader import LogReader
from adapters.log.recorder import Recorder
from adapters.log.subjects import Subjects
from adapters.service.opened import Service
from domain.dates import to_day
from domain.errors import IcrError, Misuse, Rejected
from domain.events import ChildId
from domain.identifiers import parse_identifier
from domain.timeline.child import Child
from domain.timeline.child_record import ChildRecord, LeadCommand, accept, as_child, end, nominate, project
from projections import editions, queries

ATTEMPTS: Final = 5
SYSTEM: Final = "icr"

COMMANDS: Mapping[str, Callable[[Child, LeadCommand], str]] = {"nominate": nominate, "accept": accept, "end": end}


class Leads:
    """Nominate, accept and end leads; not shared between threads."""

    def __init__(self, service: Service, recorder: Recorder | None = None) -> None:
        self._service = service
        self._recorder = recorder or service.recorder()
        self._connection = service.connect()
        reader = LogReader(self._connection, service.keys, service.settings.fillers)
        self._repository: Repository[UUID] = Repository(event_store(LogRecorder(service.connect, service.keys), reader))
        self._subjects = Subjects(service.keys, self._recorder.hashes)
        self._projector = service.projector()

    def close(self) -> None:
        """Give the connections back."""
        self._connection.close()
        self._recorder.close()
        self._projector.close()

    def run(self, name: str, identifier: str, *, worker: Mapping[str, Any], role: str, scope: str, on: date) -> Outcome:
        """Carry out a command on the child with an identifier (SCHEME:VALUE).

        Raises Rejected by the rules of `domain.timeline.child_record`, Misuse for an unknown child, IcrError when the records
        keep changing under it.
        """
        command = LeadCommand(worker, role, scope, to_day(on))
        for _ in range(ATTEMPTS):
            child, records, wanted = self._load(identifier)
            event = self._event(COMMANDS[name](child, command), command, wanted, on)
            last = max(record.version for record in records)
            try:
                (outcome,) = self._recorder.record([Message(event)], only_if_last=([r.id for r in records], last))
            except HeadMoved:
                continue
            if outcome.outcome != ACCEPTED:
                raise Rejected(outcome.reason or outcome.outcome, outcome.field, outcome.rule)
            return outcome
        raise IcrError("the child's records kept changing")

    def _load(self, identifier: str) -> tuple[Child, list[ChildRecord], tuple[str, str]]:
        checked = parse_identifier(identifier)
        if not checked.valid or checked.normalised is None:
            raise Misuse(f"identifier: {checked.reason}")
        wanted = (checked.scheme, checked.normalised)
        record = self._subjects.look_up(self._connection, [wanted]).get(wanted)
        if record is None:
            raise Misuse("nothing is known under that identifier")
        self._projector.project()
        with self._connection.transaction():
            edition = editions.edition_at(self._connection)
            child = queries.child_of(self._connection, edition.number, record)
            members = queries.members(self._connection, edition.number, [child])[child]
        found = [self._record(member) for member in members if self._recorded(member)]
        if not found:
            raise Misuse("nothing is known under that identifier")
        return as_child(ChildId(child), found), found, wanted

    def _record(self, member: UUID) -> ChildRecord:
        # The library types its events as its own; ours come out of our mapper.
        folded: Any = self._repository.get(member, projector_func=cast("Any", project))
        return cast("ChildRecord", folded)

    def _recorded(self, record: UUID) -> bool:
        return (
            self._connection.execute("SELECT 1 FROM log.event WHERE originator_id = %s LIMIT 1", (record,)).fetchone()
            is not None
        )

    def _event(self, event_type: str, command: LeadCommand, subject: tuple[str, str], on: date) -> dict[str, Any]:
        return {
            "event_type": event_type, "event_id": f"{SYSTEM}-{os.urandom(12).hex()}",
            "source": {"organisation": command.worker["organisation"], "system": SYSTEM, "source_record_id": None, "source_version": None},
            "mode": "live", "recorded_at": self._service.clock.now().isoformat(),
            "subject": {"identifiers": [{"scheme": subject[0], "value": subject[1]}], "person": None, "nhs_number_status": None},
            "others": [], "effective": {"from": on.isoformat(), "to": None}, "reference": None, "target": None, "basis": "public_task",
            "role": command.role, "scope": command.scope, "worker": dict(command.worker), **({"reason": None} if event_type == "LeadEnded" else {}),
        }  # fmt: skip
