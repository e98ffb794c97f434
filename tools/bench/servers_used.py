"""Where a measurement stands: servers of its own in a folder that goes away, deployments of the service, contestants."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from adapters.embedded import servers
from adapters.embedded.postgres import PostgresServer
from adapters.intake.kafka.producer import KafkaProducer
from adapters.intake.kafka.topics import cluster_name, ensure_topics
from adapters.log.keys.key_file import load_or_create
from adapters.migrations.migrate import migrate
from adapters.process.clock import Clock
from adapters.process.settings import Settings
from adapters.service.opened import Service
from tools.bench.broker import GROUP, Broker, broker
from tools.bench.measured_worker import MeasuredWorker
from tools.bench.processes import Measured, children, cpu_seconds, most_mib
from tools.bench.shipped import Shipped, new_database
from tools.bench.statements import watch
from tools.bench.workload import Slice, Workload

Tell = Callable[[str], None]


@contextmanager
def a_database(settings: Settings, clock: Clock, tell: Tell) -> Iterator["ServersUsed"]:
    """A PostgreSQL of one measurement's own, said as it is started."""
    with ExitStack() as stack:
        tell("starting PostgreSQL")
        yield ServersUsed(stack, settings, clock)


class ServersUsed:
    """A durable PostgreSQL; a Kafka, its topics and a producer when they are asked for. All ends with the stack."""

    def __init__(self, stack: ExitStack, settings: Settings, clock: Clock, *, profile: bool = False) -> None:
        self._stack = stack
        self._settings = settings
        self._clock = clock
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="icr-bench-")))
        self.folder.chmod(0o711)  # the server's account must get through
        self._server = PostgresServer(self.folder / "postgres", durable=True, options=watch() if profile else {})
        stack.callback(self._server.stop)
        self.url = self._server.start()

    def made(self, name: str) -> Settings:
        """Settings of a service that nothing was published to: a data folder with keys, and a database with our tables."""
        folder = self.folder / name
        folder.mkdir(mode=0o700)
        url = new_database(self.url, name)
        migrate(url)
        load_or_create(folder / "keys")
        return replace(self._settings, data_dir=folder, database_url=url, kek_file=folder / "keys")

    def service(self, name: str) -> Service:
        """The same, opened."""
        made = self.made(name)
        return Service(made, str(made.database_url), None, None, False, load_or_create(made.kek_file), self._clock)

    # ---- Kafka

    def start_kafka(self, name: str, batch: int) -> Shipped:
        """Find or start a Kafka, and make the first deployment of the service (an embedded broker is its own).

        Raises Misuse when the Kafka that the settings name holds messages already, Unreachable when it does not answer.
        """
        self._broker: Broker = self._stack.enter_context(broker(self._settings))
        self._batch = batch
        shipped = self.deploy(name)
        bootstrap, incarnation = self._broker.bootstrap_servers, None
        if bootstrap is None:
            ours = replace(self._settings, data_dir=shipped.folder, database_url=shipped.url)
            found = self._stack.enter_context(servers(ours, broker=True))
            bootstrap, incarnation = found.bootstrap_servers or "", found.incarnation
            self._stack.callback(shipped.close)  # before the broker is left, which stays for whoever uses it
        else:
            ensure_topics(bootstrap)
        self._bootstrap = bootstrap
        self._cluster = cluster_name(bootstrap, incarnation)
        self._producer = KafkaProducer(bootstrap, embedded=self.embedded)
        return shipped

    @property
    def kafka(self) -> str:
        """What the Kafka is, for the conditions."""
        return self._broker.source

    @property
    def embedded(self) -> bool:
        """Whether it is the embedded one, which forgets what is old."""
        return self._broker.bootstrap_servers is None

    def publish(self, workload: Workload, messages: list[tuple[str, bytes, bytes]]) -> Slice:
        """Send messages of a workload and wait until all are acknowledged."""
        return workload.publish(self._producer, messages)

    def await_recorded(self, shipped: Shipped, part: Slice) -> None:
        """Wait until a deployment has recorded a slice."""
        for _ in shipped.until_recorded(self._cluster, part):
            pass

    @property
    def cluster(self) -> str:
        """The cluster's name among recorded offsets."""
        return self._cluster

    # ---- processes

    def deploy(self, name: str) -> Shipped:
        """A deployment of the service with a database and a consumer group of its own; no worker runs yet."""
        environment = {"ICR_BATCH_SIZE": str(self._batch), "ICR_KAFKA_GROUP": f"{GROUP}-{name}"}
        if self._broker.bootstrap_servers is not None:
            environment["ICR_KAFKA_BOOTSTRAP_SERVERS"] = self._broker.bootstrap_servers
            environment["ICR_SHARED_TOPICS"] = "true"
        shipped = Shipped(self.folder / name, new_database(self.url, name), environment, self._clock)
        self._stack.callback(shipped.close)
        return shipped

    def contest(self, module: str, database: str, **settings: int) -> MeasuredWorker:
        """A contestant's process, with a new database."""
        url = new_database(self.url, database)
        about = {"url": url, "bootstrap_servers": self._bootstrap, "embedded": self.embedded, **settings}
        contestant = MeasuredWorker(f"tools.bench.{module}", about)
        self._stack.callback(contestant.close)
        return contestant

    def cpu_seconds(self) -> dict[str, float]:
        """Processor time that the servers have used."""
        spent = {"PostgreSQL": cpu_seconds(children(self._server.pid or 0))}
        if self._broker.pid is not None:
            spent["Kafka"] = Measured(self._broker.pid).cpu_seconds()
        return spent

    def peak_mib(self) -> dict[str, float]:
        """The most memory that the servers held: of PostgreSQL its largest process, which counts shared buffers."""
        largest = most_mib(children(self._server.pid or 0))
        found = {"PostgreSQL (largest process, with shared buffers)": largest}
        if self._broker.pid is not None:
            found["Kafka"] = Measured(self._broker.pid).peak_mib()
        return found
