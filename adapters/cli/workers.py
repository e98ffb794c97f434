"""The processes of the service: `migrate` once, then `consume`, `project`, `serve` and `tell`, or `up` for all of them."""

import ctypes
import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from adapters.cli.output import (
    DONE,
    KEPT_OR_FAILED,
    UNREACHABLE,
    Data,
    Json,
    note,
    print_json,
    read_settings,
    say,
)
from domain.errors import Misuse, Unreachable

if TYPE_CHECKING:
    from adapters.process.heartbeat import Heartbeat
    from adapters.process.settings import Settings
    from adapters.service.opened import Service

# A worker ends in time by itself (adapters.process.ending); who waits for several of them allows them a little more.
GRACE_SECONDS: Final = 8.5
HARD_OF_SEVERAL: Final = 9.5
_PR_SET_PDEATHSIG: Final = 1

Parent = Annotated[int, typer.Option("--parent", hidden=True, help="End when this process ends.")]


class Worker(StrEnum):
    """The lasting processes."""

    CONSUME = "consume"
    PROJECT = "project"
    SERVE = "serve"
    TELL = "tell"


class Stop:
    """Whether SIGTERM or SIGINT has asked to end. The work at hand is finished; a second signal ends it at once.

    With `at_once` the first interrupts the work, until `gently` says that there is none to interrupt any more. What does
    not end by itself is ended; with `several` processes to end, a little later than each of them.
    """

    def __init__(self, parent: int = 0, *, at_once: bool = False, several: bool = False) -> None:
        from adapters.process.ending import HARD, SOFT, end_in_time

        self._asked = False
        self._at_once = at_once
        self._times = 0
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)
        end_in_time(soft=None if several else SOFT, hard=HARD_OF_SEVERAL if several else HARD)
        if parent:
            ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
            self._asked = os.getppid() != parent  # it ended before we asked to be told

    def _ask(self, number: int, _frame: FrameType | None) -> None:
        del number
        now = self._asked or self._at_once
        self._asked = True
        self._times += 1
        if now:
            raise KeyboardInterrupt

    @property
    def before_work(self) -> bool:
        """Whether it was asked once, when there was no work yet that could be interrupted."""
        return self._at_once and self._times == 1

    def gently(self) -> None:
        """From now on the first signal only asks."""
        self._at_once = False

    def __call__(self) -> bool:
        """Whether to end."""
        return self._asked


def migrate(
    data: Data = None,
    as_json: Json = False,
    topics: Annotated[bool, typer.Option(help="Also make the topics that a real Kafka lacks.")] = True,
) -> None:
    """Bring the database to this version's tables, and make the Kafka topics that are missing. May be run again."""
    from adapters.intake.kafka.topics import ensure_topics
    from adapters.migrations.migrate import migrate as migrate_database
    from adapters.process.kafka_security import security_of
    from adapters.service.opened import open_database

    settings = read_settings(data, log_level="warning")
    with open_database(settings) as found:
        migrate_database(found.database_url)
    made: list[str] = []
    if topics and settings.kafka_bootstrap_servers is not None:
        made = ensure_topics(settings.kafka_bootstrap_servers, security_of(settings))
    if as_json:
        print_json({"migrated": True, "topics_made": made})
    else:
        say("the database has this version's tables" + (f"; made the topics {', '.join(made)}" if made else ""))


