"""Our commands as processes, for tests that run, stop, kill and watch them.

They come from an interpreter that has loaded the program already and forks: the process is as real, its start a second
and a half of work shorter. What is tested with them is not the start of Python.
"""

import atexit
import contextlib
import functools
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

from adapters.embedded.lock import ServersFolder

ROOT = Path(__file__).parents[2]

_SERVER = """
import json, os, select, signal, sys
import tools.main as cli
import adapters.cli.feedback, adapters.cli.publish, adapters.cli.quarantine, adapters.cli.reading, adapters.cli.health, adapters.cli.workers
import adapters.embedded.supervisor, adapters.process.kafka_security, adapters.process.standing
import adapters.api.app, adapters.api.serving, adapters.intake.connectors.nems, adapters.intake.imports
import adapters.intake.kafka.consumer, adapters.process.heartbeat, adapters.publishing.publish, adapters.questions
import adapters.codec.framing, adapters.log.pool, adapters.log.recorder, adapters.service.opened, adapters.service.projecting
import adapters.questions.changes, adapters.questions.door, adapters.questions.feeds, rich.table, structlog


def run(order):
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, name in enumerate((order["stdin"], order["stdout"], order["stderr"])):
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND if number else os.O_RDONLY
        os.dup2(os.open(name, flags), number)
    sys.stdin = open(0, closefd=False)
    os.environ.clear()
    os.environ.update(order["environment"])
    for name, value in order["shortened"].items():
        module, _, constant = name.rpartition(".")
        assert hasattr(sys.modules[module], constant), name
        setattr(sys.modules[module], constant, value)
    if order["program"] == "supervisor":
        os.setsid()
        adapters.embedded.supervisor.main(order["arguments"])  # it leaves this process, and ends it
    code = cli.main(order["arguments"])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def tell(what, pid, code=0):
    os.write(1, json.dumps([what, pid, code]).encode() + b"\\n")


woken, wakes = os.pipe()
os.set_blocking(wakes, False)
signal.signal(signal.SIGCHLD, lambda *_: None)
signal.set_wakeup_fd(wakes)
running, asked = set(), b""
while True:
    ready = select.select([0, woken], [], [])[0]
    if woken in ready:
        os.read(woken, 4096)
    for pid in list(running):
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            running.remove(pid)
            tell("ended", pid, os.waitstatus_to_exitcode(status))
    if 0 in ready:
        read = os.read(0, 1 << 16)
        if not read:
            break
        *lines, asked = (asked + read).split(b"\\n")
        for line in lines:
            order = json.loads(line)
            pid = os.fork()
            if pid == 0:
                os.close(woken)
                os.close(wakes)
                run(order)
            running.add(pid)
            tell("begun", pid)
os._exit(0)  # there is nothing to tidy, which would take a good part of a second
"""


# How long the program waits until it says that something does not come about, by the name of the constant. Tests of
# what it then says and does shorten these; the night has one test of each with the time that stands in the program.
Shortened = Mapping[str, Any]
UNCHANGED: Shortened = MappingProxyType({})


def patience(seconds: float) -> Shortened:
    """A process is said to stand still after so long."""
    return {"adapters.process.heartbeat.PATIENCE": seconds}


ABSENT_KAFKA: Shortened = MappingProxyType(
    {
        "adapters.intake.kafka.topics._BOOTSTRAP_MS": 500,
        "adapters.intake.kafka.producer._BOOTSTRAP_SECONDS": 0.5,
        "adapters.process.kafka_security._EXPLAIN_SECONDS": 1.0,
    }
)


class _Interpreter:
    """A Python that has loaded the program, forks off commands, and says how each ended."""

    def __init__(self, first: str = "") -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", first + _SERVER],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
        )  # fmt: skip
        self._ended: dict[int, int] = {}
        self._begun: list[int] = []
        self._told = b""

    def start(
        self,
        arguments: tuple[str, ...],
        environment: Mapping[str, str],
        files: tuple[str, str, str],
        program: str = "icr",
        shortened: Mapping[str, Any] = UNCHANGED,
    ) -> int:
        """Fork a command; its process id."""
        stdin, stdout, stderr = files
        order = {
            "program": program,
            "arguments": arguments,
            "environment": dict(environment),
            "stdin": stdin,
            "stdout": stdout,
            "stderr": stderr,
            "shortened": dict(shortened),
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        end = time.monotonic() + 60
        while not self._begun:
            assert self._process.poll() is None, "the program could not be loaded"
            assert time.monotonic() < end, "the program was not loaded in time"
            self._listen(1)
        return self._begun.pop()

    def ended(self, pid: int, seconds: float = 0) -> int | None:
        """With what code a command ended, as `subprocess` has it; None where it runs still after that time."""
        end = time.monotonic() + seconds
        self._listen(0)
        while pid not in self._ended and time.monotonic() < end:
            self._listen(end - time.monotonic())
        return self._ended.get(pid)

    def end(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(10)

    def _listen(self, seconds: float) -> None:
        """Take in what it says, for at most so long if it says nothing."""
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], max(0.0, seconds))[0]:
            return
        *lines, self._told = (self._told + os.read(self._process.stdout.fileno(), 1 << 16)).split(b"\n")
        for line in lines:
            what, pid, code = json.loads(line)
            if what == "begun":
                self._ended.pop(pid, None)  # the number may have been another's
                self._begun.append(pid)
            else:
                self._ended[pid] = code


