"""Erasures as two people decide them: proposed by one, confirmed by another; both words stand in the log (docs/decisions/0063)."""

import os
from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

import psycopg

from adapters.commands.granting import SYSTEM, read_worker
from adapters.log.keys.hashes import Hashes
from adapters.log.messages import ACCEPTED, Message
from adapters.log.subjects import Subjects
from adapters.process.clock import today
from adapters.process.retention_file import read_periods
from adapters.questions.cases import children_of, read_case
from adapters.questions.due import find_due
from adapters.questions.erasures import proposals, states
from adapters.questions.naming import registered_names
from adapters.questions.reading import reading_at
from adapters.questions.staff import Staff
from adapters.service.child_records import ChildRecords
from adapters.service.opened import Service
from domain.access.viewer import Role
from domain.answers.due import State
from domain.answers.ids import record_id
from domain.cases.kinds import GRANTS
from domain.checks import ITSELF
from domain.dates import to_day
from domain.erasure import (
    MOST_RECORDS,
    RETENTION,
    VALID_DAYS,
    Proposal,
    check_confirming,
    check_ground,
    check_kept,
    check_proposing,
)
from domain.errors import NothingKnown, Rejected
from projections import erasing as views
from schemas.registry import WRITTEN_HERE

Connection = psycopg.Connection[Any]

_LETTERS: Final = "abcdefghijkmnpqrstuvwxyz"
_ID_LETTERS: Final = 14


def check_due_by_schedule(service: Service, connection: Connection, records: Collection[UUID]) -> None:
    """Whether the time of keeping of records is over. Raises Rejected, as where something has come of them since it was."""
    due = find_due(service, connection, read_periods(service.settings.retention_file), records)
    if set(due.records) != set(records):
        raise Rejected("not_so", "ground", "by the schedule its time of keeping is not over")