def consume(
    data: Data = None,
    as_json: Json = False,
    until_end: Annotated[bool, typer.Option("--until-end", help="End once everything published is recorded.")] = False,
    parent: Parent = 0,
) -> None:
    """Record what agencies publish on Kafka, until told to end (SIGTERM, Ctrl-C).

    A partition of which too much cannot be read pauses, and says so; ICR_PAUSE_UNREADABLE_SHARE=1 takes it all, into quarantine.
    So does one with a record that is broken, until `icr partitions skip`. Ends with 1 when a partition's log was
    shortened, was made again or had passed us, or, with --until-end, when something was kept, is paused or waits.
    """
    from adapters.intake.kafka.consumer import Consumer
    from adapters.intake.kafka.status import Status
    from adapters.process.logs import get_logger

    with started(Worker.CONSUME, data, parent, broker=True, waits=not until_end) as (service, heart, stop):
        check_tables(service.connect)
        if not service.embedded_broker:
            _make_topics(service)

        def tell(status: Status) -> None:
            heart.beat(
                status.wrong,
                lag=status.lag,
                waiting=status.waiting,
                absent=status.absent,
                paused=status.paused,
                partitions=status.partitions,
                **status.counts.as_json(),
            )

        def ended() -> bool:
            stop.gently()
            return stop() or (until_end and consumer.caught_up)

        consumer = Consumer(service, tell)
        _spare_the_collector()
        try:
            heart.beat((), now=True)
            status = consumer.run(ended)
        except KeyboardInterrupt:
            if not stop.before_work:
                raise
            status = consumer.status
    counts = dict(status.counts.as_json())
    get_logger("consume").info(
        "consumer_ended", **{k: counts[k] for k in ("read", "accepted", "duplicate", "conflict", "kept")}
    )
    if as_json:
        print_json({**counts, "lag": status.lag, "alarms": sorted(status.alarms), "partitions": status.partitions})
    if until_end:
        if status.waiting:
            note(f"icr: {status.waiting} offsets wait behind a transaction that a producer has left open")
        for line in _of_partitions(status.partitions):
            note(f"icr: {line}")
    if status.alarms or (until_end and (status.counts.kept or status.paused or status.waiting)):
        raise typer.Exit(KEPT_OR_FAILED)


def project(
    data: Data = None,
    as_json: Json = False,
    until_end: Annotated[
        bool, typer.Option("--until-end", help="End once the views are at the head of the log.")
    ] = False,
    parent: Parent = 0,
) -> None:
    """Keep the views up to the log, edition by edition, until told to end (SIGTERM, Ctrl-C)."""
    from adapters.process.logs import get_logger
    from adapters.service.projecting import follow

    with started(Worker.PROJECT, data, parent, waits=not until_end) as (service, heart, stop):
        check_tables(service.connect)
        stop.gently()
        edition, position = follow(service, stop, heart.beat, until_head=until_end)
    get_logger("project").info("projector_ended", edition=edition, position=position)
    if as_json:
        print_json({"edition": edition, "position": position})


def serve(
    data: Data = None,
    parent: Parent = 0,
) -> None:
    """Answer over HTTP: the pages, where issuers are set, the API, and its documentation at /docs, until told to end (SIGTERM, Ctrl-C)."""
    from adapters.api.serving import serve_app
    from adapters.web.app import create_app

    with started(Worker.SERVE, data, parent) as (service, heart, stop):
        check_tables(service.connect)
        stop.gently()
        serve_app(create_app(service), service.settings, service.clock, stop, announce=note, heart=heart)


def up(data: Data = None) -> None:
    """Run `consume`, `project`, `serve` and `tell` as one command, until told to end (SIGTERM, Ctrl-C)."""
    from adapters.embedded import servers
    from adapters.service.opened import open_service

    stop = Stop(at_once=True, several=True)
    settings = read_settings(data)
    # Held here too, so that embedded servers outlive a worker that is slow to start. Of others each worker waits itself.
    held = open_service(settings, broker=True) if settings.database_url is None else servers(settings, broker=True)
    with held:
        stop.gently()
        workers = {worker: start(worker, settings) for worker in Worker}
        try:
            ended = wait_for_one(workers.values(), stop)
        finally:
            stop_all(list(workers.values()))
    if ended is not None:
        raise Unreachable("a worker", "it has ended; what it said stands above")


@contextmanager
def started(
    worker: Worker, data: "Data", parent: int, *, broker: bool = False, waits: bool = True
) -> Iterator[tuple["Service", "Heartbeat", Stop]]:
    """A worker's service, once it is there, its heart, and whether to end; until `gently` a signal ends it at once."""
    from adapters.cli.starting import opened_when_there
    from adapters.codec import confluent_ids
    from adapters.process.clock import SystemClock
    from adapters.process.heartbeat import Heartbeat
    from adapters.service.opened import keys_there

    stop = Stop(parent, at_once=True)
    settings = read_settings(data)
    confluent_ids(settings.confluent_schema_ids)  # this and the key file are looked at before anything is made
    keys_there(settings)
    with (
        Heartbeat(settings.data_dir, worker, SystemClock()) as heart,
        opened_when_there(settings, heart, broker=broker, waits=waits) as service,
    ):
        yield service, heart, stop


