"""The processes of the service: `migrate` once, then `consume`, `project`, `serve` and `tell`, or `up` for all of them."""

import ctypes
import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
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
    from adapters.settings import Settings

GRACE_SECONDS: Final = 20.0
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

    With `at_once` the first interrupts the work, until `gently` says that there is none to interrupt any more.
    """

    def __init__(self, parent: int = 0, *, at_once: bool = False) -> None:
        self._asked = False
        self._at_once = at_once
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)
        if parent:
            ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
            self._asked = os.getppid() != parent  # it ended before we asked to be told

    def _ask(self, number: int, _frame: FrameType | None) -> None:
        del number
        now = self._asked or self._at_once
        self._asked = True
        if now:
            raise KeyboardInterrupt

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
    from adapters.kafka.topics import ensure_topics
    from adapters.service import open_database
    from adapters.store.database import migrate as migrate_database

    settings = read_settings(data, log_level="warning")
    with open_database(settings) as found:
        migrate_database(found.database_url)
    made: list[str] = []
    if topics and settings.kafka_bootstrap_servers is not None:
        made = ensure_topics(settings.kafka_bootstrap_servers)
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

    A partition of which too much cannot be read pauses, and says so; ICR_PAUSE_UNREADABLE_SHARE=1 takes it all, aside.
    Ends with 1 when a partition's log was shortened or had passed us, or, with --until-end, when something was kept.
    """
    from adapters.heartbeat import Heartbeat
    from adapters.kafka.consumer import Consumer
    from adapters.kafka.status import Status
    from adapters.logs import get_logger
    from adapters.service import open_service

    stop = Stop(parent)
    settings = read_settings(data)
    with open_service(settings, broker=True) as service:
        check_tables(service.connect)
        if not service.embedded_broker:
            _make_topics(service.bootstrap_servers or "")
        heart = Heartbeat(settings.data_dir, Worker.CONSUME, service.clock)

        def tell(status: Status) -> None:
            heart.beat(status.wrong, lag=status.lag, paused=status.paused, **status.counts.as_json())

        try:
            consumer = Consumer(service, tell)
            heart.beat((), now=True)
            _spare_the_collector()
            status = consumer.run(lambda: stop() or (until_end and consumer.caught_up))
        finally:
            heart.end()
    counts = dict(status.counts.as_json())
    get_logger("consume").info(
        "consumer_ended", **{k: counts[k] for k in ("read", "accepted", "duplicate", "conflict", "kept")}
    )
    if as_json:
        print_json({**counts, "lag": status.lag, "alarms": sorted(status.alarms)})
    if status.alarms or (until_end and (status.counts.kept or status.paused)):
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
    from adapters.heartbeat import Heartbeat
    from adapters.logs import get_logger
    from adapters.projecting import follow
    from adapters.service import open_service

    stop = Stop(parent)
    settings = read_settings(data)
    with open_service(settings) as service:
        check_tables(service.connect)
        heart = Heartbeat(settings.data_dir, Worker.PROJECT, service.clock)
        try:
            edition, position = follow(service, stop, heart.beat, until_head=until_end)
        finally:
            heart.end()
    get_logger("project").info("projector_ended", edition=edition, position=position)
    if as_json:
        print_json({"edition": edition, "position": position})


def serve(
    data: Data = None,
    parent: Parent = 0,
) -> None:
    """Answer over HTTP: the API, and its documentation at /docs, until told to end (SIGTERM, Ctrl-C)."""
    from adapters.api.app import create_app
    from adapters.service import open_service
    from adapters.serving import serve_app

    stop = Stop(parent)
    settings = read_settings(data)
    with open_service(settings) as service:
        check_tables(service.connect)
        serve_app(create_app(service), settings, service.clock, stop, announce=note)


def up(data: Data = None) -> None:
    """Run `consume`, `project`, `serve` and `tell` as one command, until told to end (SIGTERM, Ctrl-C)."""
    from adapters.service import open_service

    stop = Stop()
    settings = read_settings(data)
    # Held here too, so that embedded servers outlive a worker that is slow to start.
    with open_service(settings, broker=True):
        workers = {worker: start(worker, settings) for worker in Worker}
        try:
            ended = wait_for_one(workers.values(), stop)
        finally:
            stop_all(list(workers.values()))
    if ended is not None:
        raise Unreachable("a worker", "it has ended; what it said stands above")


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
    from adapters.clock import SystemClock
    from adapters.heartbeat import beats

    settings = read_settings(data, log_level="warning")
    found = [
        {"pid": beat.pid, "at": beat.at.isoformat(), "trouble": list(beat.trouble), **beat.said}
        for beat in beats(settings.data_dir, worker, SystemClock())
    ]
    if worker is Worker.SERVE and found:
        from adapters.serving import answers

        for one in found:
            if not answers(one["host"], one["port"]):
                one["trouble"] = [*one["trouble"], "no_answer"]
    well = bool(found) and not any(one["trouble"] for one in found)
    if as_json:
        print_json({"worker": worker, "healthy": well, "workers": found})
    elif not found:
        note(f"icr: no {worker} worker of this data folder runs on this host")
    else:
        for one in found:
            say(f"{worker} {one['pid']}: {', '.join(one['trouble']) or 'well'}")
    code = DONE if well else KEPT_OR_FAILED if found else UNREACHABLE
    if code:
        raise typer.Exit(code)


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


def _make_topics(bootstrap_servers: str) -> None:
    """Where this worker may; where not, they are there or will come."""
    from adapters.kafka.topics import ensure_topics
    from adapters.logs import get_logger

    try:
        ensure_topics(bootstrap_servers)
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
    "stop_all",
    "up",
]
