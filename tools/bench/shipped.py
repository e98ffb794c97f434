"""The service as it is shipped: `icr consume` and `icr project` as processes on a database of their own."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql

from adapters.embedded.processes import ending_with_parent
from adapters.intake.kafka.topics import tracking_name
from adapters.log.connections import connect
from adapters.log.keys.key_file import load_or_create
from adapters.log.recorder import CHANNEL
from adapters.migrations.migrate import migrate
from adapters.process.clock import Clock
from adapters.process.heartbeat import beats
from domain.errors import Unreachable
from tools.bench.processes import Measured, undisturbed
from tools.bench.workload import Slice

_PATIENCE: Final = 600.0  # seconds in which a worker has to get on, however much is left
_START_PATIENCE: Final = 60.0
_VIEWS_LOOK: Final = 0.002  # seconds between two looks at the views; a look costs 50 microseconds


def new_database(url: str, name: str) -> str:
    """Connection string of a new, empty database on a server."""
    with connect(url) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return psycopg.conninfo.make_conninfo(url, dbname=name)


class Patience:
    """How long a worker is waited for: not by how much there is for it to do, but since it last got on."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._came: int | None = None
        self._since = now()

    def is_over(self, came: int) -> bool:
        """Whether a worker that came so far has not got on for too long."""
        if came != self._came:
            self._came, self._since = came, self._now()
        return self._now() - self._since > _PATIENCE


class Shipped:
    """One deployment: its data folder, database, consumer group and worker processes."""

    def __init__(self, folder: Path, url: str, environment: dict[str, str], clock: Clock) -> None:
        folder.mkdir(mode=0o700)
        self.folder = folder
        self.url = url
        self._clock = clock
        self._log = folder / "log"
        outside = {key: value for key, value in os.environ.items() if not key.startswith("ICR_")}
        ours = {"ICR_DATA_DIR": str(folder), "ICR_DATABASE_URL": url, "ICR_LOG_LEVEL": "warning"}
        self._environment = {**outside, **ours, **environment}
        migrate(url)
        load_or_create(folder / "keys")
        self._connection = connect(url)
        self._connection.execute(f"LISTEN {CHANNEL}")
        self._workers: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, worker: str, *options: str, looks: Path | None = None) -> Measured:
        """Start a worker; it need not be ready yet. With a file for `looks` its parts are counted there (sampled.py)."""
        program = ["adapters.cli.main"] if looks is None else ["tools.bench.sampled", str(looks)]
        return Measured(self._launch(worker, [*program, worker, *options]).pid)

    def _launch(self, name: str, module: list[str]) -> subprocess.Popen[bytes]:
        """Start a process of ours; one that was started is known, whatever interrupts us, so that it is ended."""
        command = [sys.executable, "-m", *module]
        with self._log.open("ab") as log, undisturbed():
            self._workers[name] = subprocess.Popen(
                command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                # Not --parent: a process that is held must not outlive us either.
                preexec_fn=ending_with_parent(signal.SIGKILL),  # noqa: PLW1509
            )
        return self._workers[name]

    def run(self, *arguments: str) -> float:
        """Run a command to its end; seconds. Raises Unreachable when it fails."""
        began = time.perf_counter()
        code = self._launch(arguments[0], ["adapters.cli.main", *arguments]).wait()
        del self._workers[arguments[0]]
        if code:
            raise Unreachable(f"icr {arguments[0]}", f"it ended with {code}: {self._last_words()}")
        return time.perf_counter() - began

    def await_idle(self, worker: str) -> None:
        """Wait until a worker says that there is nothing left for it to do."""
        end = time.monotonic() + _START_PATIENCE
        while time.monotonic() < end:
            self._check()
            if any(beat.said.get("lag") == 0 for beat in beats(self.folder, worker, self._clock)):
                return
            time.sleep(0.02)
        raise Unreachable(f"icr {worker}", f"it did not get ready: {self._last_words()}")

    def until_recorded(self, cluster: str, part: Slice) -> Iterator[int]:
        """How many messages are recorded so far, whenever that has changed, until a slice is recorded to its end."""
        wanted = {tracking_name(cluster, *place): offset for place, offset in part.end.items()}
        patience = Patience()
        while True:
            rows = self._connection.execute(
                "SELECT name, next_offset FROM log.tracking WHERE name = ANY(%s)", (list(wanted),)
            )
            recorded = dict(rows.fetchall())
            yield sum(recorded.values())
            if all(recorded.get(name, 0) >= offset for name, offset in wanted.items()):
                return
            for _ in self._connection.notifies(timeout=0.5, stop_after=1):
                pass
            self._check()
            if patience.is_over(sum(recorded.values())):
                raise Unreachable("icr consume", f"it does not get on: {self._last_words()}")

    def await_views(self, seen: Callable[[int], None] = lambda _: None) -> None:
        """Wait until the views are at the head of the log; `seen` is told their position while waiting."""
        patience = Patience()
        while True:
            position, head = self.row("SELECT v.position, h.position FROM view_a.state v, log.head h")
            seen(position)
            if position == head:
                return
            self._check()
            if patience.is_over(position):
                raise Unreachable("icr project", f"it does not get on: {self._last_words()}")
            time.sleep(_VIEWS_LOOK)

    def row(self, query: str) -> Any:  # noqa: ANN401
        """The first row of a query on the database."""
        found = self._connection.execute(query).fetchone()
        assert found is not None
        return found

    def end(self, worker: str) -> None:
        """End a worker and wait for it."""
        process = self._workers.pop(worker)
        process.send_signal(signal.SIGCONT)
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        if process.poll() is None:
            process.kill()
            process.wait()

    def close(self) -> None:
        """End all workers."""
        for worker in list(self._workers):
            self.end(worker)
        self._connection.close()

    def _check(self) -> None:
        for worker, process in self._workers.items():
            if process.poll() is not None:
                raise Unreachable(f"icr {worker}", f"it has ended: {self._last_words()}")

    def _last_words(self) -> str:
        """The end of what the workers logged, which holds no personal data."""
        return self._log.read_text()[-500:].strip() or "it said nothing"
