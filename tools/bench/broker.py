"""The Kafka that is measured on: one that is given, one of its own, or the embedded one, said so."""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from adapters.intake.kafka.topics import SHARED_TOPICS
from adapters.process.settings import Settings
from domain.errors import Misuse, Unreachable
from tools.bench.processes import undisturbed
from tools.kafka_broker import JavaBroker, NoKafka

GROUP: Final = "icr-bench"
DEPLOYMENTS: Final = ("warm", "cold", "rebuild")  # each with a group of its own


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker to measure on. `bootstrap_servers` is None for the embedded one, which the data folder finds."""

    bootstrap_servers: str | None
    source: str
    pid: int | None


@contextmanager
def broker(settings: Settings) -> Iterator[Broker]:
    """The broker that the settings name, if it is empty; else one from Maven Central; else the embedded one, said so.

    Raises Misuse when the one that is named holds messages already, Unreachable when it does not answer.
    """
    given = settings.kafka_bootstrap_servers
    if given is not None:
        with _lent(given):
            yield Broker(given, "the Kafka that the settings name", None)
        return
    try:
        java = JavaBroker()
    except NoKafka as error:
        yield Broker(None, f"the embedded broker, NOT a real Kafka: {error}", None)
        return
    try:
        with undisturbed():
            java.launch()
        try:
            java.wait()
        except RuntimeError:
            raise Unreachable("Kafka", "the broker from Maven Central did not start") from None
        assert java.process is not None
        yield Broker(java.bootstrap_servers, f"{java.source}, one process on this machine", java.process.pid)
    finally:
        java.stop()


@contextmanager
def _lent(bootstrap_servers: str) -> Iterator[None]:
    """Someone's broker: invented children must not come among real ones, so none of our topics may be there."""
    try:
        with contextlib.closing(KafkaAdminClient(bootstrap_servers=bootstrap_servers.split(","))) as admin:
            taken = sorted(set(SHARED_TOPICS) & set(admin.list_topics()))
        if taken:
            raise Misuse(f"the measurement publishes invented events, and this Kafka has the topics {', '.join(taken)}")
        try:
            yield
        finally:
            with contextlib.closing(KafkaAdminClient(bootstrap_servers=bootstrap_servers.split(","))) as admin:
                admin.delete_topics(sorted(set(SHARED_TOPICS) & set(admin.list_topics())))
                for name in DEPLOYMENTS:
                    # Not there, or a member just ended is still counted for a while.
                    with contextlib.suppress(KafkaError):
                        admin.delete_groups([f"{GROUP}-{name}"])
    except KafkaError:
        raise Unreachable("Kafka", "is it running, and does ICR_KAFKA_BOOTSTRAP_SERVERS name it?") from None
