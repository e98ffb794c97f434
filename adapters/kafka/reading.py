"""How the consumer's client is set up, the same on every broker."""

from typing import Any, Final

from adapters.kafka.topics import connection
from adapters.service import Service

POLL_RECORDS: Final = 5000  # fewer than a partition's fetch holds makes the client stall (see the library's fetcher)
FETCH_BYTES: Final = 2 << 20  # what waits in memory while a batch is recorded; more makes nothing faster


def reading_options(service: Service) -> dict[str, Any]:
    """What a client that reads agencies' topics is told."""
    return {
        **connection(service.bootstrap_servers or "", embedded=service.embedded_broker),
        "auto_offset_reset": "none",  # where to read is the log's to say
        "enable_auto_commit": False,
        "max_poll_records": POLL_RECORDS,
        "fetch_max_wait_ms": 100,
        "fetch_max_bytes": FETCH_BYTES,
        "max_partition_fetch_bytes": FETCH_BYTES // 4,
        "allow_auto_create_topics": service.embedded_broker,
        "metadata_max_age_ms": 5000,  # how soon a topic made later is found
    }


def keep_unparking(client: Any) -> None:  # noqa: ANN401 - the library has no types
    """Make a client read on in partitions that were paused in the middle of a fetch.

    kafka-python 3.0.12: what is left of such a fetch is put by, and taken up again when the partition is resumed and the
    place for the fetch in hand is `None`. A fetch that was read to its end stays in that place, so what was put by is
    never taken up, and the partition is not fetched either as long as something of it is put by: it stands still.
    """
    fetcher = client._fetcher  # noqa: SLF001
    fetched_records = fetcher.fetched_records

    def unparking(*args: Any, **named: Any) -> Any:  # noqa: ANN401
        if not fetcher._next_partition_records:  # noqa: SLF001
            fetcher._next_partition_records = None  # noqa: SLF001
        return fetched_records(*args, **named)

    fetcher.fetched_records = unparking
