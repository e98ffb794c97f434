"""Feedback on topics, for each organisation and each publisher that has one.

`icr.feedback.<organisation>.v1` is an organisation's; on `icr.feedback.v1.<publisher>` one is told of all its organisations.
Read from the log behind everybody else, by a cursor for each, which moves when all that was sent is acknowledged. So it is told at
least once, in order, and what is lost if this process dies is nothing: some of it is told again, under the cursor that it had. A
topic that is made later begins at the beginning.
"""

import re
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import Any, Final, NamedTuple

import orjson
import psycopg

from adapters.disclosure.disclosing import Discloser
from adapters.intake.kafka.producer import KafkaProducer
from adapters.intake.kafka.topics import cluster_name, feedback_topic_of
from adapters.log.connections import Work
from adapters.log.feedback.published import hold_publishing, read_cursor, write_cursor
from adapters.log.recorder import CHANNEL
from adapters.log.trouble import trouble_of
from adapters.process.logs import get_logger
from adapters.process.publishers import watched_publishers
from adapters.questions.door import Door
from adapters.questions.feedback import MOST
from adapters.service.looking import Looks
from adapters.service.opened import Service
from adapters.service.projecting import BACK_OFF, Tell
from domain.access.viewer import Channel, Role, Viewer
from domain.errors import Misuse, Rejected, Unreachable
from domain.questions.about import ReadFeedback

FEEDBACK_TOPIC: Final = re.compile(r"icr\.feedback\.([A-Za-z0-9._-]{1,100})\.v1")
TOPICS_EVERY: Final = 5.0  # seconds between looks for topics made since
POLL_SECONDS: Final = 1.0
BROKER_LOST: Final = "broker_lost"
PUBLISHERS: Final = "the file of publishers"
PUBLISHERS_NOT_READ: Final = "publishers_not_read"


class Reader(NamedTuple):
    """Who is told on a topic, and of which organisation; `name` is that under which the log keeps how far it was told."""

    topic: str
    organisation: str
    who: str
    name: str


