"""Months of the access log, given up by somebody who may do everything in the database and signs: what they may not is named.

The check has an export, the verifier key and a checkpoint of the time when the month was kept.
"""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.disclosure.giving_up import what_goes
from adapters.disclosure.second_place import SecondPlace
from domain.access.entry import Outcome
from domain.access.month import Ended, GivenUp, parse_month
from domain.proof.tree import root
from tests.builders.accesses import AccessLog
from tests.builders.months import IN_JUNE, JULY, YEARS_ON, given_up, state, two_months

A_DAY_MORE = IN_JUNE + 5  # leaves, with those of 1 July
STATED = A_DAY_MORE  # the leaf that states that June is over
LAST = STATED + 6  # that of the first forgery
JUNE = parse_month("2026-06")


TABLES = tuple(f"access.{name}" for name in "entry shown content pending leaf tile checkpoint".split())


@pytest.fixture(scope="module")
def whole(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AccessLog]:
    made = two_months(module_database_url, tmp_path_factory.mktemp("log"))
    made.bench.connection.execute("CREATE SCHEMA kept")
    for table in TABLES:
        made.bench.connection.execute(f"CREATE TABLE kept.{table.replace('.', '_')} AS SELECT * FROM {table}")
    yield made
    made.bench.close()


@pytest.fixture
def log(whole: AccessLog, tmp_path: Path) -> Iterator[AccessLog]:
    """The log of two months, for a test that edits it and writes no access: what was before is put back."""
    shutil.copytree(whole.folder / "second", tmp_path / "second")
    whole.place = SecondPlace(tmp_path / "second")
    yield whole
    for table in TABLES:
        whole.bench.connection.execute(
            f"DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept.{table.replace('.', '_')}"
        )


@pytest.fixture
def own(database_url: str, tmp_path: Path) -> Iterator[AccessLog]:
    """One of the test's own."""
    made = two_months(database_url, tmp_path)
    yield made
    made.bench.close()


@pytest.fixture
def unstated(database_url: str, tmp_path: Path) -> Iterator[AccessLog]:
    """The same, where nobody has stated that June is over."""
    made = two_months(database_url, tmp_path, stated=False)
    yield made
    made.bench.close()


def drop(log: AccessLog, leaves: int) -> None:
    """The first entries taken out, with all that they showed."""
    run = log.bench.connection.execute
    run("DELETE FROM access.shown WHERE entry IN (SELECT entry FROM access.leaf WHERE index < %s)", (leaves,))
    run("DELETE FROM access.entry WHERE id IN (SELECT entry FROM access.leaf WHERE index < %s)", (leaves,))
    run(
        "DELETE FROM access.content c WHERE NOT EXISTS (SELECT FROM access.shown s CROSS JOIN unnest(s.records, s.digests) AS n (r, d) "
        "WHERE (n.r, n.d) = (c.record, c.digest))"
    )


def honest(log: AccessLog) -> dict[str, Any]:
    """What an honest statement of June says."""
    goes = what_goes(log.bench.connection, JUNE)
    return GivenUp(
        JUNE, *goes, 7, "The authority's schedule, 4.1", "privacy_officer", "privacy_officer", "erasure-x"
    ).said()


def forged(log: AccessLog, first: int, **changed: Any) -> dict[str, Any]:
    """A statement of June that fits the first leaves of the log, as whoever has the database can make it."""
    said = {**honest(log), "leaves": [[0, first - 1]], "entries": first, "root": root(hashes(log, first)).hex()}
    return said | changed


def forge(log: AccessLog, first: int = IN_JUNE, gone: int = IN_JUNE, **changed: Any) -> dict[str, Any]:
    """Years on, entries taken out, and a statement beside that fits the `first` leaves; what it says."""
    log.bench.clock.set(YEARS_ON)
    said = forged(log, first, **changed)
    drop(log, gone)
    state(log, Outcome.GIVEN_UP, said)
    return said


def hashes(log: AccessLog, first: int) -> list[bytes]:
    return [row[0] for row in log.all("SELECT hash FROM access.leaf WHERE index < %s ORDER BY index", first)]


def named(log: AccessLog, kept: str) -> dict[str, list[str]]:
    """What is named by who kept an old checkpoint; a new one tells no less."""
    late, early = log.check(log.checkpoint()), log.check(kept)
    assert late == early
    return late


def test_what_an_honest_statement_says_is_what_the_forger_works_out(log: AccessLog) -> None:
    """So that each forgery below is wrong by what it changes alone."""
    kept = log.checkpoint()
    log.bench.clock.set(YEARS_ON)
    said = forged(log, IN_JUNE)
    assert said == honest(log)
    drop(log, IN_JUNE)
    state(log, Outcome.GIVEN_UP, said)
    assert named(log, kept) == {}


def test_a_month_dropped_without_a_statement(log: AccessLog) -> None:
    kept = log.checkpoint()
    drop(log, IN_JUNE)
    found = named(log, kept)
    assert found["entry_missing"] == [str(leaf) for leaf in range(IN_JUNE)]
    assert found.keys() == {"entry_missing", "number_missing", "month_differs"}


