"""One run of the demonstration: servers, workers and agencies as processes, watched until the views are full."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Final

import orjson
import psycopg
from kafka import KafkaConsumer, TopicPartition

from adapters.cli.running import Worker, start, stop_all
from adapters.intake.kafka.topics import PARTITIONS, SHARED_TOPICS, connection
from adapters.process.addresses import is_loopback
from adapters.process.heartbeat import Beat, beats
from adapters.process.issuers import DEMO_MARKER
from adapters.process.settings import Settings
from adapters.service.opened import Service
from domain.errors import IcrError, Misuse, Unreachable
from tools.demo.agencies import Agencies, prepare

COUNTS: Final = ("read", "accepted", "duplicate", "conflict", "kept")
_PAUSE: Final = 0.2
_PATIENCE: Final = 60.0
_MOST_SECONDS: Final = 600.0

Steps = Callable[[str, int, int | None], None]


@dataclass(slots=True)
class Result:
    """What came of it: counts by contract 1, of events over Kafka and of messages by connector."""

    published: int = 0
    kafka: dict[str, Any] = field(default_factory=dict)
    imported: dict[str, int] = field(default_factory=dict)
    position: int = 0
    seconds: float = 0.0


class Running:
    """Processes of the demonstration; all of them end with it."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.workers: list[subprocess.Popen[bytes]] = []
        self._agencies: list[tuple[str, subprocess.Popen[bytes], IO[bytes]]] = []

    def start_worker(self, worker: Worker, environment: dict[str, str] | None = None) -> Beat:
        """Start a worker and wait until it says that it is there."""
        settings = self._service.settings
        process = start(worker, settings, environment={"ICR_LOG_LEVEL": "warning", **(environment or {})})
        self.workers.append(process)
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end and process.poll() is None:
            if found := self.beat(worker, process.pid):
                return found
            time.sleep(0.05)
        raise Unreachable(f"the {worker} worker", "it did not start; what it said stands above")

    def beat(self, worker: Worker, pid: int | None = None) -> Beat | None:
        """What one of our workers last said."""
        ours = {process.pid for process in self.workers}
        found = beats(self._service.settings.data_dir, worker, self._service.clock)
        return next((beat for beat in found if beat.pid == pid or (pid is None and beat.pid in ours)), None)

    def start_agency(self, name: str, arguments: Sequence[str], answer: Path) -> None:
        """Start a command of ours as an agency would; its one document goes to a file."""
        command = [sys.executable, "-m", "tools.main", *arguments]
        command += ["--data", str(self._service.settings.data_dir), "--json"]
        output = answer.open("wb+")
        process = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.DEVNULL, stdout=output, start_new_session=True
        )
        self._agencies.append((name, process, output))

    def agencies_ended(self) -> bool:
        """Whether all agencies are done; raises when one failed or a worker has gone."""
        for process in self.workers:
            if process.poll() is not None:
                raise Unreachable("a worker", "it has ended; what it said stands above")
        for name, process, _ in self._agencies:
            if process.poll() not in (None, 0, 1):
                raise IcrError(f"the agencies of {name} could not publish; what they said stands above")
        return all(process.poll() is not None for _, process, _ in self._agencies)

    def answers(self) -> dict[str, dict[str, Any]]:
        """What the agencies' commands printed."""
        found = {}
        for name, _, output in self._agencies:
            output.seek(0)
            found[name] = orjson.loads(output.read())
        return found

    def stop(self) -> None:
        """End everything that still runs."""
        stop_all([*(process for _, process, _ in self._agencies), *self.workers])
        for _, _, output in self._agencies:
            output.close()


@contextmanager
def running(service: Service) -> Iterator[Running]:
    """Processes that end with the block."""
    processes = Running(service)
    try:
        yield processes
    finally:
        processes.stop()


