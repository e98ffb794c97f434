"""A process that ends in good order closes its chain; one that just stops is named with its last number, and is no fault."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest

from adapters.disclosure.disclosing import Discloser
from adapters.log.connections import Work, connect
from adapters.questions.door import Door
from domain.access.viewer import LOCAL_OPERATOR
from domain.questions.about import ListAccesses, ReplayEntry
from tests.builders.accesses import AccessLog
from tests.builders.service import KEYS, bench
from tests.integration.disclosure.test_one_commit import access


@pytest.fixture
def log(any_database_url: str, tmp_path: Path) -> Iterator[AccessLog]:
    made = bench(any_database_url, tmp_path)
    yield AccessLog(made, tmp_path)
    made.close()


@pytest.fixture
def discloser(log: AccessLog) -> Iterator[Discloser]:
    made = Discloser(KEYS, log.bench.clock, partial(log.bench.service.connect, Work.DISCLOSE))
    yield made
    made.close()


def entries(log: AccessLog) -> list[dict[str, Any]]:
    return sorted(
        (orjson.loads(row[0]) for row in log.all("SELECT bytes FROM access.entry")), key=lambda one: one["number"]
    )


def three(log: AccessLog, discloser: Discloser) -> str:
    for child in range(3):
        discloser.disclose(log.bench.connection, access(child))
    return str(entries(log)[0]["process"])


def test_a_process_that_ends_says_so_last(log: AccessLog, discloser: Discloser) -> None:
    three(log, discloser)
    discloser.close()
    last = entries(log)[-1]
    assert (last["outcome"], last["question"], last["number"], last["closes"]) == ("ended", "EndOfProcess", 3, True)
    report = log.report(log.checkpoint())
    assert (report.found, report.open, report.read["leaves"]) == ({}, [], 4)
    assert "not_closed" not in "".join(report.lines())


def test_one_that_just_stops_is_named_with_its_last_number_and_the_log_holds(
    log: AccessLog, discloser: Discloser
) -> None:
    process = three(log, discloser)
    report = log.report(log.checkpoint())
    assert (report.found, report.open) == ({}, [f"process {process} after number 2"])
    assert list(report.lines())[-2:] == [f"not_closed 1: process {process} after number 2", "the access log holds"]


@pytest.mark.parametrize(
    ("number", "named", "is_open"),
    [(2, ["number_missing"], False), (3, [], True)],
    ids=["the last before it ended", "that it ended"],
)
def test_what_is_taken_out_before_it_has_a_leaf_is_seen_once_the_chain_was_closed(
    log: AccessLog, discloser: Discloser, number: int, named: list[str], is_open: bool
) -> None:
    three(log, discloser)
    discloser.close()
    gone = entries(log)[number]["id"].removeprefix("a-")
    for table, column in (("entry", "id"), ("shown", "entry"), ("pending", "entry")):
        log.bench.connection.execute(f"DELETE FROM access.{table} WHERE replace({column}::text, '-', '') = %s", (gone,))
    report = log.report(log.checkpoint())
    assert [kind for kind in report.found if not kind.startswith("content")] == named
    assert bool(report.open) is is_open


def test_a_process_that_wrote_nothing_has_nothing_to_close(log: AccessLog, discloser: Discloser) -> None:
    discloser.close()
    assert entries(log) == []


def test_after_its_end_another_chain_begins(log: AccessLog, discloser: Discloser) -> None:
    three(log, discloser)
    discloser.close()
    discloser.disclose(log.bench.connection, access(0))
    discloser.close()
    assert len({one["process"] for one in entries(log)}) == 2
    assert log.report(log.checkpoint()).open == []


def test_without_its_database_it_ends_all_the_same_and_is_not_closed(log: AccessLog) -> None:
    url = [log.bench.service.database_url]
    discloser = Discloser(KEYS, log.bench.clock, lambda: connect(url[0], Work.DISCLOSE))
    three(log, discloser)
    log.bench.connection.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    url[0] = "postgresql://icr@127.0.0.1:1/icr"
    discloser.close()
    assert len(log.report(log.checkpoint()).open) == 1


def test_the_entry_of_a_command_closes_its_chain_itself(log: AccessLog) -> None:
    Door(log.bench.service).answer(ReplayEntry(entry=f"a-{'0' * 32}"), LOCAL_OPERATOR)
    assert [(one["number"], one["closes"]) for one in entries(log)] == [(0, True)]
    assert log.report(log.checkpoint()).open == []


def test_ends_of_processes_are_no_accesses(log: AccessLog, discloser: Discloser) -> None:
    three(log, discloser)
    discloser.close()
    listed = Door(log.bench.service).answer(ListAccesses(), LOCAL_OPERATOR)
    assert listed is not None
    assert (listed.content["total"], {one["question"] for one in listed.content["accesses"]}) == (3, {"ShowChild"})
    ended = next(one["id"] for one in entries(log) if one["outcome"] == "ended")
    replayed = Door(log.bench.service).answer(ReplayEntry(entry=ended), LOCAL_OPERATOR)
    assert replayed is not None
    assert (replayed.content["proved"], replayed.content["because"]) == ("proved_same", "nothing_shown")


def test_a_feed_of_feedback_that_ends_is_closed_on_the_connection_that_it_has(log: AccessLog) -> None:
    discloser = Discloser(KEYS, log.bench.clock)
    with connect(log.bench.service.database_url) as connection:
        discloser.disclose(connection, access(0))
        discloser.close(connection)
    assert [one["outcome"] for one in entries(log)] == ["shown", "ended"]
    with pytest.raises(psycopg.OperationalError):
        discloser.disclose(connection, access(0))