class FeedbackPublisher:
    """Publishes what is new; one of them works at a time, the others wait."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._cluster = cluster_name(service.bootstrap_servers or "", service.incarnation, service.kafka_security)
        self._discloser = Discloser(service.keys, service.clock)
        self._producer: KafkaProducer | None = None
        self._connection: psycopg.Connection[Any] | None = None
        self._publishers = watched_publishers(service.settings.publishers_file)
        # Where to read on; further than the row says where others alone were told something.
        self._cursors: dict[Reader, str | None] = {}
        self._looked = float("-inf")
        self.told = 0

    def step(self) -> bool:
        """Tell what is new, at most a page a topic; whether there is more at once. Raises Unreachable and psycopg's."""
        connection = self.connection
        if not hold_publishing(connection):
            return False
        producer = self._ready()
        more = False
        for reader in sorted(self._cursors):
            more = self._tell(connection, producer, reader) or more
        return more

    def wait(self) -> None:
        """Until the log calls, for a second at most."""
        for _ in self.connection.notifies(timeout=POLL_SECONDS, stop_after=1):
            pass

    def close(self) -> None:
        """Give back what is held. Used again it begins anew, from what the log has of it."""
        if self._connection is not None:
            self._discloser.close(self._connection)
            self._connection.close()
        self._connection = self._producer = None
        self._cursors.clear()
        self._looked = float("-inf")

    @property
    def connection(self) -> psycopg.Connection[Any]:
        """The connection in use, opened when it is first asked for, and listening."""
        if self._connection is None:
            self._connection = self._service.connect(Work.TELL)
            self._connection.execute(f"LISTEN {CHANNEL}")
        return self._connection

    def _ready(self) -> KafkaProducer:
        """The producer; and, now and then, which organisations have a topic."""
        if self._producer is None:
            self._producer = KafkaProducer(
                self._service.bootstrap_servers or "",
                embedded=self._service.embedded_broker,
                security=self._service.kafka_security,
            )
            self._looked = float("-inf")
        if time.monotonic() - self._looked >= TOPICS_EVERY:
            found = self._readers(self._producer.look())
            for reader in found - self._cursors.keys():
                self._cursors[reader] = read_cursor(self.connection, reader.name)
            for reader in self._cursors.keys() - found:
                del self._cursors[reader]
            self._looked = time.monotonic()
        return self._producer

    def _readers(self, topics: frozenset[str]) -> set[Reader]:
        """Who is told on the topics that there are. Raises Unreachable while it is not known whose they are."""
        before = f"kafka:{self._cluster}"
        try:
            publishers = () if self._publishers is None else self._publishers.now().by_name.values()
        except Misuse as error:
            raise Unreachable(PUBLISHERS, error.message) from None
        own = {feedback_topic_of(publisher): publisher for publisher in publishers}
        readers = {
            Reader(topic, organisation, own[topic].name, f"{before}:{own[topic].name}:{organisation}")
            for topic in own.keys() & topics
            for organisation in own[topic].organisations
        }
        return readers | {
            Reader(topic, match[1], match[1], f"{before}:{match[1]}")
            for topic in topics
            if topic not in own and (match := FEEDBACK_TOPIC.fullmatch(topic))
        }

    def _tell(self, connection: psycopg.Connection[Any], producer: KafkaProducer, reader: Reader) -> bool:
        service, door = self._service, Door(self._service, lambda: nullcontext(connection), self._discloser)
        organisation = reader.organisation
        viewer = Viewer(reader.who, Role.FEED, organisation, channel=Channel.TOPIC)
        question = ReadFeedback(organisation=organisation, since=self._cursors[reader], limit=MOST)
        try:
            answered = door.answer(question, viewer)
        except Rejected:  # the log was restored: what is told again has other cursors, and the same event ids
            answered = door.answer(replace(question, since=None), viewer)
        assert answered is not None
        page = answered.content
        for one in page["feedback"]:
            told = {"organisation": organisation, **one}
            producer.send(reader.topic, organisation.encode(), orjson.dumps(told), _ignore)
        if page["feedback"]:
            producer.flush()
            if producer.failed is not None:
                raise Unreachable("Kafka", f"feedback is not acknowledged ({producer.failed})")
            write_cursor(connection, reader.name, page["next"], service.clock.now())
            self.told += len(page["feedback"])
        self._cursors[reader] = page["next"]
        return page["more"]


def follow(service: Service, stop: Callable[[], bool], tell: Tell, *, until_end: bool = False) -> int:
    """Publish feedback until `stop`, or until all there is has been told, if asked; how much was told.

    A lost broker or database is waited for. Raises Unreachable when there is no broker to begin with.
    """
    teller = FeedbackPublisher(service)
    looks = Looks(service)
    log = get_logger("tell")
    failures = 0
    trouble = ""
    tell((), now=True)
    try:
        while not stop():
            try:
                more = teller.step()
                if failures:
                    log.warning("recovered_from", reason=trouble)
                failures = 0
                tell(looks.trouble(teller.connection), told=teller.told)
                if more:
                    continue
                if until_end:
                    break
                teller.wait()
            except (Unreachable, psycopg.Error) as error:
                found = _trouble_of(error)
                if found is None:
                    raise
                trouble = found
                if not failures:
                    log.warning(trouble, error=type(error).__name__)
                tell((trouble,), told=teller.told)
                teller.close()
                time.sleep(BACK_OFF[min(failures, len(BACK_OFF) - 1)])
                failures += 1
    finally:
        teller.close()
    return teller.told


def _trouble_of(error: Unreachable | psycopg.Error) -> str | None:
    if isinstance(error, Unreachable) and error.what != "the database":
        return PUBLISHERS_NOT_READ if error.what == PUBLISHERS else BROKER_LOST
    return trouble_of(error)


def _ignore(_: bool) -> None:
    """The producer remembers what failed."""
