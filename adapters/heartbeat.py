"""How a worker says that it is well: a small file of its own in the data folder, read by `icr health` and the demo.

A file and not a port, so that a worker listens nowhere; named by host and process, so that containers may share the
folder. What is lost if the process dies: nothing; the file grows old, and old files say nothing.
"""

import contextlib
import os
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson

from adapters.clock import Clock
from domain.errors import Misuse

FRESH: Final = timedelta(seconds=30)  # one edition or batch may take a while
_EVERY: Final = 1.0


@dataclass(frozen=True, slots=True)
class Beat:
    """The last a worker said. `trouble` names what is wrong, empty when all is well; `said` holds figures."""

    worker: str
    pid: int
    at: datetime
    trouble: tuple[str, ...]
    said: Mapping[str, Any] = field(default_factory=dict)


class Heartbeat:
    """One worker's file. It is removed when the worker ends in order."""

    def __init__(self, data_dir: Path, worker: str, clock: Clock) -> None:
        self._clock = clock
        self._worker = worker
        self._file = _folder(data_dir) / f"{worker}@{socket.gethostname()}@{os.getpid()}.json"
        self._written = float("-inf")
        self._last: tuple[str, ...] | None = None
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Misuse(f"the data folder {data_dir} cannot be used: {error.strerror}") from None
        for file in _files(data_dir, worker):
            if not _alive(_pid(file)):  # it was killed, and could not take its file away
                file.unlink(missing_ok=True)

    def beat(self, trouble: tuple[str, ...] = (), *, now: bool = False, **said: object) -> None:
        """Write, at most once a second, unless what is wrong has changed or `now` says so."""
        if not now and trouble == self._last and time.monotonic() - self._written < _EVERY:
            return
        document = {"at": self._clock.now().isoformat(), "trouble": trouble, "said": said}
        fresh = self._file.with_suffix(".new")
        with contextlib.suppress(OSError):  # a full disk is not what should end a worker
            fresh.write_bytes(orjson.dumps(document))
            fresh.replace(self._file)
        self._written = time.monotonic()
        self._last = trouble

    def end(self) -> None:
        """Take the file away."""
        self._file.unlink(missing_ok=True)


def beats(data_dir: Path, worker: str, clock: Clock) -> list[Beat]:
    """What this host's workers of a kind have said lately; files of processes that are gone are left out."""
    found = []
    for file in _files(data_dir, worker):
        pid = _pid(file)
        try:
            document = orjson.loads(file.read_bytes())
            at = datetime.fromisoformat(document["at"])
            beat = Beat(worker, pid, at, tuple(document["trouble"]), document["said"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if _alive(pid) and clock.now() - at <= FRESH:
            found.append(beat)
    return found


def _folder(data_dir: Path) -> Path:
    return data_dir / "run"


def _files(data_dir: Path, worker: str) -> list[Path]:
    return sorted(_folder(data_dir).glob(f"{worker}@{socket.gethostname()}@*.json"))


def _pid(file: Path) -> int:
    return int(file.stem.rsplit("@", 1)[1])


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
