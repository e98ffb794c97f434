"""An answer's keys, content and entry come in together or not at all; under load several answers share a commit."""

import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest

import adapters.disclosure.disclosing as disclosing_module
from adapters.disclosure.disclosing import Access, Discloser
from adapters.disclosure.keys import find_keys
from adapters.disclosure.reading import read_entry
from adapters.log.connections import Work, connect
from domain.access.entry import Outcome
from domain.errors import Misuse, Unreachable
from tests.builders.accesses import CHILDREN, KNOWN, AccessLog, parts_of, viewer
from tests.builders.service import KEYS, bench


@pytest.fixture
def log(any_database_url: str, tmp_path: Path) -> Iterator[AccessLog]:
    made = bench(any_database_url, tmp_path)
    yield AccessLog(made, tmp_path)
    made.close()


def access(child: int, **said: Any) -> Access:
    made = {"rules": ("lead",), "parts": parts_of(child), "opened": True, **said}
    return Access(viewer(1), "ShowChild", {"identifier": f"nhs:{child}"}, KNOWN, Outcome.SHOWN, **made)


@pytest.fixture
def discloser(log: AccessLog) -> Iterator[Discloser]:
    """With a connection of its own, as a process has it that lasts."""
    made = Discloser(KEYS, log.bench.clock, partial(log.bench.service.connect, Work.DISCLOSE))
    yield made
    made.close()


def entries(log: AccessLog) -> list[dict[str, Any]]:
    return [orjson.loads(row[0]) for row in log.all("SELECT bytes FROM access.entry")]


def proved(log: AccessLog) -> None:
    """Every entry holds, and everything in it opens."""
    for (entry,) in log.all("SELECT id FROM access.entry"):
        stored = read_entry(log.bench.connection, KEYS, entry)
        assert stored is not None
        assert (stored.holds, None in stored.contents) == (True, False)


def at_once(log: AccessLog, count: int, work: Callable[[int, psycopg.Connection[Any]], object]) -> None:
    """So many threads, each with a connection, which begin together; none may fail."""
    faults: list[BaseException] = []
    gate = threading.Barrier(count)

    def run(number: int) -> None:
        try:
            with connect(log.bench.service.database_url) as connection:
                gate.wait()
                work(number, connection)
        except BaseException as error:  # noqa: BLE001
            faults.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_keys_content_and_entry_are_one_transaction(log: AccessLog, discloser: Discloser) -> None:
    discloser.disclose(log.bench.connection, access(0))
    tables = ("entry", "shown", "content", "pending", "context")
    written = [row[0] for table in tables for row in log.all(f"SELECT xmin::text FROM access.{table}")]
    written += [row[0] for row in log.all("SELECT xmin::text FROM log.data_key")]
    assert len(set(written)) == 1
    proved(log)


def test_what_is_not_logged_leaves_no_key_behind(log: AccessLog, discloser: Discloser) -> None:
    log.bench.connection.execute("ALTER TABLE access.entry ADD CONSTRAINT full_disk CHECK (false) NOT VALID")
    with pytest.raises(psycopg.errors.CheckViolation):
        discloser.disclose(log.bench.connection, access(0))
    assert log.one("SELECT count(*) FROM log.data_key") == 0
    log.bench.connection.execute("ALTER TABLE access.entry DROP CONSTRAINT full_disk")
    discloser.disclose(log.bench.connection, access(0))
    proved(log)
    assert [one["number"] for one in entries(log)] == [0]  # the server said that nothing came in: the chain goes on


@pytest.mark.parametrize("own_connection", [True, False])
def test_under_load_answers_share_a_commit_and_their_chain_is_whole(log: AccessLog, own_connection: bool) -> None:
    made = partial(log.bench.service.connect, Work.DISCLOSE) if own_connection else None
    discloser = Discloser(KEYS, log.bench.clock, made)

    def work(number: int, connection: psycopg.Connection[Any]) -> None:
        for time in range(10):
            discloser.disclose(connection, access((number + time) % len(CHILDREN)))

    at_once(log, 20, work)
    discloser.close()
    assert sorted(one["number"] for one in entries(log) if one["outcome"] == "shown") == list(range(200))
    assert log.one("SELECT count(DISTINCT xmin::text) FROM access.entry") < 150
    assert log.check(log.checkpoint()) == {}
    proved(log)


