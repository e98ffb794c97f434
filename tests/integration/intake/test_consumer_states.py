"""What a real broker can be in: open transactions, topics made again, batches too large to take, no answer at all."""

import contextlib
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from confluent_kafka import Producer

from adapters.codec import encode_wire
from adapters.intake.kafka.consumer import Consumer
from adapters.intake.kafka.status import WAITS_BEHIND_TRANSACTION
from adapters.intake.kafka.topic_lives import TOPIC_REMADE
from tests.builders.batches import plain, send
from tests.builders.process import icr, started, wait_for
from tests.builders.stream import mark, publish, recorded, service_of, tracked
from tests.integration.intake.test_consumer_groups import consuming
from tests.servers.plugin import Stack
from tools.kafka_broker import JavaBroker

EDUCATION = "icr.education.v1"
pytestmark = pytest.mark.kafka_real


def good(serial: int) -> bytes:
    return encode_wire(mark(serial, serial % 50))


@contextlib.contextmanager
def open_transaction(stack: Stack, events: int, partition: int) -> Iterator[Producer]:
    """A producer with some events in a transaction that it does not end; whoever uses it may."""
    producer = Producer(
        {
            "bootstrap.servers": stack.bootstrap_servers,
            "transactional.id": "t",
            "transaction.timeout.ms": 600_000,
            "log_level": 0,
        }
    )
    producer.init_transactions(30)
    producer.begin_transaction()
    for number in range(events):
        producer.produce(EDUCATION, good(number), partition=partition)
    producer.flush(30)
    yield producer


def test_what_waits_behind_an_open_transaction_is_said(real_stack: Stack) -> None:
    with open_transaction(real_stack, 3, 1) as producer:
        publish(real_stack.bootstrap_servers, [(EDUCATION, None, good(n)) for n in range(10, 15)], partition=1)
        publish(real_stack.bootstrap_servers, [(EDUCATION, None, good(20))], partition=2)
        done = icr("consume", "--until-end", "--json", environment=real_stack.environment)
        assert done.returncode == 1
        assert "8 offsets wait behind a transaction" in done.stderr
        assert json.loads(done.stdout)["accepted"] == 1
        assert json.loads(done.stdout)["lag"] == 8
        producer.commit_transaction(30)
    done = icr("consume", "--until-end", "--json", environment=real_stack.environment)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["accepted"] == 8


def test_health_names_the_partition_that_waits(real_stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.intake.kafka.watch.Watch.waiting.__defaults__", (1.0,))
    with (
        open_transaction(real_stack, 2, 3) as producer,
        service_of(real_stack) as service,
        consuming(service) as consumer,
    ):
        wait_for(lambda: WAITS_BEHIND_TRANSACTION in consumer.status.wrong)
        [told] = consumer.status.partitions
        assert (told["topic"], told["partition"], told["offset"], told["count"]) == (EDUCATION, 3, 0, 2)
        producer.abort_transaction(30)
        wait_for(lambda: not consumer.status.wrong)
        assert (consumer.status.lag, consumer.status.counts.read) == (0, 0)


def remake(stack: Stack, topic: str) -> None:
    """Delete a topic, and make it again."""
    broker = stack.real_kafka
    assert broker is not None
    with contextlib.closing(broker.admin()) as admin:
        admin.delete_topics([topic])
        wait_for(lambda: topic not in admin.list_topics())
    broker.create_topics([topic])


@pytest.mark.parametrize("longer", [False, True], ids=["shorter", "longer"])
def test_a_topic_that_was_made_again_is_read_from_its_beginning(real_stack: Stack, longer: bool) -> None:
    publish(real_stack.bootstrap_servers, [(EDUCATION, None, good(n)) for n in range(10)], partition=0)
    assert icr("consume", "--until-end", environment=real_stack.environment).returncode == 0
    remake(real_stack, EDUCATION)
    count = 15 if longer else 5
    publish(real_stack.bootstrap_servers, [(EDUCATION, None, good(100 + n)) for n in range(count)], partition=0)
    done = icr("consume", "--until-end", "--json", environment=real_stack.environment)
    assert json.loads(done.stdout)["accepted"] == count
    assert json.loads(done.stdout)["alarms"] == [TOPIC_REMADE]
    assert done.returncode == 1
    ends = {name.partition("@")[0]: end for name, end in tracked(real_stack).items() if "@" in name}
    assert ends == {f"{EDUCATION}:0": count}
    again = icr("consume", "--until-end", "--json", environment=real_stack.environment)
    assert (again.returncode, json.loads(again.stdout)["read"]) == (0, 0)


def test_a_topic_that_is_made_again_while_it_is_read(real_stack: Stack) -> None:
    with service_of(real_stack) as service, consuming(service) as consumer:
        publish(real_stack.bootstrap_servers, [(EDUCATION, None, good(n)) for n in range(10)], partition=0)
        wait_for(lambda: consumer.status.counts.accepted == 10)
        remake(real_stack, EDUCATION)
        publish(real_stack.bootstrap_servers, [(EDUCATION, None, good(100 + n)) for n in range(20)], partition=0)
        wait_for(lambda: consumer.status.counts.accepted == 30)
        assert TOPIC_REMADE in consumer.status.wrong


def test_a_batch_too_large_to_take_sets_its_partition_apart_alone(
    real_stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.intake.kafka.reading.MOST_ANSWER", 3 << 20)
    broker = real_stack.real_kafka
    assert broker is not None
    with contextlib.closing(broker.admin()) as admin:
        from kafka.admin import ConfigResource, ConfigResourceType

        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, EDUCATION, {"max.message.bytes": "20000000"})])
    large = plain([b"{" + b" " * (5 << 20)])
    wait_for(lambda: send(real_stack.bootstrap_servers, EDUCATION, 0, large) == 0, seconds=20)
    publish(real_stack.bootstrap_servers, [(EDUCATION, None, good(n)) for n in range(40)])
    with service_of(real_stack) as service:
        consumer = Consumer(service)
        end = time.monotonic() + 60
        status = consumer.run(lambda: consumer.caught_up or time.monotonic() > end)
    [told] = status.partitions
    assert (told["topic"], told["partition"], told["offset"]) == (EDUCATION, 0, 0)
    assert "larger" in told["detail"]
    assert recorded(real_stack) == status.counts.accepted > 0


