"""A real Kafka without a container engine: the broker of Maven Central on the machine's JDK, in a temporary folder."""

import base64
import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from adapters.embedded.postgres import ending_with_parent, free_port
from adapters.intake.kafka.topics import ALL_TOPICS
from adapters.process.settings import Settings
from domain.errors import Misuse, Unreachable
from tools.bench.processes import undisturbed

VERSION: Final = "4.4.0"
GROUP: Final = "icr-bench"
DEPLOYMENTS: Final = ("warm", "cold", "rebuild")  # each with a group of its own
_START_SECONDS: Final = 60.0

POM: Final = f"""<project><modelVersion>4.0.0</modelVersion>
  <groupId>test</groupId><artifactId>kafka-broker</artifactId><version>1</version><packaging>pom</packaging><dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{VERSION}</version></dependency>
    <!-- without it every failure is silent -->
    <dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-slf4j-impl</artifactId><version>2.25.5</version></dependency>
</dependencies></project>
"""

PROPERTIES: Final = """process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
controller.listener.names=CONTROLLER
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
log.dirs={folder}/data
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
auto.create.topics.enable=false
"""


class NoBroker(Exception):
    """No real broker is to be had here; the text says why."""


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker to measure on. `bootstrap_servers` is None for the embedded one, which the data folder finds."""

    bootstrap_servers: str | None
    source: str
    pid: int | None


class JavaBroker:
    """A broker of its own, with the JVM's full compiler, as figures want it."""

    source: Final = f"Kafka {VERSION} from Maven Central, one process on this machine"

    def __init__(self) -> None:
        missing = [tool for tool in ("java", "mvn") if shutil.which(tool) is None]
        if missing:
            raise NoBroker(f"no {' and no '.join(missing)} on this machine")
        self._jars = jars()
        self.folder = Path(tempfile.mkdtemp(prefix="icr-bench-kafka-"))
        # One id per broker, by which it is told from another that took the port; must not begin with "-".
        self.cluster = "A" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]
        self.port, self._controller = free_port(), free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap_servers(self) -> str:
        """host:port."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it; raises Unreachable when it does not answer."""
        configuration = self.folder / "server.properties"
        (self.folder / "tmp").mkdir(exist_ok=True)
        configuration.write_text(PROPERTIES.format(port=self.port, controller=self._controller, folder=self.folder))
        format_it = [*self._java(), "kafka.tools.StorageTool", "format", "--standalone"]
        subprocess.run([*format_it, "-t", self.cluster, "-c", configuration], check=True, capture_output=True)
        with (self.folder / "broker.log").open("ab") as log, undisturbed():
            self.process = subprocess.Popen(
                [*self._java(), "kafka.Kafka", configuration],
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=ending_with_parent(signal.SIGKILL),  # noqa: PLW1509
            )
        self._await()

    def stop(self) -> None:
        """End it and remove what it kept."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _java(self) -> list[str]:
        """No shell, which would expand the star."""
        options = ["-Xmx512m", "-XX:-UsePerfData", "-Dlog4j2.level=WARN", f"-Djava.io.tmpdir={self.folder / 'tmp'}"]
        return ["java", *options, "-cp", f"{self._jars}/*"]

    def _await(self) -> None:
        assert self.process is not None
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
                client = KafkaAdminClient(bootstrap_servers=self.bootstrap_servers, bootstrap_timeout_ms=2000)
                with contextlib.closing(client) as admin:
                    if admin.describe_cluster()["cluster_id"] == self.cluster:
                        return
            except (OSError, KafkaError):
                time.sleep(0.02)
        raise Unreachable("Kafka", "the broker from Maven Central did not start")


def jars() -> Path:
    """Folder of the broker's jars, fetched once and kept in the user's cache; raises NoBroker."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "icr-test-kafka"
    cache.mkdir(parents=True, exist_ok=True)
    lib = cache / VERSION
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not lib.exists():
            fresh = Path(tempfile.mkdtemp(dir=cache))
            (fresh / "pom.xml").write_text(POM)
            options = ["-B", "-ntp", "-q", "-DincludeScope=runtime", "-DoutputDirectory=lib"]
            command = ["mvn", *options, "dependency:copy-dependencies"]
            try:
                fetched = subprocess.run(command, cwd=fresh, check=False, capture_output=True)
                if fetched.returncode != 0:
                    raise NoBroker("Maven could not fetch the broker")
                (fresh / "lib").rename(lib)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
    return lib


@contextmanager
def broker(settings: Settings) -> Iterator[Broker]:
    """The broker that the settings name, if it is empty; else one from Maven Central; else the embedded one, said so.

    Raises Misuse when the one that is named holds messages already, Unreachable when it does not answer.
    """
    given = settings.kafka_bootstrap_servers
    if given is not None:
        with _lent(given):
            yield Broker(given, "the Kafka that the settings name", None)
        return
    try:
        java = JavaBroker()
    except NoBroker as error:
        yield Broker(None, f"the embedded broker, NOT a real Kafka: {error}", None)
        return
    try:
        java.start()
        assert java.process is not None
        yield Broker(java.bootstrap_servers, java.source, java.process.pid)
    finally:
        java.stop()


@contextmanager
def _lent(bootstrap_servers: str) -> Iterator[None]:
    """Someone's broker: invented children must not come among real ones, so none of our topics may be there."""
    try:
        with contextlib.closing(KafkaAdminClient(bootstrap_servers=bootstrap_servers.split(","))) as admin:
            taken = sorted(set(ALL_TOPICS) & set(admin.list_topics()))
        if taken:
            raise Misuse(f"the measurement publishes invented events, and this Kafka has the topics {', '.join(taken)}")
        try:
            yield
        finally:
            with contextlib.closing(KafkaAdminClient(bootstrap_servers=bootstrap_servers.split(","))) as admin:
                admin.delete_topics(sorted(set(ALL_TOPICS) & set(admin.list_topics())))
                for name in DEPLOYMENTS:
                    # Not there, or a member just ended is still counted for a while.
                    with contextlib.suppress(KafkaError):
                        admin.delete_groups([f"{GROUP}-{name}"])
    except KafkaError:
        raise Unreachable("Kafka", "is it running, and does ICR_KAFKA_BOOTSTRAP_SERVERS name it?") from None
