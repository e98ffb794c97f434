"""July was given up while an open case held June; when June went too, numbers of a process that had gone on from June were missing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.commands.erasures import Erasures
from adapters.commands.giving_up import GivingUp
from adapters.disclosure.sealer import seal_now
from tests.builders.accesses import AccessLog
from tests.builders.months import PAT, SAM, YEARS_ON, two_months

AUGUST = datetime(2026, 8, 1, 12, tzinfo=UTC)


@pytest.fixture
def log(any_database_url: str, tmp_path: Path) -> Iterator[AccessLog]:
    """Of three months, by two processes that go on through all of them."""
    made = two_months(any_database_url, tmp_path)
    made.bench.clock.set(AUGUST)
    made.access(10)
    seal_now(made.bench.service, made.key)
    made.bench.clock.set(YEARS_ON + timedelta(days=62))
    yield made
    made.bench.close()


def give_up(log: AccessLog, month: str) -> None:
    erasure = GivingUp(log.bench.service).propose(PAT, month).erasure
    Erasures(log.bench.service).confirm(SAM, erasure)
    GivingUp(log.bench.service).run(erasure)


def test_two_months_in_whatever_order(log: AccessLog) -> None:
    kept = log.checkpoint()
    seal_now(log.bench.service, log.key)  # August is over as well, long since
    log.bench.clock.advance(timedelta(days=7 * 366))
    for month in ("2026-06", "2026-08", "2026-07"):
        give_up(log, month)
        assert log.check(log.checkpoint()) == log.check(kept) == {}, month
