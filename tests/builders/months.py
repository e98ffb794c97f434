"""An access log of two months, of which the first may be given up: two officers, a schedule, and what states of months look like."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters.commands.erasures import Erasures
from adapters.commands.giving_up import Done, GivingUp
from adapters.commands.granting import grant, read_worker
from adapters.disclosure.disclosing import Discloser
from adapters.disclosure.months import make_months, statement
from adapters.disclosure.sealer import seal_now
from domain.access.entry import Outcome
from domain.access.viewer import Role
from tests.builders.accesses import AccessLog
from tests.builders.service import KEYS, bench

SCHEDULE = '[access_log]\nyears = 7\ncounted_from = "last"\nsource = "The authority\'s schedule, 4.1"\n'
PAT, SAM = "la-808:P1", "la-808:P2"
JUNE, JULY = datetime(2026, 6, 1, 12, tzinfo=UTC), datetime(2026, 7, 1, 12, tzinfo=UTC)
YEARS_ON = datetime(2033, 7, 2, 12, tzinfo=UTC)
IN_JUNE = 40


def two_months(url: str, folder: Path, *, stated: bool = True, divided: bool = True) -> AccessLog:
    """Forty accesses of June and ten of July, by two processes that go on over the month's end.

    `stated`: that June is over; `divided`: whether June has a partition of its own.
    """
    file = folder / "retention.toml"
    file.write_text(SCHEDULE)
    made = bench(url, folder, retention_file=file, checkpoints=folder / "second")
    for officer in (PAT, SAM):
        grant(made.service, read_worker(officer), Role.PRIVACY_OFFICER)
    log = AccessLog(made, folder)
    made.clock.set(JUNE)
    if divided:
        make_months(made.connection, JUNE)
    log.access(IN_JUNE)
    made.clock.set(JULY)
    log.access(5)
    if stated:
        seal_now(made.service, log.key)
    log.access(5)
    log.checkpoint()
    return log


def decided(log: AccessLog, month: str = "2026-06") -> str:
    """An erasure of a month that two officers have decided, seven years on."""
    log.bench.clock.set(YEARS_ON)
    erasure = GivingUp(log.bench.service).propose(PAT, month).erasure
    Erasures(log.bench.service).confirm(SAM, erasure)
    return erasure


def given_up(log: AccessLog, month: str = "2026-06") -> Done:
    """The month, given up."""
    return GivingUp(log.bench.service).run(decided(log, month))


def state(log: AccessLog, outcome: Outcome, said: dict[str, Any]) -> None:
    """Whatever somebody states of a month who may write entries, with its leaf."""
    Discloser(KEYS, log.bench.clock, lasts=False).disclose(log.bench.connection, statement(outcome, said))
    log.seal()
