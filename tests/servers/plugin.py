"""Fixtures that give tests their servers, and what is said at the end about which servers were used.

- `database_url`: a fresh database with our tables, on each back end; `empty_database_url`: the same without tables;
  `any_database_url`: with our tables, embedded only, for tests to which the back end cannot matter.
- `kafka`: a broker on each back end; `real_kafka`: the real one only, for groups, transactions, restarts and access.
- `stack`: both together, embedded + embedded or real + system, with settings and variables for our commands.

A test that takes `[real]` or `[system]` carries the mark `kafka_real` or `pg_system` without saying so.
"""

import collections
import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from adapters.embedded import lock
from adapters.embedded.broker import MemoryBroker
from adapters.embedded.lock import servers
from adapters.intake.kafka.topics import SHARED_TOPICS
from adapters.log.keys.key_file import load_or_create
from adapters.process.settings import Settings, load_settings
from tests.builders.process import start_supervisor
from tests.servers.kafka import RealKafka
from tests.servers.postgres import Cluster, NoPostgres
from tools.kafka_broker import NoKafka

TOPICS = SHARED_TOPICS
KAFKA_PARAMS = ["embedded", pytest.param("real", marks=pytest.mark.kafka_real)]
POSTGRES_PARAMS = ["embedded", pytest.param("system", marks=pytest.mark.pg_system)]
STACK_PARAMS = ["embedded", pytest.param("real", marks=[pytest.mark.kafka_real, pytest.mark.pg_system])]
NONE_TO_BE_HAD = "no real Kafka: "
NO_SYSTEM_POSTGRES = "no system PostgreSQL: "
NO_CHROMIUM = "no Chromium: "


@dataclass(frozen=True, slots=True)
class KafkaServer:
    """A broker of either kind. `real` is None for the embedded one."""

    name: str
    bootstrap_servers: str
    incarnation: str | None
    real: RealKafka | None = None

    @property
    def embedded(self) -> bool:
        """Whether it is the one in memory: topics with four partitions by first use, no groups to rely on."""
        return self.real is None

    def create_topics(self, *names: str, partitions: int = 4) -> None:
        """Make topics; the embedded broker makes them by itself, always with four partitions."""
        if self.real is not None:
            self.real.create_topics(names, partitions=partitions)


@dataclass(frozen=True, slots=True)
class Stack:
    """A broker and a database for one test, with topics and tables made, nothing in them.

    `environment` makes our commands, started as processes, use them; `settings` does for calls in this process.
    """

    name: str
    database_url: str = field(repr=False)
    bootstrap_servers: str
    incarnation: str | None
    data_dir: Path
    settings: Settings
    environment: dict[str, str] = field(repr=False)
    real_kafka: RealKafka | None = None

    @property
    def embedded_broker(self) -> bool:
        """Whether the broker is the one in memory."""
        return self.real_kafka is None


class Pool:
    """The servers of this test process, each started when first asked for."""

    def __init__(self) -> None:
        self._clusters: dict[str, Cluster] = {}
        self._kafka: RealKafka | None = None
        self._no_kafka: str | None = None
        self._broken: RuntimeError | None = None

    def cluster(self, name: str) -> Cluster:
        """The cluster of a back end; skips the test where there is none."""
        if name not in self._clusters:
            try:
                self._clusters[name] = Cluster(system=name == "system")
            except NoPostgres as error:
                pytest.skip(NO_SYSTEM_POSTGRES + str(error))
        return self._clusters[name]

    def kafka(self, topics: Iterable[str] = ()) -> RealKafka:
        """The real broker, running, with these topics and nothing in them; skips the test where there is none.

        One that is given and does not answer is no reason to skip: it is waited for once, then every test fails.
        """
        if self._broken is not None:
            raise self._broken
        if self._no_kafka is None and self._kafka is None:
            try:
                self._kafka = RealKafka()
            except NoKafka as error:
                self._no_kafka = str(error)
            except RuntimeError as error:
                self._broken = error
                raise
        if self._kafka is None:
            pytest.skip(NONE_TO_BE_HAD + str(self._no_kafka))
        self._kafka.offer(topics)
        return self._kafka

    def stop(self) -> None:
        """End all of them."""
        for cluster in self._clusters.values():
            cluster.stop()
        if self._kafka is not None:
            self._kafka.stop()


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    pool = Pool()
    yield pool
    pool.stop()


@pytest.fixture(params=POSTGRES_PARAMS)
def database_url(request: pytest.FixtureRequest, pool: Pool) -> Iterator[str]:
    yield from _database(request, pool, request.param, empty=False)


@pytest.fixture(params=POSTGRES_PARAMS)
def empty_database_url(request: pytest.FixtureRequest, pool: Pool) -> Iterator[str]:
    yield from _database(request, pool, request.param, empty=True)


@pytest.fixture
def any_database_url(request: pytest.FixtureRequest, pool: Pool) -> Iterator[str]:
    yield from _database(request, pool, "embedded", empty=False)


@pytest.fixture(params=KAFKA_PARAMS)
def kafka(request: pytest.FixtureRequest, pool: Pool) -> Iterator[KafkaServer]:
    if request.param == "real":
        real = pool.kafka()
        used(request, real.source)
        yield KafkaServer("real", real.bootstrap_servers, None, real)
        return
    broker = MemoryBroker()
    used(request, "Kafka embedded (in memory)")
    yield KafkaServer("embedded", broker.bootstrap_servers, broker.incarnation)
    broker.stop()


@pytest.fixture
def real_kafka(request: pytest.FixtureRequest, pool: Pool) -> RealKafka:
    real = pool.kafka()
    used(request, real.source)
    return real


