"""Gives a month of the access log up whose time of keeping is over: two people's word, and one command (docs/decisions/0072).

What is lost if the process dies: nothing is done, or all of it is. It is one transaction, and the statement is its last step.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import psycopg

from adapters.commands.erasures import Erasures
from adapters.disclosure import giving_up as access
from adapters.disclosure.disclosing import Discloser
from adapters.disclosure.given_up import given_up
from adapters.disclosure.months import months_stated, statement
from adapters.log.appending import hold_appends
from adapters.log.connections import Work
from adapters.process.clock import today
from adapters.process.retention_file import read_periods
from adapters.questions.cases import all_open, children_of
from adapters.service.opened import Service
from domain.access.entry import Outcome, entry_id, parse_entry
from domain.access.month import Ended, GivenUp, Month, counted, due_on, parse_month
from domain.access.viewer import Role
from domain.dates import to_day
from domain.erasure import Proposal, check_due, check_held
from domain.errors import Rejected
from domain.retention import ACCESS_LOG, Period
from projections import erasing as views
from projections.engine import ERASURE_LOCK

Connection = psycopg.Connection[Any]
Progress = Callable[[str], None]

_WAIT: Final = "500ms"  # for whoever reads the whole log; everybody else waits behind
_OVERLAP: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class MonthState:
    """A month that is over: its entries, when it is due (None: never), how many of its accesses are held, whether it was given up."""

    month: Month
    entries: int
    due: datetime | None
    held: int
    given_up: bool


@dataclass(frozen=True, slots=True)
class Done:
    """A month that was given up: the entry that states it, how many entries are gone, and parts of what they showed."""

    month: str
    statement: str
    entries: int
    parts: int


class GivingUp:
    """Says which months are due, proposes and gives up."""

    def __init__(self, service: Service, progress: Progress = lambda _: None) -> None:
        self._service = service
        self._progress = progress

    @property
    def _period(self) -> Period | None:
        """How long the access log is kept; None: for ever."""
        return read_periods(self._service.settings.retention_file).get(ACCESS_LOG)

    def months(self) -> list[MonthState]:
        """Every month that is over, in order; it is looked whether something holds those that are due."""
        with self._service.connect() as connection:
            gone = {one.month for one in given_up(connection)}
            found = [(month, access.stated(connection, month)) for month in months_stated(connection)]
            return [
                self._state(connection, *stated, given_up=str(month) in gone)
                for month, stated in found
                if stated is not None
            ]

    def propose(self, by: str, month: str) -> Proposal:
        """Propose a month that is due and that nothing holds, as ORGANISATION:STAFF. Raises Rejected, and Misuse for what is no month."""
        wanted = parse_month(month)
        Erasures(self._service).may_propose_month(by)
        with self._service.connect() as connection:
            if any(one.month == str(wanted) for one in given_up(connection)):
                raise Rejected("already_so", "month", "it was given up before")
            self._check_due(connection, wanted)
            check_held(self._held(connection, wanted))
        return Erasures(self._service).propose_month(by, str(wanted))

    def run(self, erasure: str) -> Done:
        """Give up what was confirmed; done before, it is said again. Raises Rejected where it is not due, held, or not as it was sealed."""
        proposal = Erasures(self._service).confirmed(erasure)
        if proposal.month is None:
            raise Rejected("not_so", "erasure", "it is of records: see icr erase run")
        month = parse_month(proposal.month)
        with self._service.connect(Work.ERASE) as connection:
            if (done := _before(connection, month)) is None:
                try:
                    with connection.transaction():
                        done = self._give_up(connection, month, proposal)
                except psycopg.errors.LockNotAvailable:
                    rule = "somebody reads the whole log, or a write takes long: nothing was given up; do it again"
                    raise Rejected("not_so", "month", rule) from None
            self._progress("freeing what it took")
            connection.execute("VACUUM access.content")
        return done

    def _give_up(self, connection: Connection, month: Month, proposal: Proposal) -> Done:
        self._progress("looking through the month")
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (ERASURE_LOCK,))
        if (done := _before(connection, month)) is not None:
            return done  # somebody else's run was first
        since = self._service.clock.now() - _OVERLAP
        period = self._period
        access.check_whole(connection, self._check_due(connection, month))
        leaves, root, chains = access.what_goes(connection, month)
        self._progress("taking it away")
        parts = access.take_content(connection, month)
        access.take_from_summary(connection, month)
        hold_appends(connection)  # a hold that comes now comes too late
        with self._service.connect() as reads:
            check_held(self._held(reads, month))
        connection.execute("SELECT set_config('lock_timeout', %s, true)", (_WAIT,))
        access.take_entries(connection, month, leaves, since)
        assert period is not None  # else it would not be due
        said = GivenUp(
            month, leaves, root, chains, period.years, period.source,
            Role.PRIVACY_OFFICER.value, Role.PRIVACY_OFFICER.value, proposal.erasure,
        ).said()  # fmt: skip
        organisation = proposal.proposed_by.partition(":")[0]
        discloser = Discloser(self._service.keys, self._service.clock, lasts=False)
        entry = discloser.disclose(connection, statement(Outcome.GIVEN_UP, said, organisation))
        return Done(str(month), entry_id(entry), said["entries"], parts)

    def _state(self, connection: Connection, ended_at: datetime, ended: Ended, *, given_up: bool) -> MonthState:
        due = self._due(ended_at)
        is_due = due is not None and due <= self._service.clock.now()
        held = self._held(connection, ended.month) if is_due and not given_up else 0
        return MonthState(ended.month, counted(ended.leaves), due, held, given_up)

    def _due(self, ended_at: datetime) -> datetime | None:
        period = self._period
        return None if period is None else due_on(ended_at, period.years)

    def _check_due(self, connection: Connection, month: Month) -> Ended:
        """The month as it was stated. Raises Rejected where its time is not over."""
        found = access.stated(connection, month)
        if found is None:
            raise Rejected(
                "not_so", "month", "the log has not yet stated that it is over: it does so an hour after its end"
            )
        ended_at, ended = found
        check_due(self._due(ended_at), self._service.clock.now())
        return ended

    def _held(self, connection: Connection, month: Month) -> int:
        """How many accesses of a month a legal hold or an open case keeps: of the child, of whom it is about, or named."""
        cases = all_open(self._service, connection)
        children: set[UUID] = set()
        for case in cases:
            children |= children_of(self._service, connection, case)
        with connection.transaction():
            children |= views.held(connection, to_day(today(self._service.clock)))
        named = [parse_entry(entry) for case in cases for entry in case.accesses]
        return access.held(connection, month, children, named, [one.concerned for one in cases if one.concerned])


def _before(connection: Connection, month: Month) -> Done | None:
    """What giving a month up did, where that is done."""
    for one in given_up(connection):
        if one.month == str(month):
            return Done(one.month, entry_id(one.entry), counted(one.said["leaves"]), 0)
    return None
