"""The servers that tests are given do what tests rely on, on each back end alike."""

import psycopg
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from tests.servers.kafka import RealKafka
from tests.servers.plugin import TOPICS, KafkaServer, Stack


def publish(bootstrap_servers: str, topic: str, body: bytes, *, embedded: bool) -> None:
    producer = KafkaProducer(bootstrap_servers=bootstrap_servers, **version(embedded=embedded))
    producer.send(topic, body, partition=0).get(20)
    producer.close()


def read(bootstrap_servers: str, topic: str, *, embedded: bool) -> list[bytes]:
    consumer = KafkaConsumer(bootstrap_servers=bootstrap_servers, group_id=None, **version(embedded=embedded))
    partition = TopicPartition(topic, 0)
    consumer.assign([partition])
    consumer.seek_to_beginning(partition)
    end = consumer.end_offsets([partition])[partition]
    bodies: list[bytes] = []
    while len(bodies) < end:
        bodies += [record.value for records in consumer.poll(200).values() for record in records]
    consumer.close()
    return bodies


def version(*, embedded: bool) -> dict[str, object]:
    """The mock cluster does not answer the question for its version."""
    return {"api_version": (2, 3)} if embedded else {}


@pytest.mark.parametrize("round_", [1, 2])
def test_each_test_has_a_broker_without_what_another_test_published(kafka: KafkaServer, round_: int) -> None:
    kafka.create_topics("icr.health.v1")
    publish(kafka.bootstrap_servers, "icr.health.v1", b"%d" % round_, embedded=kafka.embedded)
    assert read(kafka.bootstrap_servers, "icr.health.v1", embedded=kafka.embedded) == [b"%d" % round_]


@pytest.mark.parametrize("round_", [1, 2])
def test_each_test_has_a_database_without_what_another_test_wrote(empty_database_url: str, round_: int) -> None:
    with psycopg.connect(empty_database_url) as connection:
        connection.execute("CREATE TABLE only_once (a int)")
        encoding, order = connection.execute(
            "SELECT pg_encoding_to_char(encoding), 'Z' < 'a' FROM pg_database WHERE datname = current_database()"
        ).fetchone() or ("", False)
    assert (encoding, order) == ("UTF8", True)


@pytest.mark.kafka_real
@pytest.mark.nightly
def test_a_killed_broker_comes_back_with_what_it_had(real_kafka: RealKafka) -> None:
    if not real_kafka.can_be_killed:
        pytest.skip("the broker that was given is not ours to kill")
    real_kafka.create_topics(["icr.health.v1"])
    publish(real_kafka.bootstrap_servers, "icr.health.v1", b"kept", embedded=False)
    real_kafka.restart()
    assert read(real_kafka.bootstrap_servers, "icr.health.v1", embedded=False) == [b"kept"]


def test_a_stack_is_a_broker_with_topics_and_a_database_with_tables(stack: Stack) -> None:
    assert stack.settings.database_url == stack.database_url
    assert stack.embedded_broker == (stack.name == "embedded") == (stack.incarnation is not None)
    publish(stack.bootstrap_servers, TOPICS[1], b"body", embedded=stack.embedded_broker)
    assert read(stack.bootstrap_servers, TOPICS[1], embedded=stack.embedded_broker) == [b"body"]
    with psycopg.connect(stack.database_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
