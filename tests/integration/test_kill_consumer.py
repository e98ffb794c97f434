"""`icr consume` and `icr project` killed again and again, and what they leave is what an undisturbed run leaves.

Method: the process is halted (SIGSTOP) at a random moment after it has recorded something in this life. While it stands
still the log is looked at: something is recorded, and not everything. A number of kills must fall into an open
transaction, which `pg_stat_activity` shows by its transaction id; until they are had, a process that stands outside one
is let go on and halted again. Then SIGKILL, and the next life. At the end one life may finish, and a consumer that was
never disturbed reads the same topics into another database with the same keys; the two must agree on everything but
record ids and positions.
"""

import contextlib
import os
import random
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from adapters.kafka.consumer import Consumer
from adapters.service import Service
from tests.builders.process import icr, started, wait_for
from tests.builders.state import chain_holds, log_state, view_state
from tests.builders.stream import area, publish, recorded, service_of
from tests.servers.plugin import Stack

BATCH = "50"
HEAD_START = 600
SLICE = 120


@dataclass
class Kills:
    """What was seen at the kills."""

    done: int = 0
    in_transaction: int = 0


@pytest.mark.slow
@pytest.mark.parametrize("kills", [pytest.param(50, marks=pytest.mark.timeout(600))])
def test_fifty_kills_of_the_consumer_leave_what_an_undisturbed_run_leaves(
    real_stack: Stack, any_database_url: str, tmp_path: Path, kills: int
) -> None:
    _kill_consumers(real_stack, any_database_url, tmp_path, kills, in_transaction=10)


@pytest.mark.slow
def test_five_kills_on_the_embedded_broker_likewise(embedded_stack: Stack, any_database_url: str, tmp_path: Path) -> None:
    _kill_consumers(embedded_stack, any_database_url, tmp_path, 5, in_transaction=2)


def _kill_consumers(stack: Stack, other_url: str, folder: Path, kills: int, *, in_transaction: int) -> None:
    messages = area(140, 100)
    assert len(messages) > HEAD_START + SLICE * kills
    chance = random.Random(kills)
    environment = {**stack.environment, "ICR_BATCH_SIZE": BATCH}
    sent = publish(stack.bootstrap_servers, messages[:HEAD_START])
    seen = Kills()
    while seen.done < kills:
        # More is published before each life, so that there is always something left to read.
        sent += publish(stack.bootstrap_servers, messages[sent : sent + SLICE])
        before = recorded(stack)
        with started("consume", environment=environment, log=folder / "log") as process:
            wait_for(lambda: recorded(stack) > before or process.poll() is not None, pause=0.001)
            assert process.poll() is None, (folder / "log").read_text()[-2000:]
            time.sleep(chance.random() * 0.02)
            _halt_and_kill(stack, process, seen, sent, must_be_open=seen.in_transaction < in_transaction)
    assert seen.in_transaction >= in_transaction
    sent += publish(stack.bootstrap_servers, messages[sent:])
    assert sent == len(messages)
    done = icr("consume", "--until-end", environment=environment)
    assert done.returncode == 0, done.stderr
    assert recorded(stack) == len(messages)
    assert chain_holds(stack.database_url)
    _compare(stack, other_url)


def _halt_and_kill(stack: Stack, process: subprocess.Popen[bytes], seen: Kills, sent: int, *, must_be_open: bool) -> None:
    deadline = time.monotonic() + 5
    while True:
        os.kill(process.pid, signal.SIGSTOP)
        is_open = _open_transactions(stack.database_url) > 0
        at = recorded(stack)
        if at < sent and (is_open or not must_be_open):
            break
        if at >= sent or time.monotonic() > deadline:
            return  # it was too quick: another life
        os.kill(process.pid, signal.SIGCONT)
        time.sleep(0.001)
    assert 0 < at < sent
    process.kill()
    process.wait()
    seen.done += 1
    seen.in_transaction += is_open


def _open_transactions(url: str) -> int:
    """Transactions of ours that have written something and are not over, by a connection that is not counted."""
    with contextlib.closing(psycopg.connect(url, application_name="watch")) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'icr' AND datname = current_database() AND backend_xid IS NOT NULL"
        ).fetchone()
    assert row is not None
    return int(row[0])


def _compare(stack: Stack, other_url: str) -> None:
    """An undisturbed consumer reads the same into another database with the same keys; then both are projected."""
    with service_of(stack) as service:
        settings = service.settings.model_copy(update={"kafka_group": "undisturbed", "database_url": other_url})
        other = Service(
            settings, other_url, service.bootstrap_servers, service.incarnation, service.embedded_broker, service.keys, service.clock
        )  # fmt: skip
        consumer = Consumer(other)
        end = time.monotonic() + 120
        consumer.run(lambda: consumer.caught_up or time.monotonic() > end)
        assert log_state(stack.database_url) == log_state(other_url)
        for one in (service, other):
            projector = one.projector()
            projector.project()
            projector.close()
    assert view_state(stack.database_url) == view_state(other_url)
    assert sum(view_state(other_url)["rectangle"].values()) > 0


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_kills_of_the_projector_leave_what_an_undisturbed_run_leaves(stack: Stack, any_database_url: str, tmp_path: Path) -> None:
    messages = area(60, 60)
    publish(stack.bootstrap_servers, messages)
    done = icr("consume", "--until-end", environment={**stack.environment, "ICR_BATCH_SIZE": "100"})
    assert done.returncode == 0, done.stderr
    environment = {**stack.environment, "ICR_EDITION_SIZE": "100"}
    chance = random.Random(3)
    kills = in_edition = 0
    while kills < 10:
        before = _position(stack)
        with started("project", environment=environment, log=tmp_path / "log") as process:
            wait_for(lambda: _position(stack) > before or process.poll() is not None, pause=0.001)
            assert process.poll() is None, (tmp_path / "log").read_text()[-2000:]
            time.sleep(chance.random() * 0.05)
            os.kill(process.pid, signal.SIGSTOP)
            in_edition += _open_transactions(stack.database_url) > 0
            assert 0 < _position(stack) < _head(stack)
            process.kill()
            process.wait()
        kills += 1
    assert in_edition > 0
    assert icr("project", "--until-end", environment=environment).returncode == 0
    _compare(stack, any_database_url)


def _position(stack: Stack) -> int:
    return _one(stack, "SELECT coalesce(max(last), 0) FROM log.edition")


def _head(stack: Stack) -> int:
    return _one(stack, "SELECT position FROM log.head")


def _one(stack: Stack, query: str) -> int:
    with contextlib.closing(psycopg.connect(stack.database_url)) as connection:
        row = connection.execute(query).fetchone()  # type: ignore[arg-type]
    assert row is not None
    return int(row[0])
