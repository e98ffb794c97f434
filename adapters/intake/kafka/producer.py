"""The producer: bulk, idempotent, every message acknowledged by all replicas or reported."""

import sys
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from confluent_kafka import KafkaError, KafkaException, Producer

from adapters.process.kafka_security import OPEN, Security, explain
from domain.errors import Unreachable

_BOOTSTRAP_SECONDS: Final = 15.0
_DELIVERY_MS: Final = 60_000
_FULL_SECONDS: Final = 0.1

_NO_RIGHT: Final = ("TOPIC_AUTHORIZATION_FAILED", "CLUSTER_AUTHORIZATION_FAILED")  # the second: to no topic at all

Report = Callable[[bool], None]


class KafkaProducer:
    """Sends messages; `delivered` holds how far each partition is acknowledged: (topic, partition) to next offset."""

    def __init__(self, bootstrap_servers: str, *, embedded: bool, security: Security = OPEN) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._security = security
        self._ended: list[str] = []  # why librdkafka has given up for good
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap_servers,
                "client.id": "icr-publish",
                "acks": "all",
                "enable.idempotence": True,
                "linger.ms": 20,
                "compression.type": "none" if embedded else "lz4",
                "message.timeout.ms": _DELIVERY_MS,
                "reconnect.backoff.max.ms": 1000,
                "log_level": 0,  # errors come with the messages they are about
                "error_cb": partial(_note, self._ended),  # without it some of them are raised in the middle of a report
                **security.librdkafka,
            }
        )
        self.delivered: dict[tuple[str, int], int] = {}
        self.failed: str | None = None
        self._last = "its topic"  # that something was sent to
        self._embedded = embedded
        self._topics: frozenset[str] = self.look()

    def look(self) -> frozenset[str]:
        """The topics that the broker has now. Raises Unreachable."""
        try:
            self._topics = frozenset(self._producer.list_topics(timeout=_BOOTSTRAP_SECONDS).topics)
        except KafkaException:
            raise Unreachable("Kafka", explain(self._bootstrap_servers, self._security)) from None
        return self._topics

    def send(self, topic: str, key: bytes | None, value: bytes, report: Report) -> None:
        """Put a message on its way; `report` is called with whether it was acknowledged, from `send` or `flush`.

        Raises Unreachable when the broker has not this topic, or when messages are no longer acknowledged.
        """
        if not self._embedded and topic not in self._topics:
            raise Unreachable(
                f"the topic {topic}",
                "this Kafka does not have it, or our user has no right to it: icr topics grant makes a publisher's own "
                "(--publisher), icr migrate those that sectors share",
            )
        if self.failed is not None:
            raise Unreachable("Kafka", f"messages are not acknowledged ({self.failed})")
        self._last = topic

        def done(error: Any, message: Any) -> None:  # noqa: ANN401 - the library's types
            if error is None:
                self.delivered[message.topic(), message.partition()] = message.offset() + 1
            else:
                self.failed = self._why(str(error.name()), topic)
            report(error is None)

        while True:
            try:
                error = _refused(lambda: self._producer.produce(topic, value, key, on_delivery=done))
            except BufferError:
                self._serve(_FULL_SECONDS, topic)
                continue
            if error is not None:
                self.failed = self._why(error, topic)
                report(False)
            break
        self._serve(0, topic)

    def _serve(self, seconds: float, topic: str) -> None:
        """Take the reports that have come. Raises Unreachable where nothing more can be sent."""
        error = _refused(lambda: self._producer.poll(seconds))
        if error is not None:  # as the library says some errors after which it sends nothing more
            self._ended.append(error)
        if self._ended:
            self.failed = self._why("", topic)
            raise Unreachable("Kafka", f"messages are not acknowledged ({self.failed})")

    def _why(self, name: str, topic: str) -> str:
        """An error of the library by its name, with the right that is missing where that is what it says."""
        cause = self._ended[0] if self._ended else name
        return f"our user has no right to WRITE to {topic}" if cause in _NO_RIGHT else cause

    def flush(self) -> None:
        """Wait until everything sent is acknowledged or has failed."""
        error = _refused(self._flush)
        if error is not None:
            told = self.failed if self._ended else None  # what became of messages before it was known why says less
            self._ended.append(error)
            self.failed = told or self._why("", self._last)

    def _flush(self) -> None:
        while self._producer.flush(1.0):
            pass


def _refused(call: Callable[[], object]) -> str | None:
    """Call the library; its name of the error that it raised, if it did. Anything else goes on.

    It raises some fatal errors as a KafkaError, which is no exception to Python: no clause that names a class catches it.
    """
    try:
        call()
    except:  # noqa: E722
        return _name_of(sys.exc_info()[1])
    return None


def _name_of(raised: Any) -> str:  # noqa: ANN401 - the library's types
    """The library's name of an error; where one of its calls ended with two at once, it stands behind the interpreter's own."""
    said = raised.__cause__ if isinstance(raised, SystemError) else raised
    if isinstance(said, KafkaException):
        said = said.args[0]
    if not isinstance(said, KafkaError):
        raise raised
    return str(said.name())


def _note(ended: list[str], error: Any) -> None:  # noqa: ANN401 - the library's type
    if error.fatal() or error.name() in _NO_RIGHT:
        ended.append(str(error.name()))
