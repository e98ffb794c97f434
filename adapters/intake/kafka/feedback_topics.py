"""Feedback on topics: `icr.feedback.<organisation>.v1`, for each organisation that has one.

Read from the log behind everybody else, by a cursor for each topic, which moves when all that was sent is acknowledged.
So it is told at least once, in order, and what is lost if this process dies is nothing: some of it is told again, under
the cursor that it had. A topic that is made later begins at the beginning.
"""

import re
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import Any, Final

import orjson
import psycopg

from adapters.disclosure.disclosing import Discloser
from adapters.intake.kafka.producer import KafkaProducer
from adapters.intake.kafka.topics import cluster_name
from adapters.log.connections import Work
from adapters.log.feedback.published import hold_publishing, read_cursor, write_cursor
from adapters.log.recorder import CHANNEL
from adapters.log.trouble import trouble_of
from adapters.process.logs import get_logger
from adapters.questions.door import Door
from adapters.questions.feedback import MOST
from adapters.service.looking import Looks
from adapters.service.opened import Service
from adapters.service.projecting import BACK_OFF, Tell
from domain.access.viewer import Channel, Role, Viewer
from domain.errors import Rejected, Unreachable
from domain.questions.about import ReadFeedback

FEEDBACK_TOPIC: Final = re.compile(r"icr\.feedback\.([A-Za-z0-9._-]{1,100})\.v1")
TOPICS_EVERY: Final = 5.0  # seconds between looks for topics made since
POLL_SECONDS: Final = 1.0
BROKER_LOST: Final = "broker_lost"


class FeedbackPublisher:
    """Publishes what is new; one of them works at a time, the others wait."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._cluster = cluster_name(service.bootstrap_servers or "", service.incarnation, service.kafka_security)
        self._discloser = Discloser(service.keys, service.clock)
        self._producer: KafkaProducer | None = None
        self._connection: psycopg.Connection[Any] | None = None
        # Organisation -> where to read on; further than the row says where others alone were told something.
        self._cursors: dict[str, str | None] = {}
        self._looked = float("-inf")
        self.told = 0

    def step(self) -> bool:
        """Tell what is new, at most a page a topic; whether there is more at once. Raises Unreachable and psycopg's."""
        connection = self.connection
        if not hold_publishing(connection):
            return False
        producer = self._ready()
        more = False
        for organisation in sorted(self._cursors):
            more = self._tell(connection, producer, organisation) or more
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
            found = {match[1] for topic in self._producer.look() if (match := FEEDBACK_TOPIC.fullmatch(topic))}
            for organisation in found - self._cursors.keys():
                self._cursors[organisation] = read_cursor(self.connection, self._name(organisation))
            for organisation in self._cursors.keys() - found:
                del self._cursors[organisation]
            self._looked = time.monotonic()
        return self._producer

    def _tell(self, connection: psycopg.Connection[Any], producer: KafkaProducer, organisation: str) -> bool:
        service, door = self._service, Door(self._service, lambda: nullcontext(connection), self._discloser)
        viewer = Viewer(organisation, Role.FEED, organisation, channel=Channel.TOPIC)
        question = ReadFeedback(organisation=organisation, since=self._cursors[organisation], limit=MOST)
        try:
            answered = door.answer(question, viewer)
        except Rejected:  # the log was restored: what is told again has other cursors, and the same event ids
            answered = door.answer(replace(question, since=None), viewer)
        assert answered is not None
        page = answered.content
        topic = f"icr.feedback.{organisation}.v1"
        for one in page["feedback"]:
            told = {"organisation": organisation, **one}
            producer.send(topic, organisation.encode(), orjson.dumps(told), _ignore)
        if page["feedback"]:
            producer.flush()
            if producer.failed is not None:
                raise Unreachable("Kafka", f"feedback is not acknowledged ({producer.failed})")
            write_cursor(connection, self._name(organisation), page["next"], service.clock.now())
            self.told += len(page["feedback"])
        self._cursors[organisation] = page["next"]
        return page["more"]

    def _name(self, organisation: str) -> str:
        return f"kafka:{self._cluster}:{organisation}"


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
                of_broker = isinstance(error, Unreachable) and error.what != "the database"
                found = BROKER_LOST if of_broker else trouble_of(error)
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


def _ignore(_: bool) -> None:
    """The producer remembers what failed."""
