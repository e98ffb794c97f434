"""All that can happen to the service happens to it while an area is published; the end is as if nothing had been.

Two consumers and a projector take in an invented area from a real broker while they are killed and stopped, the
database and the broker stand still, much comes at once, things come that nobody can read, the clock is wrong and the
disk is full: in an order, of a length and at moments that the seed decides. Then all is let be. The log by event key,
what is kept by its reason, and the views must equal what a run leaves that reads the same messages and is never
disturbed, into another database with the same keys.
"""

import contextlib
import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.intake.kafka.consumer import Consumer
from adapters.intake.kafka.topics import SHARED_TOPICS
from adapters.log.keys.key_file import load
from adapters.service.opened import Service
from tests.builders.process import Warm, icr, wait_for
from tests.builders.state import chain_holds, log_state, view_state
from tests.builders.stream import recorded, service_of
from tests.nightly.ground import CLOCK_VARIABLE, JUMPING_CLOCK, Clock, small_disk
from tests.nightly.inputs import Inputs
from tests.nightly.mishaps import MISHAPS, Chaos, schedule
from tests.servers.plugin import Pool, Stack

KILLS = int(os.environ.get("ICR_TEST_KILLS", "60"))
# Small, so that much is under way at any moment; and all that cannot be read is taken, aside.
SETTINGS = {"ICR_BATCH_SIZE": "100", "ICR_EDITION_SIZE": "200", "ICR_PAUSE_UNREADABLE_SHARE": "1"}

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(5400)]


@pytest.fixture
def chaos(real_stack: Stack, pool: Pool, tmp_path: Path) -> Iterator[Chaos]:
    chance = random.Random(int(os.environ["ICR_TEST_SEED"]))
    cluster, clock = pool.cluster("system"), Clock(tmp_path / "clock")
    environment = {**real_stack.environment, **SETTINGS, CLOCK_VARIABLE: str(clock.file)}
    with (
        small_disk(cluster, real_stack.database_url) as disk,
        Warm(environment, JUMPING_CLOCK) as warm,
    ):
        inputs = Inputs(real_stack.bootstrap_servers, chance, small=KILLS < 30)
        made = Chaos(real_stack, cluster, warm, clock, disk, inputs, chance, tmp_path)
        yield made
        for worker in made.workers.values():
            worker.kill()


def test_the_end_is_as_if_nothing_had_been(chaos: Chaos, any_database_url: str) -> None:
    if not chaos.disk.can_be_filled:
        print("the disk is never full: only root can mount a small one")
    _disturb(chaos)
    _let_be(chaos)
    stack = chaos.stack
    log, views = log_state(stack.database_url), view_state(stack.database_url)
    assert chain_holds(stack.database_url, load(stack.settings.kek_file))
    with service_of(stack) as service:
        projector = service.projector()
        projector.rebuild()
        projector.close()
    assert view_state(stack.database_url) == views
    assert log["aside"]
    assert views["rectangle"]
    _undisturbed(chaos, any_database_url)
    assert log_state(any_database_url) == log
    assert view_state(any_database_url) == views


def _disturb(chaos: Chaos) -> None:
    planned = schedule(KILLS, chaos.chance)
    assert set(planned) == set(MISHAPS)
    chaos.inputs.some(600)
    for number, mishap in enumerate(planned):
        # Something is always left to read, and to publish for those that publish.
        chaos.inputs.some(chaos.inputs.left // (2 * (len(planned) - number)))
        chaos.see_to_workers()
        began = time.monotonic()
        mishap(chaos)
        chaos.happened.append(mishap.__name__)
        print(f"{number + 1}/{len(planned)} {mishap.__name__} {time.monotonic() - began:.1f} s", flush=True)
    chaos.inputs.some(chaos.inputs.left)


def _let_be(chaos: Chaos) -> None:
    """Nothing happens any more: all that was published is recorded, the workers are well, and end when they are told."""
    chaos.see_to_workers()
    stack, environment = chaos.stack, {**chaos.stack.environment, **SETTINGS}
    wait_for(lambda: recorded(stack) == len(chaos.inputs.sent), seconds=180, pause=0.2)
    for worker in ("consume", "project"):
        wait_for(lambda worker=worker: not icr("health", worker, environment=environment).returncode, pause=0.5)  # type: ignore[misc]
    chaos.see_to_workers()
    for life in chaos.workers.values():
        life.send_signal(signal.SIGTERM)
    wait_for(lambda: not any(life.runs() for life in chaos.workers.values()), seconds=10)
    assert icr("project", "--until-end", environment=environment).returncode == 0
    assert chaos.ended_by_themselves == []
    said = Counter(one for role in chaos.workers for one in _said(chaos.log(role)))
    print("said by the workers:", dict(said), flush=True)
    assert not [event for event, _ in said if "fault" in event]
    if chaos.disk.can_be_filled:
        assert chaos.times_full(), "the disk was not seen to be full"


def _said(log: Path) -> Iterator[tuple[str, str]]:
    """What a worker said that names an error: event and error."""
    for line in log.read_bytes().splitlines():
        with contextlib.suppress(ValueError, TypeError, KeyError):  # a kill may cut a line
            said = json.loads(line)
            yield said["event"], said["error"]


def _undisturbed(chaos: Chaos, url: str) -> None:
    """The same messages in the same order, read by one consumer that is let be."""
    kafka = chaos.stack.real_kafka
    assert kafka is not None
    kafka.reset()
    kafka.create_topics(SHARED_TOPICS)
    chaos.inputs.again(chaos.stack.bootstrap_servers)
    with service_of(chaos.stack) as service:
        calm = {"kafka_group": "icr-undisturbed", "database_url": url, "pause_unreadable_share": 1.0}
        other = Service(
            replace(service.settings, **calm), url, service.bootstrap_servers, service.incarnation,
            service.embedded_broker, service.keys, service.clock,
        )  # fmt: skip
        consumer = Consumer(other)
        end = time.monotonic() + 300
        consumer.run(lambda: consumer.caught_up or time.monotonic() > end)
        projector = other.projector()
        projector.project()
        projector.close()
