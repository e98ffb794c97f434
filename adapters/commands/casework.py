"""What officers do in cases, and the member of staff whom one asks: written into the log as events of this service's own.

Of two who do something in one case at one moment the second waits, and is decided on what the first has left. What is sent twice
is done once.
"""

import os
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import orjson

from adapters.commands.granting import SYSTEM
from adapters.log.connections import Work
from adapters.log.feedback.writing import tell_disputed
from adapters.log.keys.hashes import Hashes, event_text
from adapters.log.messages import ACCEPTED, Message, Outcome
from adapters.process.clock import today
from adapters.questions.cases import Connection, children_of, read_case
from adapters.questions.subject_access import gather_subject_access
from adapters.questions.whose import whose_case, whose_office
from adapters.service.opened import Service
from domain.access.rules import Point, Whose, decided
from domain.access.viewer import Viewer
from domain.answers.subject_access import subject_access
from domain.cases.case import Case
from domain.cases.kinds import GRANTS, STEPS
from domain.cases.work import Opening, already, already_closed, check_close, check_opening, check_step
from domain.checks import ITSELF
from domain.errors import NothingKnown, Rejected
from domain.questions.about import ShowSubjectAccess
from domain.reasons import REASONS
from schemas.registry import WRITTEN_HERE

_LOCK: Final = "SELECT pg_advisory_xact_lock(%s, %s)"
_EVENTS: Final = "SELECT h.generation, f.position FROM log.head h, log.fact f WHERE f.record = ANY(%s)"
_LOCK_CLASS: Final = 0x1C12
# What a field of an event is called where it is typed.
_FIELDS: Final = {"case_kind": "kind"}


