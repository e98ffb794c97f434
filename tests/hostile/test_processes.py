"""What is done to our processes, and what must come of it: stopped writers, lost servers, clocks, the order of starting.

A process that makes no progress says so within 30 seconds, and SIGTERM ends it within 10, whatever it is in the middle of.
"""

import contextlib
import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from adapters.store.messages import Message
from tests.builders.process import icr, started, wait_for
from tests.builders.stream import area, counted, mark, publish, recorded, service_of
from tests.servers.plugin import Stack

SOON = 15.0  # seconds in which a stopped writer has lost its lock
SAID = 30.0
ENDED = 10.0
SLACK = 4.0  # of a busy machine, and of what asks

# The table whose lock makes a writer halt in its transaction -> what the server is doing when the lock is let go.
HALTED_IN = {"log.event": "active", "log.batch": "idle in transaction"}


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    with contextlib.closing(psycopg.connect(url, autocommit=True)) as connection:
        return connection.execute(query).fetchall()  # type: ignore[arg-type]


def append_lock_holders(url: str) -> list[tuple[int, str]]:
    return rows(
        url,
        "SELECT a.pid, a.state FROM pg_stat_activity a JOIN pg_locks l USING (pid) WHERE l.locktype = 'advisory' "
        f"AND l.granted AND l.objid = {0x1C_12_0001} AND a.datname = current_database()",
    )


@contextmanager
def locked(url: str, table: str) -> Iterator[None]:
    with contextlib.closing(psycopg.connect(url)) as connection:
        connection.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")  # type: ignore[arg-type]
        yield


def trouble(environment: dict[str, str], worker: str) -> list[str]:
    told = json.loads(icr("health", worker, "--json", environment=environment).stdout)
    return [word for one in told["workers"] for word in one["trouble"]]


def halt_in_transaction(url: str, pid: int, table: str) -> None:
    """Stop a writer that waits for `table` in its append transaction, which then goes on as far as the server can."""
    waits = f"SELECT FROM pg_locks WHERE NOT granted AND relation = '{table}'::regclass"
    wait_for(lambda: rows(url, waits), pause=0.002)
    os.kill(pid, signal.SIGSTOP)


@pytest.mark.parametrize("table", HALTED_IN)
def test_a_stopped_consumer_loses_its_lock_and_nothing_is_lost_or_doubled(
    stack: Stack, table: str, tmp_path: Path
) -> None:
    """In the middle of COPY (the server calls it active) and between two statements."""
    messages = area(20, 30)[:200]
    with started("consume", environment=stack.environment, log=tmp_path / "log") as consumer:
        wait_for(lambda: trouble(stack.environment, "consume") == [] and consumer.poll() is None, pause=0.3)
        with locked(stack.database_url, table):
            publish(stack.bootstrap_servers, messages)
            halt_in_transaction(stack.database_url, consumer.pid, table)
        stopped_at = time.monotonic()
        wait_for(lambda: [state for _, state in append_lock_holders(stack.database_url)] == [HALTED_IN[table]])

        with service_of(stack) as service, contextlib.closing(service.recorder()) as recorder:
            [outcome] = recorder.record([Message(mark(1, child=900))])
        assert outcome.outcome == "accepted"
        assert time.monotonic() - stopped_at < SOON + SLACK

        os.kill(consumer.pid, signal.SIGCONT)
        wait_for(lambda: recorded(stack) == len(messages))
    counts = counted(stack)
    assert counts["event"] + counts["aside"] == len(messages) + 1
    assert counts["inbox"] == counts["event"]