def test_a_partition_that_the_broker_cannot_serve_is_stuck_within_thirty_seconds(real_stack: Stack) -> None:
    """Its segment is cut off at a place where the broker itself finds no batch: it answers with nothing, or an error."""
    stack = real_stack
    broker = stack.real_kafka.broker if stack.real_kafka is not None else None
    if not isinstance(broker, JavaBroker):
        pytest.skip("the broker's files are out of reach")
    publish(stack.bootstrap_servers, [(EDUCATION, None, good(n)) for n in range(5)], partition=0)
    file = broker.folder / "data" / f"{EDUCATION}-0" / "00000000000000000000.log"
    with file.open("r+b") as segment:
        segment.seek(8)
        segment.write((1 << 30).to_bytes(4, "big"))  # the length of the first batch
    with service_of(stack) as service, consuming(service) as consumer:
        begun = time.monotonic()
        publish(stack.bootstrap_servers, [(EDUCATION, None, good(10))], partition=1)
        wait_for(lambda: consumer.status.counts.accepted == 1)
        wait_for(lambda: bool(consumer.status.partitions), seconds=35)
        assert time.monotonic() - begun < 30 + 5
        [told] = consumer.status.partitions
        assert (told["partition"], told["offset"]) == (0, 0)


@contextlib.contextmanager
def standing_still(stack: Stack) -> Iterator[Callable[[], None]]:
    """A broker that can be halted; at the end it goes on."""
    broker = stack.real_kafka.broker if stack.real_kafka is not None else None
    if not isinstance(broker, JavaBroker) or broker.process is None:
        pytest.skip("the broker is not ours to halt")
    pid = broker.process.pid
    try:
        yield lambda: os.kill(pid, signal.SIGSTOP)
    finally:
        os.kill(pid, signal.SIGCONT)


def test_sigterm_ends_a_consumer_whose_broker_stands_still(real_stack: Stack, tmp_path: Path) -> None:
    publish(real_stack.bootstrap_servers, [(EDUCATION, None, good(n)) for n in range(10)])
    with (
        standing_still(real_stack) as halt,
        started("consume", environment=real_stack.environment, log=tmp_path / "log") as process,
    ):
        wait_for(lambda: recorded(real_stack) == 10)
        halt()
        time.sleep(3)  # it is asked a question now, or in a poll
        begun = time.monotonic()
        process.terminate()
        process.wait(20)
        assert time.monotonic() - begun < 10


def test_sigterm_ends_a_consumer_that_starts_on_a_broker_that_stands_still(real_stack: Stack, tmp_path: Path) -> None:
    with standing_still(real_stack) as halt:
        halt()
        with started("consume", environment=real_stack.environment, log=tmp_path / "log") as process:
            time.sleep(4)
            begun = time.monotonic()
            process.terminate()
            process.wait(20)
            assert time.monotonic() - begun < 10


def test_sigterm_ends_a_consumer_that_is_paused(real_stack: Stack, tmp_path: Path) -> None:
    stack = real_stack
    publish(stack.bootstrap_servers, [(EDUCATION, None, b"rubbish %d" % n) for n in range(200)], partition=0)
    with started("consume", environment=stack.environment, log=tmp_path / "log") as process:
        wait_for(lambda: icr("health", "consume", environment=stack.environment).returncode == 1, pause=0.3)
        begun = time.monotonic()
        process.terminate()
        process.wait(20)
        assert time.monotonic() - begun < 10
    with psycopg.connect(stack.database_url) as connection:
        row = connection.execute("SELECT reason, first_offset FROM log.paused_partition").fetchone()
    assert row is not None
    assert row[0] == "mostly_unreadable"
