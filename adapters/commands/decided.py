"""Commands: decided on what the log holds of a child, and appended only if nothing came after (design D12)."""

import os
from typing import Any, Final

from adapters.commands.application import ChildRecords
from adapters.log.appending import HeadMoved
from adapters.log.messages import ACCEPTED, Message, Outcome
from adapters.log.recorder import Recorder
from adapters.log.subjects import Subjects
from adapters.service.opened import Service
from domain.dates import from_day
from domain.errors import IcrError, Rejected
from domain.leads.commands import Command, decide
from schemas.registry import registry

ATTEMPTS: Final = 5
SYSTEM: Final = "icr"


class Commands:
    """Carries out commands on children; not shared between threads."""

    def __init__(self, service: Service, recorder: Recorder | None = None) -> None:
        self._service = service
        self._recorder = recorder or service.recorder()
        self._children = ChildRecords(service)
        self._subjects = Subjects(service.keys, self._recorder.hashes)

    def close(self) -> None:
        """Give the connections back."""
        self._children.close()
        self._recorder.close()

    def run(self, name: str, identifier: str, command: Command) -> Outcome:
        """Carry out a command (`domain.leads.commands.DECISIONS`) on the child with an identifier (SCHEME:VALUE).

        Of two who decide at one moment one wins; the other is decided again on what holds then. Raises Rejected by the rules,
        Misuse for an unknown child, IcrError when the records keep changing under it.
        """
        for _ in range(ATTEMPTS):
            record, wanted = self._children.record_of(identifier, self._subjects)
            child, records = self._children.child(record)
            event = self._event(decide(name, child, command), command, wanted)
            last = max(one.version for one in records)
            try:
                (outcome,) = self._recorder.record([Message(event)], only_if_last=([one.id for one in records], last))
            except HeadMoved:
                continue
            if outcome.outcome != ACCEPTED:
                raise Rejected(outcome.reason or outcome.outcome, outcome.field, outcome.rule)
            return outcome
        raise IcrError("the child's records kept changing")

    def _event(self, event_type: str, command: Command, subject: tuple[str, str]) -> dict[str, Any]:
        day = from_day(command.day).isoformat()
        said = {"worker": dict(command.worker), "role": command.role, "scope": command.scope, "service": command.service,
                "provision": command.provision, "reason": command.reason}  # fmt: skip
        fields = [field["name"] for field in registry().newest[event_type].document["fields"]]
        return {
            "event_type": event_type, "event_id": f"{SYSTEM}-{os.urandom(12).hex()}",
            "source": {"organisation": command.worker["organisation"], "system": SYSTEM, "source_record_id": None, "source_version": None},
            "mode": "live", "recorded_at": self._service.clock.now().isoformat(),
            "subject": {"identifiers": [{"scheme": subject[0], "value": subject[1]}], "person": None, "nhs_number_status": None},
            "others": [], "effective": {"from": day, "to": None}, "reference": None, "target": None, "basis": "public_task",
            **{name: said.get(name) for name in fields[fields.index("basis") + 1 :]},
        }  # fmt: skip