def check_place(settings: Settings) -> None:
    """Raise Misuse where invented children could end up among real ones."""
    if settings.database_url is not None or settings.kafka_bootstrap_servers is not None:
        raise Misuse(
            "the demo publishes invented children to servers of its own: "
            "unset ICR_DATABASE_URL and ICR_KAFKA_BOOTSTRAP_SERVERS (or give another folder with --data)"
        )
    if settings.issuers or not is_loopback(settings.http_host.strip("[]")):
        raise Misuse(
            "the demo signs in whoever is picked, on this machine alone and beside no other issuer: "
            "unset ICR_ISSUERS and ICR_HTTP_HOST (or give another folder with --data)"
        )


def mark_place(service: Service) -> None:
    """Make the folder the demo's, unless its log holds something else."""
    marker = service.settings.data_dir / DEMO_MARKER
    with service.connect() as database:
        used = database.execute("SELECT position > 0 FROM log.head").fetchone()
    if used and used[0] and not marker.exists():
        raise Misuse("this data folder holds other events than the demo's: give another one with --data")
    marker.touch(mode=0o600)


def run(service: Service, processes: Running, tell: Steps) -> Result:
    """Publish, record and project everything. `tell` takes a step, how far it is and how far it goes."""
    begun = time.monotonic()
    with TemporaryDirectory(prefix="icr-demo-") as folder, ExitStack() as keep:
        agencies = prepare(Path(folder), keep, lambda _, events: tell("simulated", events, None))
        for worker in (Worker.CONSUME, Worker.PROJECT):
            processes.start_worker(worker)
        for group in agencies.groups:
            arguments = ["publish", *map(str, group.files), "--to", "kafka", "--sector", group.sector, "--invalid-too"]
            processes.start_agency(group.sector, arguments, Path(folder) / f"{group.sector}.json")
        processes.start_agency("nems", ["import", "nems", *map(str, agencies.imports)], Path(folder) / "nems.json")
        result = _watch(service, processes, agencies, tell)
        _count(result, processes)
    result.seconds = time.monotonic() - begun
    return result


def _watch(service: Service, processes: Running, agencies: Agencies, tell: Steps) -> Result:
    """Wait until everything published is recorded and projected."""
    end = time.monotonic() + _MOST_SECONDS
    total = agencies.events
    partitions = [TopicPartition(topic, number) for topic in SHARED_TOPICS for number in range(PARTITIONS)]
    client = KafkaConsumer(
        group_id=None, **connection(service.bootstrap_servers or "", embedded=True), enable_auto_commit=False
    )
    try:
        with service.connect() as database:
            while time.monotonic() < end:
                ended = processes.agencies_ended()
                published = sum(client.end_offsets(partitions, timeout_ms=5000).values())
                recorded, position, head = _progress(database, service.incarnation or "")
                tell("published", published, total)
                tell("recorded", recorded, total)
                tell("projected", position, max(head, position))
                if ended and recorded >= published and position == head:
                    return Result(published=published, position=position)
                time.sleep(_PAUSE)
    finally:
        client.close()
    raise IcrError("the demo did not come to an end in ten minutes")


def _progress(database: psycopg.Connection[Any], incarnation: str) -> tuple[int, int, int]:
    """Messages recorded from this broker, the last position in the views, and the log's head."""
    row = database.execute(
        "SELECT (SELECT coalesce(sum(next_offset), 0)::bigint FROM log.tracking WHERE starts_with(name, %s)), "
        "(SELECT coalesce(max(last), 0) FROM log.edition), (SELECT position FROM log.head)",
        (f"kafka:{incarnation}:",),
    ).fetchone()
    assert row is not None
    return row[0], row[1], row[2]


def _count(result: Result, processes: Running) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        beat = processes.beat(Worker.CONSUME)
        if beat is not None and beat.said.get("read") == result.published:
            result.kafka = dict(beat.said)
            break
        time.sleep(_PAUSE)
    files = processes.answers()["nems"]["files"]
    result.imported = {name: sum(file[name] for file in files) for name in COUNTS}