def start(worker: Worker, settings: "Settings", environment: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
    """A worker as a process of its own, which ends when this one does."""
    command = [sys.executable, "-m", "adapters.cli.main", worker, "--data", str(settings.data_dir)]
    command += ["--parent", str(os.getpid())]
    # A session of its own: Ctrl-C is for this process, which then ends them in order.
    return subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.DEVNULL, start_new_session=True, env={**os.environ, **(environment or {})}
    )


def wait_for_one(processes: Any, stop: Stop) -> int | None:  # noqa: ANN401
    """Wait until told to stop (None) or until one of the processes has ended (its exit code)."""
    while not stop():
        for process in processes:
            if process.poll() is not None:
                return int(process.returncode)
        time.sleep(0.1)
    return None


def stop_all(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """Ask processes to end, and see that they do."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    end = time.monotonic() + GRACE_SECONDS
    for process in processes:
        try:
            process.wait(max(0.1, end - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def health(
    worker: Annotated[Worker, typer.Argument(help="Which of the processes on this host.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Say whether a worker on this host is well: 0 yes, 1 it is in trouble, 3 there is none."""
    from adapters.embedded.lock import trouble_of_servers
    from adapters.process.clock import SystemClock
    from adapters.process.heartbeat import beats

    settings = read_settings(data, log_level="warning")
    found = [
        {"pid": beat.pid, "at": beat.at.isoformat(), "trouble": list(beat.trouble), **beat.said}
        for beat in beats(settings.data_dir, worker, SystemClock())
    ]
    if servers := trouble_of_servers(settings.data_dir):
        for one in found:
            one["trouble"] = [*one["trouble"], servers]
    if worker is Worker.SERVE and found:
        from adapters.api.serving import answers

        for one in found:
            # One that waits for the database has no address yet, and says so itself.
            if "host" in one and not answers(one["host"], one["port"]):
                one["trouble"] = [*one["trouble"], "no_answer"]
    well = bool(found) and not any(one["trouble"] for one in found)
    if as_json:
        print_json({"worker": worker, "healthy": well, "workers": found})
    elif not found:
        note(f"icr: no {worker} worker of this data folder runs on this host")
    else:
        for one in found:
            say(f"{worker} {one['pid']}: {', '.join(one['trouble']) or 'well'}")
            for line in _of_partitions(one.get("partitions", [])):
                say(f"  {line}")
    code = DONE if well else KEPT_OR_FAILED if found else UNREACHABLE
    if code:
        raise typer.Exit(code)


def _of_partitions(partitions: Sequence[dict[str, Any]]) -> list[str]:
    """A line for each partition in trouble."""
    return [
        f"{one['trouble']}: {one['topic']} {one['partition']} at offset {one['offset']}, {one['detail'] or one['reason']}"
        for one in partitions
    ]


def _spare_the_collector() -> None:
    """Let the garbage collector look for cycles seldom.

    A batch makes tens of thousands of small objects, which are gone after it, and none of them stand in cycles; looking
    for some among them and among all that is remembered takes an eighth of the consumer's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)


def check_tables(connect: Any) -> None:  # noqa: ANN401
    """Raise Misuse where the database has not our tables."""
    import psycopg

    with connect() as connection:
        try:
            connection.execute("SELECT FROM log.head")
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
            raise Misuse("the database has not this version's tables: run icr migrate") from None


def _make_topics(service: "Service") -> None:
    """Where this worker may; where not, they are there or will come."""
    from adapters.intake.kafka.topics import ensure_topics
    from adapters.process.logs import get_logger

    try:
        ensure_topics(service.bootstrap_servers or "", service.kafka_security)
    except Unreachable:
        get_logger("consume").warning("topics_not_made")


__all__ = [
    "Stop",
    "Worker",
    "check_tables",
    "consume",
    "health",
    "migrate",
    "project",
    "serve",
    "start",
    "started",
    "stop_all",
    "up",
]
