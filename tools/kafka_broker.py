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
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from adapters.embedded.processes import ending_with_parent, free_port

VERSION: Final = "4.4.0"
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


class NoKafka(Exception):
    """No real broker is to be had here; the text says why."""


class JavaBroker:
    """One broker of its own. It can be killed, and started again on its data and its address."""

    source = f"Kafka {VERSION} from Maven Central"
    can_be_killed = True

    def __init__(
        self,
        properties: str = PROPERTIES,
        users: Mapping[str, str] = MappingProxyType({}),
        *,
        java_options: tuple[str, ...] = (),
    ) -> None:
        """`users`, by their passwords, may log in by SCRAM-SHA-512; `properties` may name {folder}, {port} and {controller}.

        Raises NoKafka.
        """
        self._properties = properties
        self._users = users
        self._options = java_options
        missing = [tool for tool in ("java", "mvn") if shutil.which(tool) is None]
        if missing:
            raise NoKafka(f"no {' and no '.join(missing)} on this machine")
        self._jars = jars()
        self.folder = Path(tempfile.mkdtemp(prefix="icr-kafka-"))
        # One id per broker, by which it is told from another that took the port; must not begin with "-".
        self.cluster = "A" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]
        self.port, self._controller = free_port(), free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def bootstrap_servers(self) -> str:
        """host:port."""
        return f"127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """What it says."""
        return self.folder / "broker.log"

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Start it, or start it again on its data and its address; it does not answer yet."""
        configuration = self.folder / "server.properties"
        (self.folder / "tmp").mkdir(exist_ok=True)
        configuration.write_text(
            self._properties.format(port=self.port, controller=self._controller, folder=self.folder)
        )
        if not (self.folder / "data/meta.properties").exists():
            command = [*self._java(), "kafka.tools.StorageTool", "format", "--standalone"]
            for name, password in self._users.items():
                command += ["--add-scram", f"SCRAM-SHA-512=[name={name},password={password}]"]
            subprocess.run([*command, "-t", self.cluster, "-c", configuration], check=True, capture_output=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self._java(), "kafka.Kafka", configuration],
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=ending_with_parent(signal.SIGKILL),  # noqa: PLW1509
            )

    def wait(self) -> None:
        """Until it answers; raises RuntimeError, with its last words, when it does not."""
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end and self.running():
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
                client = KafkaAdminClient(bootstrap_servers=self.bootstrap_servers, bootstrap_timeout_ms=2000)
                with contextlib.closing(client) as admin:
                    if admin.describe_cluster()["cluster_id"] == self.cluster:
                        return
            except (OSError, KafkaError):
                time.sleep(0.02)
        raise RuntimeError(f"Kafka did not start\n{self.log.read_text()[-2000:]}")

    def running(self) -> bool:
        """Whether its process is there."""
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """End it as a power cut of the process would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> None:
        """End it in order and remove what it kept."""
        if self.process is not None and self.running():
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _java(self) -> list[str]:
        """No shell, which would expand the star."""
        options = ["-Xmx512m", "-XX:-UsePerfData", "-Dlog4j2.level=WARN", f"-Djava.io.tmpdir={self.folder / 'tmp'}"]
        return ["java", *options, *self._options, "-cp", f"{self._jars}/*"]


def cache() -> Path:
    """Folder of what is kept from run to run, in the user's cache."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "icr-test-kafka"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def jars() -> Path:
    """Folder of the broker's jars, fetched once; raises NoKafka."""
    lib = cache() / VERSION
    with (cache() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not lib.exists():
            fresh = Path(tempfile.mkdtemp(dir=cache()))
            (fresh / "pom.xml").write_text(POM)
            options = ["-B", "-ntp", "-q", "-DincludeScope=runtime", "-DoutputDirectory=lib"]
            command = ["mvn", *options, "dependency:copy-dependencies"]
            try:
                fetched = subprocess.run(command, cwd=fresh, check=False, capture_output=True)
                if fetched.returncode != 0:
                    raise NoKafka("Maven could not fetch the broker")
                (fresh / "lib").rename(lib)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
    return lib
