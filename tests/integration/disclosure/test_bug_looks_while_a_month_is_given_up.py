"""Whoever looked while a month was given up held what it waited for, and waited for it: under load no month was ever given up."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.commands.giving_up import GivingUp
from adapters.disclosure import giving_up as access
from adapters.log.connections import connect
from tests.builders.accesses import AccessLog
from tests.builders.months import IN_JUNE, decided, two_months

KEPT_OUT = (
    "SELECT count(*) FROM pg_locks WHERE relation = 'access.pending'::regclass AND mode = 'ShareLock' AND granted"
)

WAITED_FOR = (
    "SELECT count(*) FROM pg_locks WHERE relation = 'access.shown'::regclass AND mode = 'ShareLock' AND NOT granted"
)


@pytest.fixture
def log(any_database_url: str, tmp_path: Path) -> Iterator[AccessLog]:
    made = two_months(any_database_url, tmp_path)
    yield made
    made.bench.close()


@pytest.mark.parametrize("before", [0, 12], ids=["its first look", "a look whose statement is prepared"])
def test_who_looks_meanwhile_waits_and_keeps_nobody_waiting(
    before: int, log: AccessLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, erasure = log.checkpoint(), decided(log)
    # So that it lasts as long as with a real month.
    slow = access._STAYING.replace(" WHERE ", " WHERE (SELECT count(pg_sleep(0.4)) > 0) AND ")
    assert slow != access._STAYING
    monkeypatch.setattr(access, "_STAYING", slow)
    here, there = log.bench.connection, connect(log.bench.service.database_url)

    log.bench.connection = there
    log.access(before, process=0)
    log.bench.connection = here
    assert before == 0 or there.execute("SELECT count(*) > 0 FROM pg_prepared_statements").fetchone() == (True,)

    def looks() -> None:
        while there.execute(KEPT_OUT).fetchone() == (0,):
            pass
        log.bench.connection = there
        log.access(1, process=0)

    looking = threading.Thread(target=looks)
    looking.start()
    try:
        assert GivingUp(log.bench.service).run(erasure).entries == IN_JUNE
    finally:
        looking.join()
        log.bench.connection = here
        there.close()
    assert log.one("SELECT count(*) FROM access.entry WHERE outcome = 'shown' AND at > '2033-07-02'") == before + 1
    assert log.check(log.checkpoint()) == log.check(kept) == {}


def test_who_looks_behind_a_look_that_is_waited_for(log: AccessLog) -> None:
    """A writer whose statement is prepared takes its tables in another order than one whose is not, unless the statement has one order."""
    erasure, here = decided(log), log.bench.connection
    first, second = (connect(log.bench.service.database_url) for _ in range(2))
    log.bench.connection = second
    log.access(12, process=0)
    log.bench.connection = here

    def looks() -> None:
        with first.transaction():
            first.execute("INSERT INTO access.shown SELECT * FROM access.shown WHERE false")
            begun.set()
            while first.execute(WAITED_FOR).fetchone() == (0,):
                pass
            behind.start()
            while first.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone() == (1,):
                pass

    def looks_behind() -> None:
        log.bench.connection = second
        log.access(1, process=0)

    begun, looking, behind = threading.Event(), threading.Thread(target=looks), threading.Thread(target=looks_behind)
    looking.start()
    begun.wait()
    try:
        assert GivingUp(log.bench.service).run(erasure).entries == IN_JUNE
    finally:
        looking.join()
        behind.join()
        log.bench.connection = here
        first.close()
        second.close()
    assert log.one("SELECT count(*) FROM access.entry WHERE outcome = 'shown' AND at > '2033-07-02'") == 13