def test_a_statement_that_covers_a_day_more(log: AccessLog) -> None:
    """The entries of 1 July are gone with June's: how many leaves June had was stated when it was over."""
    kept = log.checkpoint()
    forge(log, A_DAY_MORE, gone=A_DAY_MORE)
    found = named(log, kept)
    assert found["month_differs"] == [str(STATED), str(LAST)]  # what stated that June was over, and the forgery
    assert found["entry_missing"] == [f"{A_DAY_MORE} of 2026-06, which nothing states"]


def test_a_statement_that_covers_a_day_more_whose_entries_stand(log: AccessLog) -> None:
    kept = log.checkpoint()
    forge(log, A_DAY_MORE)
    assert {"month_differs", "entry_missing", "number_missing"} >= named(log, kept).keys() >= {"month_differs"}


def test_a_day_less_leaves_entries_that_nothing_explains(log: AccessLog) -> None:
    kept = log.checkpoint()
    forge(log, IN_JUNE - 5)
    found = named(log, kept)
    assert found["entry_missing"][:5] == [str(leaf) for leaf in range(IN_JUNE - 5, IN_JUNE)]
    assert found["month_differs"] == [str(STATED), str(LAST)]


@pytest.mark.parametrize(
    "changed",
    [
        {"root": "00" * 32},
        {"root": None},
        {"entries": IN_JUNE + 1},
        {"entries": "40"},
        {"of": "2026-07"},
        {"of": []},
        {"years": 8},
        {"years": None},
        {"chains": None},
        {"chains": [["0" * 16, 0, 10_000]]},
        {"chains": [["0" * 16, "0", 1]]},
    ],
    ids=str,
)
def test_a_statement_that_says_something_else(log: AccessLog, changed: dict[str, Any]) -> None:
    kept = log.checkpoint()
    forge(log, **changed)
    assert {"month_differs", "entry_missing"} & named(log, kept).keys()


def test_a_statement_before_the_time_of_keeping_is_over(log: AccessLog) -> None:
    kept = log.checkpoint()
    said = forged(log, IN_JUNE)
    log.bench.clock.set(YEARS_ON - timedelta(days=2))
    drop(log, IN_JUNE)
    state(log, Outcome.GIVEN_UP, said)
    assert {"month_differs", "entry_missing", "number_missing"} >= named(log, kept).keys() >= {"month_differs"}


def test_a_second_statement_of_the_same_leaves(log: AccessLog) -> None:
    kept = log.checkpoint()
    said = forge(log)
    state(log, Outcome.GIVEN_UP, said)
    assert named(log, kept) == {"month_differs": [str(LAST + 1)]}


def test_a_statement_taken_out_again(log: AccessLog) -> None:
    forge(log)
    kept = log.checkpoint()
    log.bench.connection.execute("DELETE FROM access.entry WHERE outcome = 'given_up'")
    assert len(named(log, kept)["entry_missing"]) == IN_JUNE + 1


def test_a_month_that_was_stated_to_be_over_only_when_it_was_given_up(unstated: AccessLog) -> None:
    """With a day more: what was not stated in its time cannot be given up before the time since is over."""
    kept = unstated.checkpoint()
    unstated.bench.clock.set(YEARS_ON)
    ended = Ended(JUNE, [(0, A_DAY_MORE - 1)]).said()
    over = root(hashes(unstated, A_DAY_MORE)).hex()
    drop(unstated, A_DAY_MORE)
    state(unstated, Outcome.MONTH_ENDED, ended)
    said = {**ended, "root": over, "chains": [], "years": 7, "source": "x", "erasure": "erasure-x"}
    state(unstated, Outcome.GIVEN_UP, said)
    found = named(unstated, kept)
    assert found["entry_missing"] == [f"{A_DAY_MORE} of 2026-06, which nothing states"]
    assert "month_differs" in found


def test_a_statement_that_is_dated_back(unstated: AccessLog) -> None:
    """That June was over is stated years later as if it had been in July: what stands before it is of a later month."""
    kept = unstated.checkpoint()
    unstated.bench.clock.set(YEARS_ON)
    unstated.access(1)
    unstated.seal()
    unstated.bench.clock.set(JULY)
    state(unstated, Outcome.MONTH_ENDED, Ended(JUNE, [(0, IN_JUNE - 1)]).said())
    found = named(unstated, kept)
    assert found == {"month_differs": [str(IN_JUNE + 11)]}


def test_an_entry_that_is_missing_beside_those_that_were_given_up(own: AccessLog) -> None:
    """One of July, of a process that goes on from June; it was taken out before it had a leaf."""
    kept = own.checkpoint()
    own.access(3, process=0)
    own.bench.connection.execute("DELETE FROM access.entry WHERE at = (SELECT min(at) FROM access.pending)")
    own.bench.connection.execute("DELETE FROM access.pending WHERE at = (SELECT min(at) FROM access.pending)")
    own.seal()
    given_up(own)
    assert "number_missing" in named(own, kept)


@pytest.mark.parametrize("label", ['"2026-07"', '"2026-13"', '""', "null", "0", "[]", '["2026-06"]', "{}", "7"])
def test_an_export_that_says_otherwise_of_which_month_an_entry_was(log: AccessLog, label: str) -> None:
    forge(log)
    kept, export = log.checkpoint(), log.export()
    assert log.check(kept, export=export) == {}
    assert "month_differs" in log.check(
        kept, export=export.replace(b'"given_up":"2026-06"', f'"given_up":{label}'.encode(), 1)
    )
