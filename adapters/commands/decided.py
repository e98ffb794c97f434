"""Commands: decided on what the log holds of a child, and appended only if nothing came after (design D12)."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from adapters.commands.confirming import was_shown
from adapters.log.appending import HeadMoved
from adapters.log.messages import ACCEPTED, DUPLICATE, Message, Outcome
from adapters.log.recorder import Recorder
from adapters.log.subjects import Subjects
from adapters.process.clock import today
from adapters.service.child_records import ChildRecords
from adapters.service.opened import Service
from domain.access.viewer import Viewer
from domain.dates import from_day, to_day
from domain.errors import Overtaken, Rejected
from domain.leads.commands import COLLEAGUES_WORD, DECISIONS, OWN_WORD, Command, decide
from domain.questions.asking import Question
from domain.reasons import REASONS
from schemas.registry import registry

ATTEMPTS: Final = 5
SYSTEM: Final = "icr"
_FIELDS: Final = {"effective": "on", "source": "worker", "worker": "worker", "subject": "identifier"}


@dataclass(frozen=True, slots=True)
class Said:
    """By which event a decision is recorded, and from where: of a person's, the entry of the access log that showed what it would do.

    That entry makes the event's id, so that a decision that is sent twice is one.
    """

    event_id: str
    system: str
    entry: str | None = None


def said_by(person: str, command: Command, entry: str) -> Said:
    """What a person decided after they were shown, by an entry (`a-…`), what it would do."""
    return Said(f"{SYSTEM}-{entry.removeprefix('a-')}", OWN_WORD if command.by == person else COLLEAGUES_WORD, entry)


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

    @property
    def connection(self) -> psycopg.Connection[Any]:
        """On which the event is appended."""
        return self._recorder.connection

    def was_shown(self, viewer: Viewer, entry: str, question: Question[Any]) -> bool:
        """As `confirming.was_shown`."""
        return was_shown(self.connection, self._service.keys, viewer, entry, question)

    def carry_out(self, name: str, child: str, command: Command, said: "Said | None" = None) -> dict[str, str]:
        """As `run`; the event that was appended, as the faces show it."""
        outcome = self.run(name, child, command, said)
        row = self.connection.execute("SELECT generation FROM log.head").fetchone()
        assert row is not None
        return {
            "event_id": str(outcome.event_id),
            "event_type": outcome.event_type or DECISIONS[name].event_type,
            "position": f"{row[0]}:{outcome.position}",
        }

    def run(self, name: str, child: str, command: Command, said: "Said | None" = None) -> Outcome:
        """Carry out a command (`domain.leads.commands.DECISIONS`) on a child: SCHEME:VALUE, or the id of a record or child.

        Of two who decide at one moment one wins; the other is decided again on what holds then. What is refused leaves
        nothing behind; what was `said` once is not done twice. Raises Rejected by the rules and by the event contract, NothingKnown, Overtaken.
        """
        said = said or Said(f"{SYSTEM}-{os.urandom(12).hex()}", SYSTEM)
        for _ in range(ATTEMPTS):
            wanted, known, records = self._children.find(child, self._subjects, to_day(today(self._service.clock)))
            if (
                done := self._done(said, command)
            ) is not None:  # after the child was read: else it might come in between
                return done
            message = Message(self._event(decide(name, known, command), command, wanted, said))
            _accepted(self._recorder.check([message]))
            last = max(one.version for one in records)
            try:
                return _accepted(self._recorder.record([message], only_if_last=([one.id for one in records], last)))
            except HeadMoved:
                continue
        raise Overtaken

    def _done(self, said: "Said", command: Command) -> Outcome | None:
        """What became of it, where it was said before."""
        if said.entry is None:
            return None
        position = self._recorder.position_of(command.worker["organisation"], said.event_id)
        return None if position is None else Outcome(DUPLICATE, event_id=said.event_id, position=position)

    def _event(self, event_type: str, command: Command, subject: tuple[str, str], said: "Said") -> dict[str, Any]:
        day = from_day(command.day).isoformat()
        own = {"worker": dict(command.worker), "role": command.role, "scope": command.scope, "service": command.service,
                "provision": command.provision, "reason": command.reason, "family_view": command.family_view}  # fmt: skip
        fields = [field["name"] for field in registry().newest[event_type].document["fields"]]
        return {
            "event_type": event_type, "event_id": said.event_id,
            "source": {"organisation": command.worker["organisation"], "system": said.system, "source_record_id": said.entry, "source_version": None},
            "mode": "live", "recorded_at": self._service.clock.now().isoformat(),
            "subject": {"identifiers": [{"scheme": subject[0], "value": subject[1]}], "person": None, "nhs_number_status": None},
            "others": [], "effective": {"from": day, "to": None}, "reference": None, "target": None, "basis": "public_task",
            **{name: own.get(name) for name in fields[fields.index("basis") + 1 :]},
        }  # fmt: skip


def _accepted(outcomes: Sequence[Outcome]) -> Outcome:
    """The outcome of the one event, if it is accepted; raises Rejected with the field of the command that is wrong."""
    (outcome,) = outcomes
    if outcome.outcome != ACCEPTED:
        raise Rejected(outcome.reason or outcome.outcome, _field(outcome.field), outcome.rule)
    for reason, field in outcome.set_aside:  # an agency's event stands without it; a person can say it again
        raise Rejected(reason, _field(field), REASONS[reason].sentence)
    return outcome


def _field(path: str | None) -> str | None:
    """What part of an event is called in a command."""
    return None if path is None else _FIELDS.get(path.partition(".")[0], path)
