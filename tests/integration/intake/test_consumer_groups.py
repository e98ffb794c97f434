"""Consumers in a group on a real broker: rebalances, a member that dies, a broker that is killed under load."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from adapters.intake.kafka.consumer import Consumer
from adapters.intake.kafka.status import BROKER_LOST
from adapters.intake.kafka.topics import PARTITIONS, SHARED_TOPICS
from adapters.log.keys.key_file import load
from adapters.service.opened import Service
from tests.builders.process import started, wait_for
from tests.builders.state import chain_holds
from tests.builders.stream import area, counted, publish, recorded, service_of, tracked
from tests.servers.plugin import Stack

ALL = len(SHARED_TOPICS) * PARTITIONS
pytestmark = pytest.mark.kafka_real


@contextmanager
def consuming(service: Service) -> Iterator[Consumer]:
    """A consumer in a thread."""
    done = threading.Event()
    consumer = Consumer(service)
    failures: list[BaseException] = []

    def run() -> None:
        try:
            consumer.run(done.is_set)
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield consumer
    finally:
        done.set()
        thread.join()
    assert not failures, failures


def test_two_consumers_share_the_partitions_and_record_everything_once(real_stack: Stack) -> None:
    messages = area()
    half = len(messages) // 2
    with service_of(real_stack) as service, consuming(service) as first:
        publish(real_stack.bootstrap_servers, messages[:half])
        wait_for(lambda: first.status.counts.read > 0)
        with consuming(service) as second:
            wait_for(
                lambda: (
                    0 < len(second.partitions.recorded) < ALL
                    and len(first.partitions.recorded) + len(second.partitions.recorded) == ALL
                )
            )
            publish(real_stack.bootstrap_servers, messages[half:])
            wait_for(lambda: recorded(real_stack) == len(messages))
            assert second.status.counts.read > 0
        # The second has left in order: its partitions are taken over at once, not when its session lapses.
        left = time.monotonic()
        wait_for(lambda: len(first.partitions.recorded) == ALL and not first.partitions.unplaced)
        assert time.monotonic() - left < 6
    assert first.status.counts.read + second.status.counts.read == len(messages)
    assert counted(real_stack)["event"] == first.status.counts.accepted + second.status.counts.accepted
    assert chain_holds(real_stack.database_url, load(real_stack.settings.kek_file))


def test_a_consumer_that_comes_back_has_its_partitions_at_once(real_stack: Stack, tmp_path: Path) -> None:
    messages = area()
    publish(real_stack.bootstrap_servers, messages[:100])
    begun = time.monotonic()
    with started("consume", environment=real_stack.environment, log=tmp_path / "log") as process:
        wait_for(lambda: recorded(real_stack) == 100)
        usual = time.monotonic() - begun
        process.kill()
        process.wait()
    publish(real_stack.bootstrap_servers, messages[100:200])
    with started("consume", environment=real_stack.environment, log=tmp_path / "log"):
        begun = time.monotonic()
        wait_for(lambda: recorded(real_stack) == 200)
        assert time.monotonic() - begun < usual + 9  # a session lapses after ten


def test_a_broker_that_is_killed_and_comes_back_is_read_on_within_seconds(real_stack: Stack) -> None:
    broker = real_stack.real_kafka
    assert broker is not None
    if not broker.can_be_killed:
        pytest.skip("the broker that was given is not ours to kill")
    messages = area()
    with service_of(real_stack) as service, consuming(service) as consumer:
        publish(real_stack.bootstrap_servers, messages[:1000])
        wait_for(lambda: consumer.status.counts.read > 0)
        broker.kill()  # with some of it read and not all recorded
        wait_for(lambda: BROKER_LOST in consumer.status.wrong)
        broker.start()
        publish(real_stack.bootstrap_servers, messages[1000:])
        back = time.monotonic()
        wait_for(lambda: recorded(real_stack) == len(messages))
        assert time.monotonic() - back < 20
        wait_for(lambda: not consumer.status.wrong)
    assert consumer.status.counts.accepted == counted(real_stack)["event"]
    assert chain_holds(real_stack.database_url, load(real_stack.settings.kek_file))


def test_a_topic_that_is_made_later_is_found(real_stack: Stack) -> None:
    messages = [m for m in area() if m[0] == "icr.housing.v1"]
    broker = real_stack.real_kafka
    assert broker is not None
    broker.reset()
    with service_of(real_stack) as service, consuming(service) as consumer:
        time.sleep(1)
        broker.create_topics(["icr.housing.v1"])
        publish(real_stack.bootstrap_servers, messages)
        wait_for(lambda: consumer.status.counts.read == len(messages), seconds=40)


def test_groups_offsets_are_told_to_kafka_and_not_believed(real_stack: Stack) -> None:
    messages = area()
    publish(real_stack.bootstrap_servers, messages)
    broker = real_stack.real_kafka
    assert broker is not None
    with service_of(real_stack) as service:
        with consuming(service):
            wait_for(lambda: recorded(real_stack) == len(messages))
        with broker.admin() as admin:
            told = admin.list_group_offsets([service.settings.kafka_group])[service.settings.kafka_group]
        offsets = {f"{p.topic}:{p.partition}": offset.offset for p, offset in told.items()}
        assert offsets == tracked(real_stack)
        # The log forgets (as after a restore): what Kafka was told does not matter.
        with psycopg.connect(real_stack.database_url) as connection:
            connection.execute("DELETE FROM log.tracking")
        with consuming(service) as again:
            wait_for(lambda: recorded(real_stack) == len(messages))
    assert again.status.counts.duplicate == len(messages)


def test_bug_a_join_that_nobody_looks_at(real_stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library loses the answer to a join when `poll` returns before it: see `keep_joining`."""
    monkeypatch.setattr("adapters.intake.kafka.consumer.POLL_MS", 1)  # so that it always does
    broker = real_stack.real_kafka
    assert broker is not None
    messages = [m for m in area() if m[0] == "icr.education.v1"]
    with service_of(real_stack) as service, consuming(service) as consumer:
        publish(real_stack.bootstrap_servers, messages[:200])
        wait_for(lambda: recorded(real_stack) == 200)
        with broker.admin() as admin:  # new partitions make the leader join again
            admin.create_partitions({"icr.education.v1": 6})
        wait_for(lambda: len(consumer.partitions.recorded) == ALL + 2 and not consumer.partitions.unplaced)
        publish(real_stack.bootstrap_servers, messages[200:400], partition=5)
        wait_for(lambda: recorded(real_stack) == 400)


def test_a_consumer_that_starts_anew_gets_its_partitions_each_time(real_stack: Stack) -> None:
    with service_of(real_stack) as service:
        for _ in range(5):
            with consuming(service) as consumer:
                wait_for(lambda: len(consumer.partitions.recorded) == ALL)
