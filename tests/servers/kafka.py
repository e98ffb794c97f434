"""Real Kafka brokers for tests: one that is given, one in a container, or one from Maven Central on the machine's JDK.

All three are handled alike. A broker can be killed and started again on its data; one that is given cannot.
"""

import contextlib
import fcntl
import gc
import os
import re
import socket
import time
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Protocol

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, OffsetSpec
from kafka.errors import CoordinatorLoadInProgressError, KafkaError, UnknownTopicOrPartitionError

from adapters.embedded.processes import free_port
from tools.kafka_broker import JavaBroker, NoKafka, cache

IMAGE = "apache/kafka:4.1.0"
EXTERNAL = "KAFKA_BOOTSTRAP_SERVERS"
PARTITIONS = 4  # of a topic, as the embedded broker has them
QUICK_START = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


class Broker(Protocol):
    """One real broker."""

    source: str
    can_be_killed: bool

    @property
    def bootstrap_servers(self) -> str:
        """host:port."""
        ...

    def start(self) -> None:
        """Start it, or start it again on its data and its address."""
        ...

    def kill(self) -> None:
        """End it as a power cut of the process would (SIGKILL)."""
        ...

    def stop(self) -> None:
        """End it in order and remove what it kept."""
        ...


def _java_broker() -> JavaBroker:
    """A quick start by default; figures want the JVM's full compiler."""
    return JavaBroker(java_options=() if os.environ.get("ICR_TEST_FULL_JIT") == "1" else QUICK_START)


