"""Erasures as two people decide them: proposed by one, confirmed by another; both words stand in the log (docs/decisions/0063)."""

import os
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from adapters.commands.granting import SYSTEM, read_worker
from adapters.log.keys.hashes import Hashes
from adapters.log.messages import ACCEPTED, Message
from adapters.log.reader import LogReader
from adapters.log.subjects import Subjects
from adapters.process.clock import today
from adapters.questions.staff import Staff
from adapters.service.child_records import ChildRecords
from adapters.service.opened import Service
from domain.access.viewer import Role
from domain.answers.ids import record_id
from domain.checks import ITSELF
from domain.dates import to_day
from domain.erasure import (
    MOST_RECORDS,
    VALID_DAYS,
    Proposal,
    check_confirming,
    check_ground,
    check_kept,
    check_proposing,
)
from domain.errors import NothingKnown, Rejected
from projections import erasing as views
from projections import queries, reference_data
from schemas.registry import WRITTEN_HERE

_HEAD: Final = 2**62
_KINDS: Final = ("erasure_proposed", "erasure_confirmed")
_LETTERS: Final = "abcdefghijkmnpqrstuvwxyz"
_ID_LETTERS: Final = 14


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
            with connection.transaction():
                check_kept(views.keeping(connection, records, to_day(today(self._service.clock))))
        if (open_one := self._open_one(by, records, ground, case)) is not None:
            return open_one
        erasure = "erasure-" + "".join(_LETTERS[byte % len(_LETTERS)] for byte in os.urandom(_ID_LETTERS))
        said = {
            "ground": ground, "exemptions": sorted(set(exemptions)), "case": case,
            "records": [record_id(record) for record in sorted(records)],
        }  # fmt: skip
        self._record("ErasureProposed", by, erasure, said)
        return self.named(erasure)

    def _open_one(self, by: str, records: Collection[UUID], ground: str, case: str | None) -> Proposal | None:
        """The same proposal of the same person, which nobody has confirmed yet: a form that is sent twice proposes once."""
        day, names = to_day(today(self._service.clock)), {record_id(record) for record in records}
        for one in self.all():
            same = (one.proposed_by, one.ground, one.case, set(one.records)) == (by, ground, case, names)
            if same and one.confirmed_by is None and day <= one.proposed_on + VALID_DAYS:
                return one
        return None

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

    def all(self) -> list[Proposal]:
        """All proposals, in the order in which they were made, each with who confirmed it."""
        with self._service.connect() as connection:
            facts = reference_data.reference(connection, 0, _HEAD, _KINDS)
            stored = queries.stored(connection, sorted(fact.position for fact in facts))
            events = list(LogReader(connection, self._service.keys, self._service.settings.fillers).open(stored))
        proposals: dict[str, Proposal] = {}
        for event in sorted(events, key=lambda event: event.position):
            said, by, day = event.body, _worker(event.body), event.body["effective"]["from"]
            erasure = said["erasure"]
            if event.effect.kind == "erasure_proposed":
                proposals[erasure] = Proposal(
                    erasure, said["ground"], tuple(said["exemptions"]), tuple(said["records"]), said["case"], by, day
                )
            elif (found := proposals.get(erasure)) is not None and found.confirmed_by is None:
                proposals[erasure] = replace(found, confirmed_by=by, confirmed_on=day)
        return list(proposals.values())

    def states(self) -> dict[str, str]:
        """How far each is: `proposed`, `confirmed`, `begun`, or `erased`."""
        with self._service.connect() as connection:
            rows = connection.execute(
                "SELECT erasure, bool_and(done_at IS NOT NULL) FROM log.erased GROUP BY 1"
            ).fetchall()
        carried_out = dict(rows)
        return {
            one.erasure: ("erased" if carried_out[one.erasure] else "begun")
            if one.erasure in carried_out
            else ("proposed" if one.confirmed_by is None else "confirmed")
            for one in self.all()
        }

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


def _worker(body: Mapping[str, Any]) -> str:
    return f"{body['worker']['organisation']}:{body['worker']['staff_id']}"
