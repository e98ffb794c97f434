"""Topics, with the partitions they are made with.

For each sector `icr.<sector>.v1`, and `icr.<sector>.backfill.v1` for events of mode backfill and snapshot, which are
read when there is time (`adapters.intake.kafka.backfill_share`). An event in the other lane is recorded all the same.
"""

import contextlib
from collections.abc import Iterator
from typing import Any, Final

from kafka import KafkaAdminClient
from kafka.errors import AuthorizationError, KafkaError, TopicAlreadyExistsError

from adapters.process.kafka_security import HINT, OPEN, Security, explain
from adapters.process.settings import TOPIC_ORGANISATIONS
from domain.errors import Unreachable

SECTORS: Final[tuple[str, ...]] = tuple(TOPIC_ORGANISATIONS)
TOPICS: Final = {sector: f"icr.{sector}.v1" for sector in SECTORS}
BACKFILL_TOPICS: Final = {sector: f"icr.{sector}.backfill.v1" for sector in SECTORS}
ALL_TOPICS: Final[tuple[str, ...]] = (*TOPICS.values(), *BACKFILL_TOPICS.values())
SECTOR_OF: Final = {topic: sector for topics in (TOPICS, BACKFILL_TOPICS) for sector, topic in topics.items()}
IN_BACKFILL: Final = frozenset(BACKFILL_TOPICS.values())
BACKFILL_MODES: Final = frozenset({"backfill", "snapshot"})
PARTITIONS: Final = 4

# librdkafka's mock cluster answers no question for its version; with this one all that is used here works.
_MEMORY_BROKER_VERSION: Final = (2, 3)
_BOOTSTRAP_MS = 15_000  # read at each use, so that tests can shorten it


def connection(
    bootstrap_servers: str, *, embedded: bool, bootstrap_ms: int | None = None, security: Security = OPEN
) -> dict[str, Any]:
    """What every kafka-python client of ours is told of the broker."""
    options: dict[str, Any] = {
        "bootstrap_servers": bootstrap_servers.split(","),
        "client_id": "icr",
        "bootstrap_timeout_ms": _BOOTSTRAP_MS if bootstrap_ms is None else bootstrap_ms,
        # The default goes up to half a minute, which is how long a returned broker would stay unused.
        "reconnect_backoff_max_ms": 1000,
        **security.kafka_python,
    }
    if embedded:
        options["api_version"] = _MEMORY_BROKER_VERSION
    return options


def cluster_name(bootstrap_servers: str, incarnation: str | None, security: Security = OPEN) -> str:
    """What tells this life of a cluster from another: offsets recorded under one say nothing about the next.

    An embedded broker's incarnation, else the cluster's own id. Raises Unreachable.
    """
    if incarnation is not None:
        return incarnation
    with _admin(bootstrap_servers, security) as admin:
        return str(admin.describe_cluster()["cluster_id"])


def ensure_topics(bootstrap_servers: str, security: Security = OPEN) -> list[str]:
    """Make the topics that a real cluster does not have yet; their names. Raises Unreachable."""
    with _admin(bootstrap_servers, security) as admin:
        missing = sorted(set(ALL_TOPICS) - set(admin.list_topics()))
        if missing:
            layout = {name: {"num_partitions": PARTITIONS} for name in missing}
            with contextlib.suppress(TopicAlreadyExistsError):  # made by another meanwhile
                admin.create_topics(layout, wait_for_metadata=True)
        return missing


def topic_for(sector: str, mode: str | None) -> str:
    """The topic that an event of a sector goes to, by its mode."""
    return (BACKFILL_TOPICS if mode in BACKFILL_MODES else TOPICS)[sector]


def tracking_name(cluster: str, topic: str, partition: int) -> str:
    """The name under which the log keeps how far a partition is recorded."""
    return f"kafka:{cluster}:{topic}:{partition}"


@contextlib.contextmanager
def _admin(bootstrap_servers: str, security: Security) -> Iterator[Any]:
    try:
        admin = KafkaAdminClient(**connection(bootstrap_servers, embedded=False, security=security))
    except (KafkaError, OSError, ValueError):
        raise Unreachable("Kafka", explain(bootstrap_servers, security)) from None
    try:
        yield admin
    except AuthorizationError as error:
        raise Unreachable("Kafka", f"our user may not do this: it answered {type(error).__name__}") from None
    except KafkaError as error:
        raise Unreachable("Kafka", f"it answered {type(error).__name__}") from None
    finally:
        admin.close()


__all__ = [
    "ALL_TOPICS",
    "BACKFILL_MODES",
    "BACKFILL_TOPICS",
    "HINT",
    "IN_BACKFILL",
    "PARTITIONS",
    "SECTORS",
    "SECTOR_OF",
    "TOPICS",
    "cluster_name",
    "connection",
    "ensure_topics",
    "topic_for",
    "tracking_name",
]
