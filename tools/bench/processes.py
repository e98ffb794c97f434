"""Processes that are measured: stopped and let go, their processor time and the most memory they ever held.

Linux only: all of it is read from /proc.
"""

import contextlib
import os
import signal
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Measured:
    """A process by its id."""

    pid: int

    def hold(self) -> None:
        """Let it do nothing until `let_go`."""
        os.kill(self.pid, signal.SIGSTOP)

    def let_go(self) -> None:
        """Let it go on."""
        os.kill(self.pid, signal.SIGCONT)

    def peak_mib(self) -> float:
        """The most resident memory it ever had, in MiB."""
        return _status(self.pid, "VmHWM") / 1024

    def cpu_seconds(self) -> float:
        """Processor time it has used, user and system."""
        return cpu_seconds([self.pid])


def cpu_seconds(pids: Iterable[int]) -> float:
    """Processor time that processes have used together; those that are gone count nothing."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / _TICKS


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Ctrl-C and SIGTERM wait for the end of the block: a process that is just being started must not get lost."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {}
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, lambda number, _: came.append(number))
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    for each in came:
        signal.raise_signal(each)


def most_mib(pids: Iterable[int]) -> float:
    """The most resident memory that any one of some processes ever had, in MiB; those that are gone count nothing."""
    most = 0.0
    for pid in pids:
        with contextlib.suppress(OSError, ValueError):
            most = max(most, Measured(pid).peak_mib())
    return most


def children(pid: int) -> list[int]:
    """Processes whose parent is this one."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def _status(pid: int, name: str) -> int:
    """A figure of /proc/<pid>/status, in KiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise ValueError(f"/proc/{pid}/status has no {name}")


def machine() -> dict[str, object]:
    """What it runs on."""
    cpu = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), ""
    )
    memory = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": cpu,
        "memory_gib": round(memory / 1024 / 1024, 1),
        "load_before": round(os.getloadavg()[0], 2),
    }


def _lines(file: str) -> list[str]:
    try:
        return Path(file).read_text().splitlines()
    except OSError:
        return []
