"""The consumer's client: how it is set up, the same on every broker, and how it comes to its partitions."""

from typing import Any, Final

from kafka import KafkaConsumer, TopicPartition
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor

from adapters.intake.kafka.topics import PARTITIONS, SHARED_TOPICS, connection
from adapters.service.opened import Service

SESSION_MS: Final = 10_000
POLL_RECORDS: Final = 5000  # fewer than a partition's fetch holds makes the client stall (see the library's fetcher)
MOST_ANSWER: Final = (
    32 << 20
)  # bytes of one answer; Kafka gives out a whole batch, however large, and one megabyte is usual
METADATA_MS = 5000  # how soon a topic made later is found; read at each use, so that tests can shorten it
FETCH_BYTES: Final = 2 << 20  # what waits in memory while a batch is recorded; more makes nothing faster


def reading_options(service: Service) -> dict[str, Any]:
    """What a client that reads agencies' topics is told."""
    return {
        **connection(
            service.bootstrap_servers or "", embedded=service.embedded_broker, security=service.kafka_security
        ),
        "auto_offset_reset": "none",  # where to read is the log's to say
        "enable_auto_commit": False,
        "max_poll_records": POLL_RECORDS,
        "fetch_max_wait_ms": 100,
        "fetch_max_bytes": FETCH_BYTES,
        "receive_message_max_bytes": MOST_ANSWER,
        "max_partition_fetch_bytes": FETCH_BYTES // 4,
        "allow_auto_create_topics": service.embedded_broker,
        # By turns, since most topics have one partition: by ranges all of them would be the first member's.
        "partition_assignment_strategy": (RoundRobinPartitionAssignor, RangePartitionAssignor),
        "metadata_max_age_ms": METADATA_MS,
    }


def reader_of_all(service: Service) -> tuple[Any, list[TopicPartition]]:
    """A client of the embedded broker, and all its partitions. Raises KafkaError, OSError, ValueError.

    It has the shared topics alone. Its groups cannot be relied on: everything is read by each consumer, and the log lets one of them win.
    """
    client = KafkaConsumer(group_id=None, **reading_options(service))
    partitions = [TopicPartition(topic, n) for topic in SHARED_TOPICS for n in range(PARTITIONS)]
    client.assign(partitions)
    for topic in SHARED_TOPICS:
        client.partitions_for_topic(topic)  # which makes it
    return client, partitions


def reader_in_group(service: Service, name: str | None) -> Any:  # noqa: ANN401 - the library has no types
    """A client that shares the partitions with the others of its group, as the member of a name. Raises as `reader_of_all`."""
    return KafkaConsumer(
        group_id=service.settings.kafka_group,
        group_instance_id=name,
        session_timeout_ms=SESSION_MS,
        heartbeat_interval_ms=SESSION_MS // 4,
        isolation_level="read_committed",
        **reading_options(service),
    )