@functools.cache
def _interpreter() -> _Interpreter:
    """The one for all tests of this process."""
    made = _Interpreter()
    atexit.register(made.end)
    return made


def icr(
    *arguments: str,
    environment: Mapping[str, str],
    stdin: str = "",
    seconds: float = 180,
    shortened: Shortened = UNCHANGED,
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    with tempfile.TemporaryDirectory(prefix="icr-test-") as folder:
        files = tuple(Path(folder) / name for name in ("in", "out", "err"))
        files[0].write_text(stdin)
        named = (str(files[0]), str(files[1]), str(files[2]))
        life = Life(_interpreter(), arguments, environment, named, shortened)
        try:
            code = life.wait(seconds)
        except subprocess.TimeoutExpired:
            life.kill()
            raise AssertionError(f"{arguments} did not end in time: {files[2].read_text()[-2000:]}") from None
        return subprocess.CompletedProcess(arguments, code, files[1].read_text(), files[2].read_text())


class Life:
    """One process of a command; a grandchild of the tests, and otherwise handled as one that `subprocess` started."""

    def __init__(
        self,
        by: _Interpreter,
        arguments: tuple[str, ...],
        environment: Mapping[str, str],
        files: tuple[str, str, str],
        shortened: Shortened = UNCHANGED,
    ) -> None:
        self._by = by
        self._arguments = arguments
        self.returncode: int | None = None
        for file in files[1:]:
            Path(file).touch()  # whoever waits for what it says may look before it has said anything
        self.pid = by.start(arguments, environment, files, shortened=shortened)

    def poll(self) -> int | None:
        """Its code, if it has ended."""
        if self.returncode is None:
            self.returncode = self._by.ended(self.pid)
        return self.returncode

    def wait(self, timeout: float = 180) -> int:
        """Its code, when it has ended; raises `subprocess.TimeoutExpired`."""
        if self.returncode is None:
            self.returncode = self._by.ended(self.pid, timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired(self._arguments, timeout)
        return self.returncode

    def runs(self) -> bool:
        """Whether it is still there."""
        return self.poll() is None

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it is still there."""
        if self.runs():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        """SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self.send_signal(signal.SIGKILL)
        self.wait(10)


def start_supervisor(place: ServersFolder, shortened: Shortened = UNCHANGED) -> None:
    """Start the supervisor of the embedded servers of a data folder, as a command does that finds none."""
    log = str(place.log)
    arguments = ("--data", str(place.data))
    started = _interpreter().start(arguments, os.environ, (os.devnull, log, log), "supervisor", shortened)
    assert _interpreter().ended(started, 60) == 0, f"the supervisor did not start; see {log}"


class Warm:
    """Starts commands that last, for tests with many lives. `first` is Python that the program is given beforehand.

    Without it the interpreter is the one for all tests of this process: to load the program takes more than a second.
    """

    def __init__(self, environment: Mapping[str, str], first: str = "") -> None:
        self._environment = environment
        self._own = _Interpreter(first) if first else None
        self._interpreter = self._own or _interpreter()

    def start(self, *arguments: str, log: Path) -> Life:
        """Start a command; its output goes to a file."""
        return Life(self._interpreter, arguments, self._environment, (os.devnull, str(log), str(log)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._own is not None:
            self._own.end()


@contextmanager
def started(
    *arguments: str, environment: Mapping[str, str], log: Path, shortened: Shortened = UNCHANGED
) -> Iterator[Life]:
    """A command that lasts; killed at the end if it still runs."""
    life = Life(_interpreter(), arguments, environment, (os.devnull, str(log), str(log)), shortened)
    try:
        yield life
    finally:
        if life.runs():
            life.kill()


def wait_for(condition: Callable[[], Any], *, seconds: float = 60, pause: float = 0.02) -> None:
    """Wait until something holds; fails when it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(pause)
