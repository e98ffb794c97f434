"""A Kafka broker in memory: librdkafka's mock cluster, held by a process of ours.

It serves the demo and fast tests. It forgets everything when it ends, drops the oldest beyond about 5 MB a partition,
knows no access control, and always gives a topic four partitions. So each start is another *incarnation*: offsets
recorded under one say nothing about the next.
"""

import secrets
import string

from confluent_kafka import KafkaException, Producer

from domain.errors import Unreachable


class MemoryBroker:
    """A broker that lives as long as this object."""

    def __init__(self) -> None:
        try:
            # log_level 0: it would tell on standard error that it is a mock, each time.
            self._cluster: Producer | None = Producer(
                {"bootstrap.servers": "", "test.mock.num.brokers": 1, "log_level": 0}
            )
            nodes = self._cluster.list_topics(timeout=10).brokers
        except KafkaException:
            raise Unreachable("the embedded broker", "it did not start") from None
        self.bootstrap_servers = ",".join(f"{node.host}:{node.port}" for node in nodes.values())
        # Letters only, so that it may stand in a log line, where long digits are refused.
        self.incarnation = "".join(secrets.choice(string.ascii_lowercase) for _ in range(16))

    def stop(self) -> None:
        """End the broker and forget what it held."""
        self._cluster = None
