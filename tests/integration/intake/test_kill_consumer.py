"""`icr consume` and `icr project` killed again and again, and what they leave is what an undisturbed run leaves.

Method: the process is halted (SIGSTOP) at a random moment after it has done something in this life. While it stands
still the log is looked at: something is recorded, and not everything. A number of kills must fall into an open
transaction, which `pg_stat_activity` shows by its transaction id; until they are had, a process that stands outside one
is let go on and halted again. Then SIGKILL, and the next life. At the end one life may finish, and a consumer that was
never disturbed reads the same topics into another database with the same keys; the two must agree on everything but
record ids and positions.
"""

import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from adapters.intake.kafka.consumer import Consumer
from adapters.log.keys.key_file import load
from adapters.service.opened import Service
from tests.builders.lent import looking
from tests.builders.nightly import by_night, real
from tests.builders.process import Life, Warm, icr, wait_for
from tests.builders.state import chain_holds, log_state, view_state
from tests.builders.stream import Wire, area, publish, recorded, service_of
from tests.servers.plugin import Stack

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SMALL_BATCHES = {"ICR_BATCH_SIZE": "50"}
SMALL_EDITIONS = {"ICR_EDITION_SIZE": "60"}
HEAD_START = 600
SLICE = 120
# On a push two kills on the real servers and one on the embedded ones; more at night.
BY_DAY = pytest.mark.parametrize(
    ("stack", "kills"),
    [real(2), by_night("embedded", 5)],
    indirect=["stack"],
)


@dataclass
class Kills:
    """What was seen at the kills."""

    done: int = 0
    in_transaction: int = 0


@pytest.mark.nightly
def test_fifty_kills_of_the_consumer(real_stack: Stack, any_database_url: str, tmp_path: Path) -> None:
    _kill_consumers(real_stack, any_database_url, tmp_path / "log", kills=50, in_transaction=10)


@BY_DAY
def test_a_few_kills_of_the_consumer(stack: Stack, kills: int, any_database_url: str, tmp_path: Path) -> None:
    _kill_consumers(stack, any_database_url, tmp_path / "log", kills=kills, in_transaction=min(2, kills))


def _kill_consumers(stack: Stack, other_url: str, log: Path, *, kills: int, in_transaction: int) -> None:
    messages = _area(kills)
    assert len(messages) > HEAD_START + SLICE * kills
    chance = _chance()
    environment = {**stack.environment, **SMALL_BATCHES}
    sent = publish(stack.bootstrap_servers, messages[:HEAD_START])
    seen = Kills()
    with Warm(environment) as warm:
        while seen.done < kills:
            # More is published before each life, so that there is always something left to read.
            sent += publish(stack.bootstrap_servers, messages[sent : sent + SLICE])
            life = warm.start("consume", log=log)
            _await_progress(life, lambda: recorded(stack), log)
            time.sleep(chance.random() * 0.02)
            _halt_and_kill(stack, life, seen, lambda: recorded(stack), sent, seen.in_transaction < in_transaction)
    assert seen.in_transaction >= in_transaction
    sent += publish(stack.bootstrap_servers, messages[sent:])
    done = icr("consume", "--until-end", environment=environment)
    assert done.returncode == 0, done.stderr
    assert recorded(stack) == sent == len(messages)
    assert chain_holds(stack.database_url, load(stack.settings.kek_file))
    _compare(stack, other_url)


@pytest.mark.kafka_real
@pytest.mark.parametrize("kills", [2, by_night(8)])
def test_two_consumers_of_which_one_is_killed_again_and_again(
    real_stack: Stack, kills: int, any_database_url: str, tmp_path: Path
) -> None:
    messages = area(60, 60)[: HEAD_START + 3 * SLICE * kills + 500]
    log = tmp_path / "log"
    environment = {**real_stack.environment, **SMALL_BATCHES}
    sent = publish(real_stack.bootstrap_servers, messages[:HEAD_START])
    chance = _chance()
    with Warm(environment) as warm:
        steady = warm.start("consume", log=log)
        _await_progress(steady, lambda: recorded(real_stack), log)
        for _ in range(kills):
            # Its coming is a rebalance under load; its death is found out when it comes back, or by its silence.
            other = warm.start("consume", log=log)
            sent += publish(real_stack.bootstrap_servers, messages[sent : sent + SLICE * 3])
            time.sleep(0.2 + chance.random() * 1.5)
            other.kill()
        sent += publish(real_stack.bootstrap_servers, messages[sent:])
        wait_for(lambda: recorded(real_stack) == len(messages))
        steady.send_signal(signal.SIGTERM)
        wait_for(lambda: not steady.runs())
    assert "fault" not in log.read_text()
    assert chain_holds(real_stack.database_url, load(real_stack.settings.kek_file))
    _compare(real_stack, any_database_url)


