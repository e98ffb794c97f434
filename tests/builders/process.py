"""Our commands as processes, for tests that run, stop, kill and watch them.

They come from an interpreter that has loaded the program already and forks: the process is as real, its start a second
shorter. What is tested here is not the start of Python; `started` starts it in the ordinary way all the same.
"""

import atexit
import contextlib
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
from typing import Any, Self

ROOT = Path(__file__).parents[2]

_WARM = """
import json, os, signal, sys
import tools.main as cli
import adapters.cli.publish, adapters.cli.quarantine, adapters.cli.workers, adapters.intake.connectors.nems, adapters.process.heartbeat
import adapters.intake.imports, adapters.intake.kafka.consumer, adapters.service.projecting, adapters.publishing.publish, adapters.service.opened

waits = sys.argv[1] == "waits"
if not waits:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever is killed leaves nothing behind
for line in sys.stdin:
    order = json.loads(line)
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for number, name in enumerate((order["stdin"], order["stdout"], order["stderr"])):
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND if number else os.O_RDONLY
            os.dup2(os.open(name, flags), number)
        sys.stdin = open(0, closefd=False)
        os.environ.clear()
        os.environ.update(order["environment"])
        code = cli.main(order["arguments"])
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    print(pid, flush=True)
    if waits:
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


class _Interpreter:
    """A Python that has loaded the program, and forks off commands."""

    def __init__(self, *, waits: bool, first: str = "") -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", first + _WARM, "waits" if waits else ""],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
        )  # fmt: skip

    def order(self, arguments: tuple[str, ...], environment: Mapping[str, str], files: tuple[str, str, str]) -> int:
        """Fork a command; its process id."""
        stdin, stdout, stderr = files
        order = {
            "arguments": arguments,
            "environment": dict(environment),
            "stdin": stdin,
            "stdout": stdout,
            "stderr": stderr,
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        return self.answer(30)

    def answer(self, seconds: float) -> int:
        """The next number it says."""
        assert self._process.stdout is not None
        said = b""
        end = time.monotonic() + seconds
        while not said.endswith(b"\n"):
            ready, _, _ = select.select([self._process.stdout], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                raise TimeoutError
            said += os.read(self._process.stdout.fileno(), 1)
        return int(said)

    def end(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(10)


_runner: _Interpreter | None = None


def icr(
    *arguments: str, environment: Mapping[str, str], stdin: str = "", seconds: float = 180
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    global _runner  # noqa: PLW0603 - one for all tests of the process
    if _runner is None:
        _runner = _Interpreter(waits=True)
        atexit.register(_runner.end)
    with tempfile.TemporaryDirectory(prefix="icr-test-") as folder:
        files = tuple(Path(folder) / name for name in ("in", "out", "err"))
        files[0].write_text(stdin)
        pid = _runner.order(arguments, environment, (str(files[0]), str(files[1]), str(files[2])))
        try:
            code = _runner.answer(seconds)
        except TimeoutError:
            os.kill(pid, signal.SIGKILL)
            _runner.answer(10)
            raise AssertionError(f"{arguments} did not end in time: {files[2].read_text()[-2000:]}") from None
        return subprocess.CompletedProcess(arguments, code, files[1].read_text(), files[2].read_text())


class Life:
    """One process started by `Warm`; a grandchild, so it is known by its id only."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def runs(self) -> bool:
        """Whether it is still there."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def signal(self, number: int) -> None:
        """Send it a signal."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self.signal(signal.SIGKILL)
        wait_for(lambda: not self.runs(), seconds=10, pause=0.002)


class Warm:
    """Starts commands that last, for tests with many lives. `first` is Python that the program is given beforehand."""

    def __init__(self, environment: Mapping[str, str], first: str = "") -> None:
        self._environment = environment
        self._interpreter = _Interpreter(waits=False, first=first)

    def start(self, *arguments: str, log: Path) -> Life:
        """Start a command; its output goes to a file."""
        files = (os.devnull, str(log), str(log))
        return Life(self._interpreter.order(arguments, self._environment, files))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._interpreter.end()


@contextmanager
def started(*arguments: str, environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A command that lasts, started as a user would; killed at the end if it still runs."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "adapters.cli.main", *arguments],
            cwd=ROOT, env=dict(environment), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
        )  # fmt: skip
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()


def wait_for(condition: Callable[[], Any], *, seconds: float = 60, pause: float = 0.02) -> None:
    """Wait until something holds; fails when it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(pause)
