"""Gathers what a decision about a child would do: by the same table as the command itself, of the child's own events."""

from typing import Final

from adapters.questions.index_line import gather_lines
from adapters.questions.naming import names_of_workers
from adapters.questions.reading import Reading
from adapters.service.child_records import ChildRecords
from domain.access.viewer import Opening
from domain.answers.deciding import DecisionFacts
from domain.errors import NothingKnown, Rejected
from domain.events import ChildId, RecordId
from domain.leads.commands import DECISIONS, Command, check_decider, decide
from domain.questions.about import ShowDecision

SAID: Final = ("role", "scope", "service", "provision", "reason", "family_view")


def gather_decision(read: Reading, question: ShowDecision, day: int) -> DecisionFacts | None:
    """A decision, and whether it could be made as the child was known at the edition; None when nothing is known by that."""
    child = read.child(question.identifier, question.record)
    if child is None:
        return None
    organisation, _, staff = question.worker.partition(":")
    worker = {"organisation": organisation, "staff_id": staff, "name": None, "contact": None}
    decision = DECISIONS[question.decision]
    said = {name: getattr(question, name) for name in SAID if name in (*decision.needs, *decision.may)}
    command = Command(worker, day, **said)
    return DecisionFacts(
        gather_lines(read, [child], day)[child],
        question.decision,
        command,
        names_of_workers(read, [question.worker], day).get(question.worker),
        question.worker == read.viewer.name,
        _refused(read, child, question.decision, command),
    )


def _refused(read: Reading, child: ChildId, name: str, command: Command) -> Rejected | None:
    """Why the decision cannot be made; None where it can."""
    because = read.viewer.because
    claims = because is not None and because.opening is Opening.CLAIM
    try:
        check_decider(name, command, read.viewer.name, claims=claims)
        record = read.records(child)[0]
        world, _ = ChildRecords(read.service, read.connection).world(record, read.edition.position)
        known = world.child_of(RecordId(record))
        if known is None:
            raise NothingKnown
        decide(name, known, command)
    except Rejected as refused:
        return refused
    return None
