"""How the consumer's client is set up, the same on every broker."""

from typing import Any, Final

from adapters.intake.kafka.topics import connection
from adapters.service.opened import Service

POLL_RECORDS: Final = 5000  # fewer than a partition's fetch holds makes the client stall (see the library's fetcher)
MOST_ANSWER: Final = (
    32 << 20
)  # bytes of one answer; Kafka gives out a whole batch, however large, and one megabyte is usual
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
        "metadata_max_age_ms": 5000,  # how soon a topic made later is found
    }
