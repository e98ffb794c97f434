"""Which topic stands behind a name: one that was deleted and made again is another, and is told by its id.

Its offsets begin anew and say nothing of what was recorded of the first. So the partitions of a topic that was made again
are tracked under its id, and are read from their beginning.
"""

from collections.abc import Callable, Collection
from typing import Any, Final
from uuid import UUID

import psycopg

from adapters.intake.kafka.topics import tracking_name
from adapters.process.clock import Clock

TOPIC_REMADE: Final = "topic_remade"


class TopicLives:
    """The topics of one cluster as the log knows them. `id_now` says a topic's id, None where the broker has no ids."""

    def __init__(self, cluster: str, clock: Clock, id_now: Callable[[str], UUID | None]) -> None:
        self._cluster = cluster
        self._clock = clock
        self._id_now = id_now
        self._known: dict[str, tuple[UUID, bool]] = {}

    def name(self, topic: str, partition: int) -> str:
        """The name under which the log keeps how far a partition is recorded."""
        name = tracking_name(self._cluster, topic, partition)
        known = self._known.get(topic)
        return f"{name}@{known[0].hex}" if known is not None and known[1] else name

    def look(self, connection: psycopg.Connection[Any], topics: Collection[str]) -> set[str]:
        """Learn the ids of some topics; those that were made again since the log saw them last. Raises what psycopg does."""
        remade = set()
        for topic in sorted(topics):
            now = self._id_now(topic)
            if now is None or self._known.get(topic, (None,))[0] == now:
                continue
            was, self._known[topic] = self._remember(connection, topic, now)
            if was != now:
                remade.add(topic)
        return remade

    def changed(self, topics: Collection[str]) -> set[str]:
        """Those that have another id now than when they were looked at."""
        return {
            topic
            for topic in topics
            if topic in self._known and self._id_now(topic) not in (None, self._known[topic][0])
        }

    def _remember(self, connection: psycopg.Connection[Any], topic: str, now: UUID) -> tuple[UUID, tuple[UUID, bool]]:
        """The id that the log had of a topic, and the one it has from now on, with whether it took another's place."""
        name = f"kafka:{self._cluster}:{topic}"
        at = self._clock.now()
        with connection.transaction():
            connection.execute(
                "INSERT INTO log.topic (name, topic_id, seen_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                (name, now, at),
            )
            row = connection.execute(
                "SELECT topic_id, remade FROM log.topic WHERE name = %s FOR UPDATE", (name,)
            ).fetchone()
            assert row is not None
            was, remade = row
            if was != now:
                remade = True
                connection.execute(
                    "UPDATE log.topic SET topic_id = %s, remade = true, seen_at = %s WHERE name = %s", (now, at, name)
                )
                connection.execute("DELETE FROM log.paused_partition WHERE topic = %s AND skipped_at IS NULL", (topic,))
        return was, (now, remade)
