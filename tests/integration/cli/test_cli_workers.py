"""The lasting commands as processes: they say how they are, end in order, and `up` keeps all three together."""

import json
import signal
import socket
from pathlib import Path

import psycopg
import pytest

from adapters.embedded.processes import free_port
from tests.builders.lent import looking
from tests.builders.nightly import ON_THE_REAL_ONES
from tests.builders.process import icr, started, wait_for
from tests.builders.stream import area, counted, publish, recorded
from tests.servers.plugin import Stack

EDUCATION = "icr.education.v1"


def healthy(worker: str, environment: dict[str, str]) -> int:
    return icr("health", worker, environment=environment).returncode


def _accepted(environment: dict[str, str]) -> list[int]:
    said = json.loads(icr("health", "consume", "--json", environment=environment).stdout)["workers"]
    return [worker["accepted"] for worker in said]


@ON_THE_REAL_ONES
def test_up_takes_in_projects_and_serves_and_leaves_nothing(stack: Stack, tmp_path: Path) -> None:
    environment = {**stack.environment, "ICR_HTTP_PORT": str(free_port())}
    messages = area()
    publish(stack.bootstrap_servers, messages)
    log = tmp_path / "log"
    with started("up", environment=environment, log=log) as process:
        wait_for(lambda: recorded(stack) == len(messages))
        wait_for(
            lambda: all(
                healthy(worker, environment) == 0 for worker in ("consume", "project", "serve", "tell", "seal")
            ),
            pause=0.5,
        )
        # What a worker says of itself comes after what it did, by up to a heartbeat.
        wait_for(lambda: _accepted(environment) == [counted(stack)["event"]], pause=0.3)
        wait_for(lambda: _position(stack) == counted(stack)["event"])
        process.send_signal(signal.SIGTERM)
        assert process.wait(40) == 0, log.read_text()[-2000:]
    assert all(healthy(worker, environment) == 3 for worker in ("consume", "project", "serve", "tell", "seal"))
    assert _connections(stack) == 0


def test_up_ends_when_one_of_its_workers_has_gone(embedded_stack: Stack, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        environment = {**embedded_stack.environment, "ICR_HTTP_PORT": str(taken.getsockname()[1])}
        log = tmp_path / "log"
        with started("up", environment=environment, log=log) as process:
            assert process.wait(60) == 3
        assert "cannot listen on 127.0.0.1 port" in log.read_text()
    assert healthy("consume", environment) == 3


def test_workers_end_with_the_process_that_started_them(embedded_stack: Stack, tmp_path: Path) -> None:
    environment = {**embedded_stack.environment, "ICR_HTTP_PORT": str(free_port())}
    with started("up", environment=environment, log=tmp_path / "log") as process:
        wait_for(lambda: healthy("project", environment) == 0, pause=0.3)
        process.kill()
        process.wait()
        wait_for(lambda: healthy("consume", environment) == 3 and healthy("project", environment) == 3, pause=0.3)


def test_a_paused_partition_is_no_good_health(embedded_stack: Stack, tmp_path: Path) -> None:
    publish(embedded_stack.bootstrap_servers, [(EDUCATION, None, b"rubbish %d" % n) for n in range(200)], partition=0)
    with started("consume", environment=embedded_stack.environment, log=tmp_path / "log"):
        wait_for(lambda: healthy("consume", embedded_stack.environment) == 1, pause=0.3)
        told = json.loads(icr("health", "consume", "--json", environment=embedded_stack.environment).stdout)
        assert told["healthy"] is False
        assert told["workers"][0]["trouble"] == ["partition_paused"]
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines() if "partition_paused" in line]
    assert lines[0]["topic"] == EDUCATION
    # It is paused as soon as it is seen that none of so many can be read; how many had come by then, the broker decides.
    assert 100 <= lines[0]["read"] == lines[0]["unreadable"] <= 200


def test_a_shortened_log_is_seen_in_health_and_exit_code(embedded_stack: Stack, tmp_path: Path) -> None:
    messages = [m for m in area() if m[0] == EDUCATION][:100]
    publish(embedded_stack.bootstrap_servers, messages, partition=2)
    environment = embedded_stack.environment
    assert icr("consume", "--until-end", environment=environment).returncode == 0
    with psycopg.connect(embedded_stack.database_url) as connection:
        connection.execute("UPDATE log.tracking SET next_offset = 200")
    log = tmp_path / "log"
    with started("consume", environment=environment, log=log) as process:
        wait_for(lambda: healthy("consume", environment) == 1, pause=0.3)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 1
    assert '"event":"log_shortened"' in log.read_text()
    assert counted(embedded_stack)["event"] == 100


@ON_THE_REAL_ONES
def test_project_is_woken_by_the_log(stack: Stack, tmp_path: Path) -> None:
    messages = area()[:600]
    with (
        started("project", environment=stack.environment, log=tmp_path / "log") as process,
        started("consume", environment=stack.environment, log=tmp_path / "log"),
    ):
        publish(stack.bootstrap_servers, messages)
        wait_for(lambda: recorded(stack) == len(messages) and _position(stack) == counted(stack)["event"])
        # The database goes away for a moment: the projector is there again.
        with psycopg.connect(stack.database_url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'icr' AND datname = current_database()"
            )
        publish(stack.bootstrap_servers, area()[600:900])
        wait_for(lambda: recorded(stack) == 900 and _position(stack) == counted(stack)["event"])
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_rebuild_makes_the_same_views_in_the_other_set(embedded_stack: Stack) -> None:
    publish(embedded_stack.bootstrap_servers, area()[:1500])
    environment = embedded_stack.environment
    assert icr("consume", "--until-end", environment=environment).returncode == 0
    assert icr("project", "--until-end", environment=environment).returncode == 0
    done = icr("rebuild", "children", "--json", environment=environment)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["serving"] == "view_b"
    with psycopg.connect(embedded_stack.database_url) as connection:
        one, other = (
            connection.execute(f"SELECT count(*), sum(hashtextextended(e::text, 0)) FROM {view}.entry e").fetchone()
            for view in ("view_a", "view_b")
        )
    assert one == other


def test_feeds_show_how_far_each_is_complete(embedded_stack: Stack) -> None:
    publish(embedded_stack.bootstrap_servers, area())
    assert icr("consume", "--until-end", environment=embedded_stack.environment).returncode == 0
    done = icr("feeds", "--json", environment=embedded_stack.environment)
    found = json.loads(done.stdout)["feeds"]
    marks = [one for one in found if one["event_type"] == "AttendanceMarked"]
    assert marks
    assert all(one["complete_through"] >= "2025-10-01" and one["reports"] > 1 for one in marks)
    assert found == sorted(found, key=lambda one: (one["organisation"], one["event_type"]))


@pytest.mark.parametrize("worker", ["consume", "project", "serve", "tell", "seal"])
def test_a_database_without_tables_is_said(embedded_stack: Stack, empty_database_url: str, worker: str) -> None:
    environment = {**embedded_stack.environment, "ICR_DATABASE_URL": empty_database_url}
    done = icr(worker, environment=environment)
    assert done.returncode == 2
    assert "run icr migrate" in done.stderr


def _position(stack: Stack) -> int:
    return _number(stack, "SELECT coalesce(max(last), 0) FROM log.edition")


def _connections(stack: Stack) -> int:
    return _number(
        stack, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'icr' AND datname = current_database()"
    )


def _number(stack: Stack, query: str) -> int:
    with looking(stack.database_url) as connection:
        row = connection.execute(query).fetchone()  # type: ignore[arg-type]
    assert row is not None
    return int(row[0])
