"""A lasting process: how it begins, how it is told to end, and how several are started, waited for and ended."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from adapters.cli.output import read_settings
from domain.errors import Misuse

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
    SEAL = "seal"


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


@contextmanager
def started(
    worker: Worker, data: Path | None, parent: int, *, broker: bool = False, waits: bool = True
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


def wait_for_one(processes: Iterable[subprocess.Popen[bytes]], stop: Stop) -> int | None:
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


def check_tables(connect: Any) -> None:  # noqa: ANN401
    """Raise Misuse where the database has not our tables."""
    import psycopg

    with connect() as connection:
        try:
            connection.execute("SELECT FROM log.head")
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
            raise Misuse("the database has not this version's tables: run icr migrate") from None