@pytest.mark.nightly
def test_fifty_kills_of_the_projector(real_stack: Stack, any_database_url: str, tmp_path: Path) -> None:
    _kill_projectors(real_stack, any_database_url, tmp_path / "log", kills=50)


@BY_DAY
def test_a_few_kills_of_the_projector(stack: Stack, kills: int, any_database_url: str, tmp_path: Path) -> None:
    _kill_projectors(stack, any_database_url, tmp_path / "log", kills=kills)


def _kill_projectors(stack: Stack, other_url: str, log: Path, *, kills: int) -> None:
    publish(stack.bootstrap_servers, _area(kills))
    done = icr("consume", "--until-end", environment={**stack.environment, **SMALL_BATCHES})
    assert done.returncode == 0, done.stderr
    environment = {**stack.environment, **SMALL_EDITIONS}
    head = _one(stack, "SELECT position FROM log.head")
    seen = Kills()
    chance = _chance()

    def position() -> int:
        return _one(stack, "SELECT coalesce(max(last), 0) FROM log.edition")

    with Warm(environment) as warm:
        while seen.done < kills:
            life = warm.start("project", log=log)
            _await_progress(life, position, log)
            time.sleep(chance.random() * 0.01)
            _halt_and_kill(stack, life, seen, position, head, seen.in_transaction < 10)
    assert seen.in_transaction >= min(10, kills)
    assert icr("project", "--until-end", environment=environment).returncode == 0
    _compare(stack, other_url)


def _area(kills: int) -> tuple[Wire, ...]:
    """What is enough to be killed in so often."""
    return area(140, 100) if kills > 5 else area(60, 60) if kills > 2 else area(20, 30)


def _chance() -> random.Random:
    """When it is killed, by the seed of the run."""
    return random.Random(int(os.environ["ICR_TEST_SEED"]))


def _await_progress(life: Life, progress: Callable[[], int], log: Path) -> None:
    before = progress()
    wait_for(lambda: progress() > before or not life.runs(), pause=0.001)
    assert life.runs(), log.read_text()[-2000:]


def _halt_and_kill(
    stack: Stack, life: Life, seen: Kills, progress: Callable[[], int], end: int, must_be_open: bool
) -> None:
    deadline = time.monotonic() + 5
    while True:
        life.send_signal(signal.SIGSTOP)
        is_open = _open_transactions(stack.database_url) > 0
        at = progress()
        if at < end and (is_open or not must_be_open):
            break
        if at >= end or time.monotonic() > deadline:
            life.kill()  # it was too quick, which does not count
            return
        life.send_signal(signal.SIGCONT)
        time.sleep(0.001)
    assert 0 < at < end
    life.kill()
    seen.done += 1
    seen.in_transaction += is_open


def _open_transactions(url: str) -> int:
    """Transactions of ours that have written something and are not over."""
    with looking(url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE application_name = 'icr' AND datname = current_database() AND backend_xid IS NOT NULL"
        ).fetchone()
    assert row is not None
    return int(row[0])


def _compare(stack: Stack, other_url: str) -> None:
    """An undisturbed consumer reads the same into another database with the same keys; then both are projected."""
    with service_of(stack) as service:
        settings = replace(service.settings, kafka_group="icr-undisturbed", database_url=other_url)
        other = Service(
            settings, other_url, service.bootstrap_servers, service.incarnation, service.embedded_broker,
            service.keys, service.clock,
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


def _one(stack: Stack, query: str) -> int:
    with looking(stack.database_url) as connection:
        row = connection.execute(query).fetchone()  # type: ignore[arg-type]
    assert row is not None
    return int(row[0])