class Erasures:
    """Proposes and confirms; the roles of who does are looked up, and taken from nobody's word."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def propose(
        self, by: str, records: Collection[UUID], ground: str, exemptions: Collection[str], case: str | None = None
    ) -> Proposal:
        """Propose that records be erased, as ORGANISATION:STAFF. Raises Rejected by the rules of `domain.erasure`, NothingKnown."""
        check_proposing(self._roles(by))
        check_ground(ground, exemptions)
        if not 0 < len(records) <= MOST_RECORDS:
            raise Rejected("bad_value", "records", f"at least one, and at most {MOST_RECORDS}")
        with self._service.connect() as connection:
            row = connection.execute(
                # Of children alone: a worker's record holds what they decided here.
                "SELECT count(DISTINCT record) FROM log.subject WHERE record = ANY(%s) AND (scheme IN ('nhs', 'upn') OR scheme LIKE 'agency:%%')",
                (list(records),),
            ).fetchone()
            if row != (len(set(records)),):
                raise NothingKnown
            if case is not None:
                self._check_case(connection, case, records)
            if ground == RETENTION:
                check_due_by_schedule(self._service, connection, records)
            with connection.transaction():
                check_kept(views.keeping(connection, records, to_day(today(self._service.clock))))
        return self._proposed(by, {
            "ground": ground, "exemptions": sorted(set(exemptions)), "case": case,
            "records": [record_id(record) for record in sorted(records)], "month": None,
        })  # fmt: skip

    def propose_month(self, by: str, month: str) -> Proposal:
        """Propose that a month of the access log be given up, as ORGANISATION:STAFF; that it is due is the caller's to see. Raises Rejected."""
        self.may_propose_month(by)
        return self._proposed(by, {"ground": RETENTION, "exemptions": [], "case": None, "records": [], "month": month})

    def may_propose_month(self, by: str) -> None:
        """Whether ORGANISATION:STAFF may propose that. Raises Rejected."""
        check_proposing(self._roles(by), month=True)

    def _proposed(self, by: str, said: Mapping[str, Any]) -> Proposal:
        """A new proposal; or the same of the same person, which nobody has confirmed yet: a form that is sent twice proposes once."""
        day = to_day(today(self._service.clock))
        wanted = by, said["ground"], said["case"], set(said["records"]), said["month"]
        for one in self.all():
            is_open = one.confirmed_by is None and day <= one.proposed_on + VALID_DAYS
            if is_open and (one.proposed_by, one.ground, one.case, set(one.records), one.month) == wanted:
                return one
        erasure = "erasure-" + "".join(_LETTERS[byte % len(_LETTERS)] for byte in os.urandom(_ID_LETTERS))
        self._record("ErasureProposed", by, erasure, said)
        return self.named(erasure)

    def _check_case(self, connection: Connection, reference: str, records: Collection[UUID]) -> None:
        """Whether a case grants that these records be erased: one of erasure, about the child whose they are. Raises Rejected."""
        case = read_case(self._service, connection, reference)
        granted = (
            case is not None and case.kind == "erasure" and case.closing is not None and case.closing.outcome in GRANTS
        )
        if case is None or not granted or not set(records) <= children_of(self._service, connection, case):
            raise Rejected(
                "not_so", "case", "a case of erasure about this child, which was granted: check its reference"
            )

    def may_confirm(self, by: str, proposal: Proposal) -> None:
        """Whether ORGANISATION:STAFF may confirm a proposal today. Raises Rejected."""
        check_confirming(proposal, by, self._roles(by), to_day(today(self._service.clock)))

    def confirm(self, by: str, erasure: str) -> Proposal:
        """Confirm a proposal, as another ORGANISATION:STAFF. Raises Rejected, NothingKnown."""
        self.may_confirm(by, self.named(erasure))
        self._record("ErasureConfirmed", by, erasure, {})
        return self.named(erasure)

    def confirmed(self, erasure: str) -> Proposal:
        """A proposal that was confirmed, to be carried out. Raises Rejected where it was not, NothingKnown."""
        found = self.named(erasure)
        if found.confirmed_by is None:
            raise Rejected("not_so", "erasure", "a second person confirms it first")
        return found

    def named(self, erasure: str) -> Proposal:
        """A proposal by its id. Raises NothingKnown."""
        for one in self.all():
            if one.erasure == erasure:
                return one
        raise NothingKnown

    def names(self, proposal: Proposal) -> dict[str, str]:
        """The name of who proposed it, by code, where they are registered."""
        with self._service.connect() as connection, reading_at(self._service, connection, None) as read:
            return registered_names(read, {proposal.proposed_by})

    def all(self) -> list[Proposal]:
        """All proposals, in the order in which they were made, each with who confirmed it."""
        with self._service.connect() as connection:
            return proposals(self._service, connection)

    def states(self) -> dict[str, State]:
        """How far each is: `proposed`, `confirmed`, `begun`, or `erased`."""
        with self._service.connect() as connection:
            return {one.erasure: state for one, state in states(connection, proposals(self._service, connection))}

    def records_of(self, child: str, *, alone: bool = False) -> list[UUID]:
        """The records of a child as it stands: SCHEME:VALUE, or the id of a record or child; `alone`: only the one that this names.

        Raises Rejected for a number that fails its check, NothingKnown.
        """
        children = ChildRecords(self._service)
        try:
            record, _ = children.record_of(child, Subjects(self._service.keys, Hashes(self._service.keys)))
        finally:
            children.close()
        if alone:
            return [record]
        with self._service.connect() as connection, connection.transaction():
            return sorted(views.together(connection, [record]))

    def _roles(self, by: str) -> frozenset[Role]:
        read_worker(by)  # raises Misuse
        standing = Staff(self._service, self._service.connect).standing(by)
        if standing is None:
            return frozenset()
        return frozenset({standing.role, *(grant.role for grant in standing.granted)})

    def _record(self, event_type: str, by: str, erasure: str, said: Mapping[str, Any]) -> None:
        worker, day = read_worker(by), today(self._service.clock)
        event = {
            "event_type": event_type,
            "event_id": f"{SYSTEM}-{os.urandom(12).hex()}",
            "source": {"organisation": ITSELF, "system": SYSTEM, "source_record_id": None, "source_version": None},
            "mode": "live",
            "recorded_at": self._service.clock.now().isoformat(),
            "effective": {"from": day.isoformat(), "to": None},
            "worker": {"organisation": worker.organisation, "staff_id": worker.staff_id, "name": None, "contact": None},
            "erasure": erasure,
            **said,
        }
        recorder = self._service.recorder()
        try:
            (outcome,) = recorder.record([Message(event, WRITTEN_HERE)])
        finally:
            recorder.close()
        if outcome.outcome != ACCEPTED:
            raise Rejected(outcome.reason or outcome.outcome, outcome.field, outcome.rule)
