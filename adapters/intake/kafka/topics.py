"""Topics, by their names, with the partitions they are made with.

Each publisher has, under the name of each of its sectors, `icr.<sector>.v1.<publisher>`, and
`icr.<sector>.backfill.v1.<publisher>` for events of mode backfill and snapshot, which are read when there is time
(`adapters.intake.kafka.backfill_share`). An event in the other lane is recorded all the same. The same names without a publisher
are the topics that a sector shares: for gateways which are trusted to say whose events they are.
"""

import contextlib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from kafka import KafkaAdminClient
from kafka.errors import AuthorizationError, KafkaError, TopicAlreadyExistsError

from adapters.process.kafka_security import HINT, OPEN, Security, explain
from adapters.process.publishers import NAME, Publisher
from adapters.process.settings import TOPIC_ORGANISATIONS
from domain.errors import Unreachable

SECTORS: Final[tuple[str, ...]] = tuple(TOPIC_ORGANISATIONS)
TOPICS: Final = {sector: f"icr.{sector}.v1" for sector in SECTORS}
BACKFILL_TOPICS: Final = {sector: f"icr.{sector}.backfill.v1" for sector in SECTORS}
SHARED_TOPICS: Final[tuple[str, ...]] = (*TOPICS.values(), *BACKFILL_TOPICS.values())
BACKFILL_MODES: Final = frozenset({"backfill", "snapshot"})
PARTITIONS: Final = 4
PUBLISHER_PARTITIONS: Final = 1  # there are many publishers: what is read side by side is theirs

# librdkafka's mock cluster answers no question for its version; with this one all that is used here works.
_MEMORY_BROKER_VERSION: Final = (2, 3)
_BOOTSTRAP_MS = 15_000  # read at each use, so that tests can shorten it
_NAME: Final = re.compile(rf"icr\.({'|'.join(SECTORS)})(\.backfill)?\.v1(?:\.({NAME}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class TopicName:
    """What the name of a topic says: of which sector it is, whether it is for backfill, and whose; None: shared."""

    sector: str
    backfill: bool
    publisher: str | None


@lru_cache(maxsize=100_000)
def topic_name(topic: str) -> TopicName | None:
    """What a topic's name says; None of one that agencies do not publish on."""
    found = _NAME.fullmatch(topic)
    return None if found is None else TopicName(found[1], found[2] is not None, found[3])


@lru_cache(maxsize=100_000)
def is_backfill(topic: str) -> bool:
    """Whether a topic is one for backfill."""
    name = topic_name(topic)
    return name is not None and name.backfill


def sector_of(topic: str) -> str | None:
    """The sector of a topic that agencies publish on."""
    name = topic_name(topic)
    return None if name is None else name.sector


def topic_for(sector: str, mode: str | None, publisher: str | None = None) -> str:
    """The topic that an event of a sector goes to, by its mode: a publisher's own, or the shared one."""
    shared = (BACKFILL_TOPICS if mode in BACKFILL_MODES else TOPICS)[sector]
    return shared if publisher is None else f"{shared}.{publisher}"


def topics_of(publisher: Publisher) -> tuple[str, ...]:
    """The topics that a publisher writes to."""
    modes = (None, "backfill")
    return tuple(topic_for(sector, mode, publisher.name) for sector in publisher.sectors for mode in modes)


def feedback_topic_of(publisher: Publisher) -> str:
    """The topic on which a publisher is told what became of its events."""
    return f"icr.feedback.v1.{publisher.name}"


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
    with administration(bootstrap_servers, security) as admin:
        return str(admin.describe_cluster()["cluster_id"])


def ensure_topics(
    bootstrap_servers: str, security: Security = OPEN, wanted: Collection[str] = SHARED_TOPICS
) -> list[str]:
    """Make the topics that a real cluster does not have yet; their names. Raises Unreachable."""
    with administration(bootstrap_servers, security) as admin:
        return make_topics(admin, wanted, PARTITIONS)


def make_topics(admin: Any, wanted: Collection[str], partitions: int, replication: int = -1) -> list[str]:  # noqa: ANN401
    """Make those of some topics that are not there; their names. Without a `replication` as the cluster has it."""
    missing = sorted(set(wanted) - set(admin.list_topics()))
    if missing:
        layout = {name: {"num_partitions": partitions, "replication_factor": replication} for name in missing}
        with contextlib.suppress(TopicAlreadyExistsError):  # made by another meanwhile
            admin.create_topics(layout, wait_for_metadata=True)
    return missing


def tracking_name(cluster: str, topic: str, partition: int) -> str:
    """The name under which the log keeps how far a partition is recorded."""
    return f"kafka:{cluster}:{topic}:{partition}"


@contextlib.contextmanager
def administration(bootstrap_servers: str, security: Security = OPEN) -> Iterator[Any]:
    """A client that asks and tells a cluster about itself. Raises Unreachable, also for what our user may not do."""
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
    "BACKFILL_MODES",
    "BACKFILL_TOPICS",
    "HINT",
    "PARTITIONS",
    "PUBLISHER_PARTITIONS",
    "SECTORS",
    "SHARED_TOPICS",
    "TOPICS",
    "TopicName",
    "administration",
    "cluster_name",
    "connection",
    "ensure_topics",
    "feedback_topic_of",
    "is_backfill",
    "make_topics",
    "sector_of",
    "topic_for",
    "topic_name",
    "topics_of",
    "tracking_name",
]
