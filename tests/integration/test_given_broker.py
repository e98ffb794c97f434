"""The sources of a real broker for tests: one that is given is left as it was found, one that fails is not skipped."""

import contextlib

import pytest

from tests.servers import kafka as servers
from tests.servers.kafka import EXTERNAL, ContainerBroker, GivenBroker, RealKafka
from tests.servers.plugin import TOPICS, Pool
from tools.kafka_broker import NoKafka


@pytest.mark.kafka_real
def test_a_given_broker_is_left_as_it_was_found(real_kafka: RealKafka, monkeypatch: pytest.MonkeyPatch) -> None:
    if not real_kafka.can_be_killed:
        pytest.skip("the broker that was given is in use by these tests")
    real_kafka.create_topics(["orders"])
    monkeypatch.setenv(EXTERNAL, real_kafka.bootstrap_servers)
    for _ in range(2):  # as two test runs, one after the other
        given = RealKafka()
        assert (given.source, given.can_be_killed) == (GivenBroker.source, False)
        with pytest.raises(NoKafka, match="another test process"):
            GivenBroker()
        given.create_topics([*TOPICS, "of-a-test"])
        with contextlib.closing(real_kafka.admin()) as admin:
            admin.create_topics(
                {"invoices": {"num_partitions": 1, "replication_factor": 1}}
            )  # somebody else's, meanwhile
        given.reset()
        assert given.topics() == {"orders", "invoices"}
        given.create_topics(TOPICS)
        given.stop()
        assert real_kafka.topics() == {"orders", "invoices"}
        with contextlib.closing(real_kafka.admin()) as admin:
            admin.delete_topics(["invoices"])


@pytest.mark.kafka_real
def test_topics_of_ours_on_a_given_broker_are_not_touched(
    real_kafka: RealKafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not real_kafka.can_be_killed:
        pytest.skip("the broker that was given is in use by these tests")
    real_kafka.create_topics(TOPICS[:1])
    monkeypatch.setenv(EXTERNAL, real_kafka.bootstrap_servers)
    given = RealKafka()
    try:
        with pytest.raises(NoKafka, match=TOPICS[0]):
            given.create_topics(TOPICS)
    finally:
        given.stop()
    assert real_kafka.topics() == {TOPICS[0]}


def test_a_given_broker_that_does_not_answer_fails_the_tests_and_is_waited_for_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waited = []

    def silent(bootstrap: str, **_: object) -> None:
        waited.append(bootstrap)
        raise RuntimeError("Kafka did not start")

    monkeypatch.setenv(EXTERNAL, "127.0.0.1:9")
    monkeypatch.setattr(servers, "_await", silent)
    pool = Pool()
    for _ in range(2):
        with pytest.raises(RuntimeError, match="did not start"):
            pool.kafka()
    assert waited == ["127.0.0.1:9"]
    pool.stop()
    GivenBroker().stop()  # nobody holds it


def test_without_a_container_engine_it_is_said_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    with pytest.raises(NoKafka, match=r"no container engine answers \(\w+\)"):
        ContainerBroker()


def test_without_any_source_all_of_them_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(EXTERNAL, raising=False)
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(NoKafka, match=rf"{EXTERNAL} is not set; no container engine .*; no java and no mvn"):
        RealKafka()


def test_a_broker_in_a_container_reaches_itself_inside() -> None:
    """The port that clients use is this machine's: a transaction would wait for ever if the broker used it too."""
    environment = servers._container_environment(50123)
    advertised = dict(one.split("://") for one in environment["KAFKA_ADVERTISED_LISTENERS"].split(","))
    listening = dict(one.split("://") for one in environment["KAFKA_LISTENERS"].split(","))
    inside = environment["KAFKA_INTER_BROKER_LISTENER_NAME"]
    assert advertised["PLAINTEXT"] == "127.0.0.1:50123"
    assert advertised[inside] == f"localhost{listening[inside]}"