@pytest.fixture(params=STACK_PARAMS)
def stack(request: pytest.FixtureRequest, pool: Pool, tmp_path: Path) -> Iterator[Stack]:
    yield from make_stack(request, pool, tmp_path, request.param)


@pytest.fixture
def embedded_stack(request: pytest.FixtureRequest, pool: Pool, tmp_path: Path) -> Iterator[Stack]:
    yield from make_stack(request, pool, tmp_path, "embedded")


@pytest.fixture
def real_stack(request: pytest.FixtureRequest, pool: Pool, tmp_path: Path) -> Iterator[Stack]:
    yield from make_stack(request, pool, tmp_path, "real")


def make_stack(request: pytest.FixtureRequest, pool: Pool, tmp_path: Path, name: str) -> Iterator[Stack]:
    """A stack for one test. Its data folder, and with it its keys, is the test's own."""
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    load_or_create(data / "keys")
    try:
        real = pool.kafka(TOPICS) if name == "real" else None
    except NoKafka as error:
        pytest.skip(NONE_TO_BE_HAD + str(error))
    if real is not None:
        used(request, real.source)
    cluster = pool.cluster("system" if real else "embedded")
    used(request, cluster.source)
    url = cluster.fresh()
    variables = {"ICR_DATA_DIR": str(data), "ICR_DATABASE_URL": url}
    if real is not None:
        variables |= {"ICR_KAFKA_BOOTSTRAP_SERVERS": real.bootstrap_servers, "ICR_SHARED_TOPICS": "true"}
    else:
        used(request, "Kafka embedded (in memory)")
    outside = {key: value for key, value in os.environ.items() if not key.startswith("ICR_")}
    with pytest.MonkeyPatch.context() as patch:
        for key in set(os.environ) - set(outside):
            patch.delenv(key)
        for key, value in variables.items():
            patch.setenv(key, value)
        settings = load_settings()
    try:
        with _warm_supervisor(), servers(settings, broker=True) as running:
            yield Stack(
                name,
                url,
                running.bootstrap_servers or "",
                running.incarnation,
                data,
                settings,
                {**outside, **variables},
                real,
            )
    finally:
        cluster.drop(url)


@contextlib.contextmanager
def _warm_supervisor() -> Iterator[None]:
    """Embedded servers that this process starts come from an interpreter that has loaded the program already.

    How a command starts them is what the tests of the embedded servers are about.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lock, "_spawn", start_supervisor)
        yield


@pytest.fixture(scope="module")
def module_database_url(pool: Pool) -> Iterator[str]:
    """A migrated embedded database for all tests of a module that only read what its fixture made."""
    cluster = pool.cluster("embedded")
    url = cluster.fresh(empty=False)
    yield url
    cluster.drop(url)


def _database(request: pytest.FixtureRequest, pool: Pool, name: str, *, empty: bool) -> Iterator[str]:
    cluster = pool.cluster(name)
    used(request, cluster.source)
    url = cluster.fresh(empty=empty)
    yield url
    cluster.drop(url)


def used(request: pytest.FixtureRequest, source: str) -> None:
    """Note the server with the test, in the way that also comes home from pytest-xdist's workers."""
    request.node.user_properties.append(("server", source))


# Where the database itself is the matter, a push tries it on both; elsewhere PostgreSQL 15 waits for the night.
THE_DATABASES_OWN = (
    "tests/integration/log/", "tests/integration/migrations/", "tests/integration/projections/", "tests/hostile/test_processes",
    "tests/integration/test_embedded_backends", "tests/integration/test_recover",
)  # fmt: skip


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("pg_system") is None or item.get_closest_marker("kafka_real") is not None:
            continue
        if not item.nodeid.startswith(THE_DATABASES_OWN):
            item.add_marker("nightly")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require-real",
        action="store_true",
        help="fail when tests on the real Kafka were skipped where a JDK and Maven are there, on PostgreSQL 15, or in Chromium",
    )


class Report:
    """What ran where."""

    def __init__(self, *, required: bool) -> None:
        self._required = required
        self._ran: collections.Counter[tuple[str, str]] = collections.Counter()
        self._skipped: collections.Counter[str] = collections.Counter()

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and isinstance(report.longrepr, tuple):
            reason = str(report.longrepr[2]).removeprefix("Skipped: ")
            if reason.startswith((NONE_TO_BE_HAD, NO_SYSTEM_POSTGRES, NO_CHROMIUM)):
                self._skipped[reason] += 1
        elif report.when == "call":
            for server in {value for name, value in report.user_properties if name == "server"}:
                self._ran[str(server), report.outcome] += 1

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self._required and self._missed() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self._ran and not self._skipped:
            return
        terminalreporter.section("servers")
        for server in sorted({server for server, _ in self._ran}):
            counts = ", ".join(f"{n} {outcome}" for (s, outcome), n in sorted(self._ran.items()) if s == server)
            terminalreporter.line(f"{server}: {counts}")
        for reason, count in sorted(self._skipped.items()):
            terminalreporter.line(f"{count} skipped, {reason}")
        if self._required and self._missed():
            terminalreporter.line("--require-real: failed, since these could have run here", red=True)

    def _missed(self) -> bool:
        kafka = any(reason.startswith(NONE_TO_BE_HAD) for reason in self._skipped)
        system = any(reason.startswith((NO_SYSTEM_POSTGRES, NO_CHROMIUM)) for reason in self._skipped)
        return system or (kafka and all(shutil.which(tool) for tool in ("java", "mvn")))


def pytest_configure(config: pytest.Config) -> None:
    # In a worker of pytest-xdist the process that collects from all of them reports.
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Report(required=config.getoption("--require-real")), "icr-servers-report")