@pytest.mark.parametrize("table", HALTED_IN)
def test_a_stopped_import_loses_its_lock_and_is_run_again(embedded_stack: Stack, table: str, tmp_path: Path) -> None:
    stack, command = embedded_stack, ("import", "nems", "tests/fixtures/nems", "--json")
    with started(*command, environment=stack.environment, log=tmp_path / "log") as importing:
        with locked(stack.database_url, table):
            halt_in_transaction(stack.database_url, importing.pid, table)
        stopped_at = time.monotonic()
        with service_of(stack) as service, contextlib.closing(service.recorder()) as recorder:
            [outcome] = recorder.record([Message(mark(1, child=900))])
        assert outcome.outcome == "accepted"
        assert time.monotonic() - stopped_at < SOON + SLACK
        os.kill(importing.pid, signal.SIGCONT)
        assert importing.wait(ENDED) == 3
    again = json.loads(icr(*command, environment=stack.environment).stdout)
    once_more = json.loads(icr(*command, environment=stack.environment).stdout)
    assert sum(one["accepted"] for one in again["files"]) > 0
    assert sum(one["accepted"] for one in once_more["files"]) == 0
    assert counted(stack)["event"] == 1 + sum(one["events"] - one["kept"] for one in again["files"])


def test_a_lone_stopped_writer_loses_its_lock_too(embedded_stack: Stack, tmp_path: Path) -> None:
    """Nobody waits for it: the projector, which is always there, ends it."""
    stack, environment = embedded_stack, embedded_stack.environment
    with (
        started("consume", environment=environment, log=tmp_path / "log") as consumer,
        started("project", environment=environment, log=tmp_path / "log"),
    ):
        wait_for(lambda: trouble(environment, "project") == [], pause=0.3)
        with locked(stack.database_url, "log.event"):
            publish(stack.bootstrap_servers, area(20, 30)[:50])
            halt_in_transaction(stack.database_url, consumer.pid, "log.event")
        wait_for(lambda: not append_lock_holders(stack.database_url), seconds=SOON + SLACK)
        os.kill(consumer.pid, signal.SIGCONT)
        wait_for(lambda: recorded(stack) == 50)


# ---- no progress, and the end in every state


@contextmanager
def its_sessions_stopped(url: str, mine: str = "icr") -> Iterator[None]:
    """The server's processes for our connections stand still: they neither answer nor close."""
    pids = [
        pid
        for (pid,) in rows(
            url, f"SELECT pid FROM pg_stat_activity WHERE application_name = '{mine}' AND datname = current_database()"
        )
    ]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize("worker", ["consume", "project", "tell"])
def test_a_worker_stuck_in_a_statement_says_so_and_ends_when_told(
    embedded_stack: Stack, worker: str, tmp_path: Path
) -> None:
    environment, log = embedded_stack.environment, tmp_path / "log"
    with started(worker, environment=environment, log=log) as process:
        wait_for(lambda: icr("health", worker, environment=environment).returncode == 0, pause=0.3)
        with its_sessions_stopped(embedded_stack.database_url):
            stuck_at = time.monotonic()
            wait_for(lambda: trouble(environment, worker) == ["no_progress"], seconds=SAID + SLACK, pause=0.3)
            assert time.monotonic() - stuck_at < SAID + SLACK
            lines = [json.loads(line) for line in log.read_text().splitlines() if '"event":"no_progress"' in line]
            assert len(lines) == 1
            assert lines[0]["where"]
            assert_ends(process)


@pytest.mark.parametrize("worker", ["consume", "project", "serve"])
def test_a_stopped_worker_is_told_of_by_health(embedded_stack: Stack, worker: str, tmp_path: Path) -> None:
    environment = {**embedded_stack.environment, "ICR_HTTP_PORT": "0"}
    with started(worker, environment=environment, log=tmp_path / "log") as process:
        wait_for(lambda: icr("health", worker, environment=environment).returncode == 0, pause=0.3)
        os.kill(process.pid, signal.SIGSTOP)
        wait_for(lambda: "no_progress" in trouble(environment, worker), seconds=SAID + SLACK, pause=1)
        assert icr("health", worker, environment=environment).returncode == 1
        os.kill(process.pid, signal.SIGCONT)
        wait_for(lambda: trouble(environment, worker) == [], pause=0.3)


def assert_ends(process: Any) -> None:
    told_at = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.wait(ENDED + 20)
    assert time.monotonic() - told_at < ENDED