class ContainerBroker:
    """A broker in a container, on a fixed port of this machine so that it can be started again at its address."""

    source = f"container {IMAGE}"
    can_be_killed = True

    def __init__(self) -> None:
        self.port = free_port()
        container, why = _container(self.port)
        if container is None:
            with warnings.catch_warnings():
                # docker-py leaves the socket open on which no engine answered.
                warnings.simplefilter("ignore", ResourceWarning)
                gc.collect()
            raise NoKafka(f"no container engine answers ({why})")
        for name, value in _container_environment(self.port).items():
            container = container.with_env(name, value)
        self._container = container
        self._started = False

    @property
    def bootstrap_servers(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        if self._started:
            self._container.get_wrapped_container().start()
        else:
            self._container.start()
            self._started = True
        _await(self.bootstrap_servers, alive=lambda: True, log=None)

    def kill(self) -> None:
        self._container.get_wrapped_container().kill()

    def stop(self) -> None:
        self._container.stop()


class GivenBroker:
    """The broker that KAFKA_BOOTSTRAP_SERVERS names. It is someone's: tests that kill brokers are skipped.

    One test process uses it; another beside it (pytest-xdist) has a broker of its own, or none.
    """

    source = f"the broker in {EXTERNAL}"
    can_be_killed = False

    def __init__(self) -> None:
        given = os.environ.get(EXTERNAL)
        if not given:
            raise NoKafka(f"{EXTERNAL} is not set")
        self._given = given
        self._lock = (cache() / "given.lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise NoKafka(f"another test process uses {self.source}") from None

    @property
    def bootstrap_servers(self) -> str:
        return self._given

    def start(self) -> None:
        _await(self._given, alive=lambda: True, log=None, seconds=15)

    def kill(self) -> None:
        raise RuntimeError("not ours to kill")

    def stop(self) -> None:
        """Leave it alone."""
        self._lock.close()


class RealKafka:
    """A real broker, started, with what tests do to it."""

    def __init__(self) -> None:
        reasons = []
        for kind in (GivenBroker, ContainerBroker, _java_broker):
            try:
                self.broker: Broker = kind()
                break
            except NoKafka as error:
                reasons.append(str(error))
        else:
            raise NoKafka("; ".join(reasons))
        self._running = False
        # On a broker that is someone's, only what tests made is ours to delete.
        self._made: set[str] = set()
        try:
            self.start()
            self._foreign = set() if self.broker.can_be_killed else self.topics() | self.groups()
        except BaseException:
            self.broker.stop()
            raise

    @property
    def source(self) -> str:
        return self.broker.source

    @property
    def can_be_killed(self) -> bool:
        return self.broker.can_be_killed

    @property
    def bootstrap_servers(self) -> str:
        return self.broker.bootstrap_servers

    def start(self) -> None:
        """Start it if it does not run."""
        if not self._running:
            self.broker.start()
            self._running = True

    def kill(self) -> None:
        """SIGKILL, with whatever clients are connected."""
        self.broker.kill()
        self._running = False

    def restart(self, *, down_for: float = 0.0) -> None:
        """Kill it and start it again on its data at the same address."""
        self.kill()
        time.sleep(down_for)
        self.start()

    def stop(self) -> None:
        """End it and remove what it kept; from a broker that is someone's, what tests left on it."""
        if not self.broker.can_be_killed:
            self.reset()
        self.broker.stop()
        self._running = False

    def admin(self) -> KafkaAdminClient:
        """A new administration client (one from before a kill fails once)."""
        return KafkaAdminClient(bootstrap_servers=self.bootstrap_servers, bootstrap_timeout_ms=10_000)

    def topics(self) -> set[str]:
        """Names of all topics but Kafka's own."""
        with contextlib.closing(self.admin()) as admin:
            return {name for name in admin.list_topics() if not name.startswith("__")}

    def groups(self) -> set[str]:
        """Names of all consumer groups."""
        with contextlib.closing(self.admin()) as admin:
            return {_group_id(group) for group in admin.list_groups()}

    def create_topics(self, names: Iterable[str], *, partitions: int = PARTITIONS) -> None:
        """Make topics, empty."""
        wanted = list(names)
        if taken := self._foreign.intersection(wanted):
            raise NoKafka(f"{self.source} has topics of these names already: {', '.join(sorted(taken))}")
        if wanted:
            with contextlib.closing(self.admin()) as admin:
                layout = {name: {"num_partitions": partitions, "replication_factor": 1} for name in wanted}
                admin.create_topics(layout, wait_for_metadata=True)
            self._made.update(wanted)

    def offer(self, names: Iterable[str]) -> None:
        """These topics and no others that tests made, empty, no groups. Topics that nobody used stay: to make one costs the most."""
        wanted = set(names)
        left = self._clear(wanted)
        self.create_topics(wanted - left)

    def reset(self) -> None:
        """Delete all topics and groups that tests made."""
        self._clear(set())

    def _clear(self, wanted: set[str]) -> set[str]:
        """Delete the topics and groups that tests made, but for topics that are wanted and as they were made; these."""
        self.start()
        with contextlib.closing(self.admin()) as admin:
            there = [name for name in admin.list_topics() if self._is_ours(name)]
            left = _unused(admin, wanted.intersection(there))
            names = [name for name in there if name not in left]
            if names:
                # One that a test has just deleted may still be listed.
                with contextlib.suppress(UnknownTopicOrPartitionError):
                    admin.delete_topics(names)
            end = time.monotonic() + 10
            while time.monotonic() < end and set(names) & set(admin.list_topics()):
                time.sleep(0.02)
            groups = [group for group in _groups(admin) if self._is_ours(group)]
            if groups:
                with contextlib.suppress(KafkaError):  # a member that was killed is still counted for a while
                    admin.delete_groups(groups)
        return left

    def _is_ours(self, name: str) -> bool:
        """Whether tests made a topic or group: our commands' have names of ours, and nobody else is on our own brokers."""
        if name.startswith("__") or name in self._foreign:
            return False
        return self.broker.can_be_killed or name in self._made or re.match(r"icr\b", name) is not None


def _unused(admin: KafkaAdminClient, names: set[str]) -> set[str]:
    """Of some topics, those in which there never was a record, with as many partitions and the settings that we give."""
    if not names:
        return names
    sizes = {one["name"]: len(one["partitions"]) for one in admin.describe_topics(sorted(names))}
    places = {TopicPartition(name, number): OffsetSpec.LATEST for name in names for number in range(sizes[name])}
    used = {place.topic for place, end in admin.list_partition_offsets(places).items() if end.offset > 0}
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    changed = admin.describe_configs(resources)["topic"]
    return {name for name in names if sizes[name] == PARTITIONS and name not in used and not changed.get(name)}


def _groups(admin: KafkaAdminClient) -> list[str]:
    """Names of all groups; a broker that was halted or killed takes a while until it knows them again."""
    end = time.monotonic() + 20
    while True:
        try:
            return [_group_id(group) for group in admin.list_groups()]
        except CoordinatorLoadInProgressError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def _group_id(group: Any) -> str:
    if isinstance(group, dict):
        return str(group["group_id"])
    return str(group[0] if isinstance(group, tuple) else group.group_id)


def _await(bootstrap: str, *, alive: Callable[[], bool], log: Path | None, seconds: float = 60) -> None:
    host, port = bootstrap.split(",", maxsplit=1)[0].rsplit(":", 1)
    end = time.monotonic() + seconds
    while time.monotonic() < end and alive():
        try:
            socket.create_connection((host, int(port)), 0.2).close()
            with contextlib.closing(KafkaAdminClient(bootstrap_servers=bootstrap, bootstrap_timeout_ms=2000)) as admin:
                admin.describe_cluster()
                return
        except (OSError, KafkaError):
            time.sleep(0.02)
    tail = log.read_text()[-2000:] if log and log.exists() else ""
    raise RuntimeError(f"Kafka did not start\n{tail}")


def _container(port: int) -> tuple[Any, str]:
    """A container that was not yet started, or None and why there is none."""
    from docker.errors import DockerException

    try:
        from testcontainers.core.container import DockerContainer

        container = DockerContainer(IMAGE).with_bind_ports(9092, port)
        container.get_docker_client().client.ping()
    except (DockerException, OSError) as error:
        return None, type(error).__name__
    return container, ""


def _container_environment(port: int) -> dict[str, str]:
    """Clients come by this machine's port, which inside the container is nobody's: to itself the broker goes by BROKER."""
    return {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_LISTENERS": "PLAINTEXT://:9092,BROKER://:9094,CONTROLLER://:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://127.0.0.1:{port},BROKER://localhost:9094",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "KAFKA_INTER_BROKER_LISTENER_NAME": "BROKER",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "KAFKA_BROKER_SESSION_TIMEOUT_MS": "3000",
        "KAFKA_BROKER_HEARTBEAT_INTERVAL_MS": "500",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    }
