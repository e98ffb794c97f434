"""Which topics are read, and whose each is: the shared ones where they are on, and those of publishers, as they come and go.

The broker is asked now and then which topics it has, and the file of publishers is looked at as often. A topic of nobody in that
file is not read: what stands on it waits in Kafka until somebody says whose it is.
"""

import time
from collections.abc import Callable
from typing import Any, Final

from adapters.intake.kafka.topics import SHARED_TOPICS, topic_name
from adapters.process.logs import get_logger
from adapters.process.publishers import NONE, Publishers, watched_publishers
from adapters.service.opened import Service
from domain.senders import Sender

TOPICS_EVERY: Final = 5.0  # seconds between looks for topics made since
_TOLD: Final = 20  # topics of nobody that are named at each look


class Subscription:
    """The topics of one consumer. `publishers` and `topics` are those of the last look."""

    def __init__(self, service: Service, listener: Any, now: Callable[[], float] = time.monotonic) -> None:  # noqa: ANN401
        self._file = watched_publishers(service.settings.publishers_file)
        self._shared = service.settings.shared_topics or service.embedded_broker
        self._listener = listener
        self._now = now
        self._client: Any = None
        self._looked = float("-inf")
        self._there: set[str] = set()
        self._told: set[str] = set()
        self.publishers: Publishers = NONE
        # The embedded broker's consumer is given all its partitions, and subscribes to nothing.
        self.topics = frozenset(SHARED_TOPICS if service.embedded_broker else ())

    def held_by(self, client: Any) -> None:  # noqa: ANN401
        """The client that reads; it subscribes at the first look.

        It is asked for the topics before it joins, or it would divide nothing and join again. Later nobody waits for an answer,
        which a broker that is gone would not give: the client renews what it knows by itself, of all topics.
        """
        self._client = client
        client.topics()
        self._know_all()

    def look(self) -> None:
        """Subscribe to what there is now, where it is time to look. Raises Misuse where the file is wrong, and KafkaError."""
        if self._client is None:
            return
        before, self.publishers = self.publishers, NONE if self._file is None else self._file.now()
        if self._now() - self._looked < TOPICS_EVERY and self.publishers is before:
            return
        self._looked = self._now()
        now = self._client._cluster.topics()  # noqa: SLF001
        # One that is missed once may only be without a leader for a moment.
        there, self._there = now | self._there, now
        wanted = frozenset(topic for topic in there if self._is_wanted(topic))
        self._tell(there)
        if wanted != self.topics:
            self.topics = wanted
            if wanted:
                self._client.subscribe(sorted(wanted), listener=self._listener)
            else:
                self._client.unsubscribe()
            self._know_all()

    @property
    def looked(self) -> bool:
        """Whether it is known which topics there are."""
        return self._client is None or self._looked > float("-inf")

    def sender(self, topic: str) -> Sender | None:
        """Whose a topic is; None of a shared one."""
        name = topic_name(topic)
        if name is None or name.publisher is None:
            return None
        return self.publishers.senders.get(name.publisher, Sender(f"publisher:{name.publisher}", frozenset()))

    def _know_all(self) -> None:
        self._client._cluster.need_all_topic_metadata = True  # noqa: SLF001 - as it is for a pattern

    def _is_wanted(self, topic: str) -> bool:
        name = topic_name(topic)
        if name is None:
            return False
        if name.publisher is None:
            return self._shared
        publisher = self.publishers.by_name.get(name.publisher)
        return publisher is not None and name.sector in publisher.sectors

    def _tell(self, there: set[str]) -> None:
        """Say once of topics that agencies' events may stand on that they are not read: those of nobody, and the shared ones."""
        unread = {topic for topic in there - self._told if topic_name(topic) is not None and not self._is_wanted(topic)}
        if shared := unread & frozenset(SHARED_TOPICS):
            self._told |= shared
            get_logger("consume").warning("shared_topics_not_read", count=len(shared))
        for topic in sorted(unread - shared)[:_TOLD]:
            self._told.add(topic)
            get_logger("consume").warning("topic_not_read", topic=topic)