class Casework:
    """Does what is done in cases, for one person. Raises NothingKnown alike for a case that is not there and one that is not theirs."""

    def __init__(self, service: Service, by: Viewer) -> None:
        self._service = service
        self._by = by

    def open(self, office: str, said: Opening) -> str:
        """Open a case of an office of the officer's organisation; its reference. Said again on the same day it is the same case."""
        self._may("OpenCase", whose_office(self._by.organisation, office, self._by))
        check_opening(said, office, self._service.clock.now())
        if said.concerned == self._by.name:
            raise Rejected("bad_value", "concerned", "somebody else than you: of yourself another officer opens a case")
        reference = self._reference(office, said)
        with self._alone(reference) as connection:
            if read_case(self._service, connection, reference) is None:
                self._record(
                    "AccessCaseOpened",
                    reference,
                    {
                        "office": office,
                        "case_kind": said.kind,
                        "text": said.text,
                        "accesses": list(said.accesses),
                        "child": said.child,
                        "concerned": said.concerned,
                        "asked_by": said.asked_by,
                        "aware_at": None if said.aware_at is None else said.aware_at.isoformat(),
                    },
                )
        return reference

    def step(self, reference: str, step: str, item: str | None = None, text: str | None = None) -> None:
        """Do something in a case. Raises Rejected by the rules of `domain.cases.work`."""
        with self._alone(reference) as connection:
            case = self._case(connection, reference, answers=step in STEPS and STEPS[step].by_concerned)
            if already(case, self._by.name, step, item, text):
                return
            check_step(case, self._by.name, step, item, text)
            disputes = self._event_of(case, item) if step == "disputed" else None
            self._record("AccessCaseNoted", reference, {"step": step, "item": item, "text": text}, case.organisation)
        if disputes is not None:
            with self._service.connect(Work.WRITE) as writing:
                tell_disputed(writing, disputes, self._service.clock.now())

    def close(self, reference: str, outcome: str, text: str, unheard: str | None = None) -> None:
        """Close a case. Raises Rejected by the rules, and while something of a record to be given is not decided yet."""
        with self._alone(reference) as connection:
            case = self._case(connection, reference, act="CloseCase")
            if already_closed(case, self._by.name, outcome, text):
                return
            check_close(case, self._by.name, outcome, text, unheard, self._service.clock.now())
            if case.kind == "subject_access" and outcome in GRANTS:
                self._check_decided(reference)
            said = {"outcome": outcome, "text": text, "unheard": unheard}
            self._record("AccessCaseClosed", reference, said, case.organisation)

    def _event_of(self, case: Case, item: str | None) -> int:
        """The position of an event of the case's child, by what it is called where it is shown. Raises Rejected."""
        hashes = Hashes(self._service.keys)
        with self._service.connect() as connection:  # a read of the views is a transaction of its own
            records = sorted(children_of(self._service, connection, case))
            for generation, position in connection.execute(_EVENTS, (records,)):
                if event_text(hashes, generation, position) == item:
                    return int(position)
        raise Rejected("bad_value", "item", "a fact of this child's record, as its page shows it")

    def _check_decided(self, reference: str) -> None:
        with self._service.connect() as connection:  # a read of the views is a transaction of its own
            facts = gather_subject_access(self._service, connection, ShowSubjectAccess(case=reference))
        left = 0 if facts is None else subject_access(facts)["undecided"]
        if left:
            raise Rejected("not_so", "outcome", f"decide first what is given: {left} proposals are not decided")

    def _case(self, connection: Connection, reference: str, act: str = "NoteCase", *, answers: bool = False) -> Case:
        case = read_case(self._service, connection, reference)
        if case is None:
            raise NothingKnown
        if answers:
            asked = case.asks_somebody and case.concerned == self._by.name
            self._may("AnswerCase", Whose.OWN if asked else Whose.OTHERS)
        else:
            self._may(act, whose_case(case, self._by))
        return case

    def _may(self, act: str, whose: Whose) -> None:
        by = self._by
        if decided(Point(act, by.roles, whose=whose, people_sign_in=by.people_sign_in)).shows is None:
            raise NothingKnown

    def _reference(self, office: str, said: Opening) -> str:
        day = today(self._service.clock).isoformat()
        told = [
            self._by.name,
            day,
            office,
            said.kind,
            said.text,
            *said.accesses,
            said.child,
            said.concerned,
            said.asked_by,
        ]
        aware = None if said.aware_at is None else said.aware_at.isoformat()
        return f"k-{self._service.keys.hasher('case')(orjson.dumps([*told, aware])).hex()}"

    @contextmanager
    def _alone(self, reference: str) -> Iterator[Connection]:
        """While it lasts nobody else does anything in the case."""
        with self._service.connect() as connection, connection.transaction():
            key = int.from_bytes(bytes.fromhex(reference[2:10]), "big", signed=True)
            connection.execute(_LOCK, (_LOCK_CLASS, key))
            yield connection

    def _record(self, event_type: str, reference: str, said: dict[str, Any], organisation: str | None = None) -> None:
        owner, _, staff_id = self._by.name.partition(":")
        event = {
            "event_type": event_type,
            "event_id": f"{SYSTEM}-{os.urandom(12).hex()}",
            "source": {"organisation": ITSELF, "system": SYSTEM, "source_record_id": None, "source_version": None},
            "mode": "live",
            "recorded_at": self._service.clock.now().isoformat(),
            "effective": {"from": today(self._service.clock).isoformat(), "to": None},
            "worker": {"organisation": owner, "staff_id": staff_id, "name": None, "contact": None},
            "organisation": organisation or self._by.organisation,
            "case": reference,
            **said,
        }
        recorder = self._service.recorder()
        try:
            message = Message(event, WRITTEN_HERE)
            _check(recorder.check([message])[0])
            _check(recorder.record([message])[0])
        finally:
            recorder.close()


def as_kept(text: str) -> str:
    """A text as it is kept: in Unicode's composed form, its lines as they were broken, nothing before or after it."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return lines.strip()


def _check(outcome: Outcome) -> None:
    """Raise Rejected for what the event contract does not take: nothing is kept in quarantine of what a person can say again."""
    if outcome.outcome != ACCEPTED:
        raise Rejected(outcome.reason or outcome.outcome, _field(outcome.field), outcome.rule)
    for reason, field in outcome.set_aside:
        raise Rejected(reason, _field(field), REASONS[reason].sentence)


def _field(path: str | None) -> str | None:
    return None if path is None else _FIELDS.get(path, path)
