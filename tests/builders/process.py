"""Our commands as processes, for tests that stop, kill and watch them."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


def icr(*arguments: str, environment: Mapping[str, str], stdin: str | None = None, seconds: float = 120) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "adapters.cli.main", *arguments],
        cwd=ROOT, env=dict(environment), input=stdin or "", check=False, capture_output=True, text=True, timeout=seconds,
    )  # fmt: skip


@contextmanager
def started(*arguments: str, environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A command that lasts; killed at the end if it still runs."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "adapters.cli.main", *arguments],
            cwd=ROOT, env=dict(environment), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
        )  # fmt: skip
        try:
            yield process
        finally:
            if process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGCONT)
                process.kill()
            process.wait()


def wait_for(condition: Callable[[], bool], *, seconds: float = 60, pause: float = 0.02) -> None:
    """Wait until something holds; fails when it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(pause)
