"""A clock was years behind: an entry dated into a month went with it when that was given up, and no statement had it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.commands.giving_up import GivingUp
from adapters.disclosure import giving_up as access
from adapters.log.connections import connect
from domain.errors import Rejected
from tests.builders.accesses import AccessLog
from tests.builders.months import IN_JUNE, JUNE, YEARS_ON, decided, two_months


@pytest.fixture
def log(any_database_url: str, tmp_path: Path) -> Iterator[AccessLog]:
    made = two_months(any_database_url, tmp_path)
    yield made
    made.bench.close()


def come_late(log: AccessLog) -> None:
    """Somebody looks, by a clock of June years ago."""
    log.bench.clock.set(JUNE)
    log.access(1, process=0)
    log.bench.clock.set(YEARS_ON)


def kept(log: AccessLog, erasure: str) -> None:
    before = log.export()
    with pytest.raises(Rejected, match="does not stand as it was sealed"):
        GivingUp(log.bench.service).run(erasure)
    assert log.export() == before
    assert log.one("SELECT count(*) FROM access.entry WHERE at < '2026-07-01'") == IN_JUNE + 1


def test_one_that_waits_for_its_leaf_is_kept_with_its_month(log: AccessLog) -> None:
    erasure = decided(log)
    come_late(log)
    kept(log, erasure)
    log.seal()
    kept(log, erasure)
    assert log.check(log.checkpoint()) == {}


@pytest.mark.parametrize("sealed", [False, True])
def test_one_that_comes_while_the_month_is_looked_through(
    log: AccessLog, sealed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    erasure, looked = decided(log), access.what_goes

    def looks_through(connection: object, month: object) -> object:
        found = looked(connection, month)  # type: ignore[arg-type]
        monkeypatch.undo()
        here, log.bench.connection = log.bench.connection, connect(log.bench.service.database_url)
        come_late(log)
        if sealed:
            log.seal()
        log.bench.connection.close()
        log.bench.connection = here
        return found

    monkeypatch.setattr(access, "what_goes", looks_through)
    with pytest.raises(Rejected, match="does not stand as it was sealed"):
        GivingUp(log.bench.service).run(erasure)
    assert log.one("SELECT count(*) FROM access.entry WHERE at < '2026-07-01'") == IN_JUNE + 1