def test_two_who_are_first_to_see_a_child_have_one_key(log: AccessLog, discloser: Discloser) -> None:
    at_once(log, 8, lambda _, connection: discloser.disclose(connection, access(3)))
    assert log.one("SELECT count(*) FROM log.data_key") == 4  # the frame's, the child's, two records'
    proved(log)


def test_processes_that_are_first_to_see_the_same_children_do_not_stand_in_each_others_way(log: AccessLog) -> None:
    def work(number: int, connection: psycopg.Connection[Any]) -> None:
        discloser = Discloser(KEYS, log.bench.clock)
        children = range(len(CHILDREN)) if number % 2 else reversed(range(len(CHILDREN)))
        for child in children:
            discloser.disclose(connection, access(child))

    at_once(log, 6, work)
    assert log.one("SELECT count(*) FROM access.entry") == 6 * len(CHILDREN)
    assert log.check(log.checkpoint()) == {}
    proved(log)


def test_a_key_that_another_process_made_meanwhile_is_taken(
    log: AccessLog, discloser: Discloser, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Discloser(KEYS, log.bench.clock)

    def found_too_early(*arguments: Any) -> Any:
        monkeypatch.setattr(disclosing_module, "find_keys", find_keys)
        found = find_keys(*arguments)
        other.disclose(log.bench.connection, access(0))
        return found

    monkeypatch.setattr(disclosing_module, "find_keys", found_too_early)
    discloser.disclose(log.bench.connection, access(0))
    assert log.one("SELECT count(*) FROM access.entry") == 2
    assert log.one("SELECT count(*) FROM log.data_key") == 4
    proved(log)


def test_a_connection_that_the_server_ended_is_made_again_and_the_chain_begins_anew(
    log: AccessLog, discloser: Discloser
) -> None:
    discloser.disclose(log.bench.connection, access(0))
    log.bench.connection.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND query LIKE '%%access.entry%%'"
    )
    discloser.disclose(log.bench.connection, access(1))
    said = entries(log)
    assert len({one["process"] for one in said}) == 2
    assert [one["number"] for one in said] == [0, 0]
    proved(log)


def test_a_caller_who_goes_away_does_not_keep_others_from_being_logged(log: AccessLog) -> None:
    """Without a connection for writing one writes for the others on the connection of its own read, which may be cancelled."""
    discloser = Discloser(KEYS, log.bench.clock)
    log.bench.connection.execute(
        "CREATE FUNCTION access.dawdle() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END$$; "
        "CREATE TRIGGER dawdle AFTER INSERT ON access.entry FOR EACH STATEMENT EXECUTE FUNCTION access.dawdle()"
    )
    ended: list[str] = []

    def work(number: int, connection: psycopg.Connection[Any]) -> None:
        timer = threading.Timer(0.4, connection.cancel_safe) if number == 1 else None
        if timer is not None:
            timer.start()
        try:
            discloser.disclose(connection, access(number))
            ended.append("logged")
        except psycopg.errors.QueryCanceled:
            ended.append("cancelled")

    at_once(log, 4, work)
    assert ended.count("logged") >= 3
    assert log.one("SELECT count(*) FROM access.entry") >= ended.count("logged")
    proved(log)


def test_what_is_too_long_for_an_entry_is_refused_alone(log: AccessLog, discloser: Discloser) -> None:
    with pytest.raises(Misuse, match="16 KiB"):
        discloser.disclose(log.bench.connection, access(0, proving=("x" * 20_000,)))
    discloser.disclose(log.bench.connection, access(0))
    assert [one["number"] for one in entries(log)] == [0]
    proved(log)


def test_without_a_database_to_write_to_nothing_is_shown(log: AccessLog) -> None:
    def nowhere() -> psycopg.Connection[Any]:
        return connect("postgresql://icr@127.0.0.1:1/icr", Work.DISCLOSE)

    with pytest.raises(Unreachable):
        Discloser(KEYS, log.bench.clock, nowhere).disclose(log.bench.connection, access(0))
