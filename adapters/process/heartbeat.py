"""How a worker says that it is well: a small file of its own in the data folder, read by `icr health` and the demo.

A file and not a port, so that a worker listens nowhere; named by host and process, so that containers may share the
folder. A thread of its own sees whether the worker goes on, and says so when it does not: a worker that is stuck in a
call cannot. What is lost if the process dies: nothing; the file grows old, and the files of the dead say nothing.
"""

import contextlib
import os
import re
import socket
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any, Final, Self

import orjson

from adapters.process.clock import Clock
from adapters.process.logs import get_logger
from domain.errors import Misuse

NO_PROGRESS: Final = "no_progress"
# Seconds in which a worker has something to say of itself, at the least; read at each use, so that tests can shorten it.
PATIENCE = 20.0
_EVERY: Final = 1.0
_LOOK: Final = 2.0
_LONGEST: Final = 80  # characters of a place, as a log line may hold


@dataclass(frozen=True, slots=True)
class Beat:
    """The last a worker said. `trouble` names what is wrong, empty when all is well; `said` holds figures."""

    worker: str
    pid: int
    at: datetime
    trouble: tuple[str, ...]
    said: Mapping[str, Any] = field(default_factory=dict)


class Heartbeat:
    """One worker's file. It is removed when the worker ends in order.

    The worker says how it is with `beat`, or with `go_on` only that it goes on. When it has done neither for `patience`
    seconds, it is said for it that it makes no progress, and logged where it stands.
    """

    def __init__(self, data_dir: Path, worker: str, clock: Clock, *, patience: float | None = None) -> None:
        self._clock = clock
        self._worker = worker
        self._patience = PATIENCE if patience is None else patience
        self._file = _folder(data_dir) / f"{worker}@{socket.gethostname()}@{os.getpid()}.json"
        self._written = float("-inf")
        self._last: tuple[str, ...] | None = None
        self._said: Mapping[str, object] = {}
        self._writing = threading.Lock()
        try:
            data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file.parent.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise Misuse(f"the data folder {data_dir} cannot be used: {error.strerror}") from None
        for file in _files(data_dir, worker):
            if not _alive(_pid(file)):  # it was killed, and could not take its file away
                file.unlink(missing_ok=True)
        self._ended = threading.Event()
        self.go_on()
        threading.Thread(target=self._watch, name="heartbeat", daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def go_on(self) -> None:
        """Say, from the thread that works, that it goes on; nothing is written."""
        self._thread = threading.get_ident()
        self._went_on = time.monotonic()

    def beat(self, trouble: tuple[str, ...] = (), *, now: bool = False, **said: object) -> None:
        """Write, at most once a second, unless what is wrong has changed or `now` says so."""
        self.go_on()
        changed = trouble != self._last
        self._last, self._said = trouble, said
        if now or changed or time.monotonic() - self._written >= _EVERY:
            self._write(trouble)

    def end(self) -> None:
        """Take the file away."""
        self._ended.set()
        with self._written_by_one():
            self._file.unlink(missing_ok=True)

    def _write(self, trouble: tuple[str, ...]) -> None:
        document = {"at": self._clock.now().isoformat(), "trouble": trouble, "said": self._said}
        fresh = self._file.with_suffix(".new")
        # A full disk is not what should end a worker; nor is one that does not answer what should stop its watch.
        with self._written_by_one() as ours, contextlib.suppress(OSError):
            if ours:
                fresh.write_bytes(orjson.dumps(document))
                fresh.replace(self._file)
        self._written = time.monotonic()

    @contextlib.contextmanager
    def _written_by_one(self) -> Any:  # noqa: ANN401 - a context
        ours = self._writing.acquire(timeout=_EVERY)
        try:
            yield ours
        finally:
            if ours:
                self._writing.release()

    def _watch(self) -> None:
        """See that the worker goes on, and write in its place as long as it is busy with one thing."""
        stuck = False
        while not self._ended.wait(min(_LOOK, self._patience / 4)):
            silent = time.monotonic() - self._went_on
            if silent < self._patience:
                if stuck:
                    get_logger("health").warning("recovered_from", reason=NO_PROGRESS)
                stuck = False
                if self._last is not None and time.monotonic() - self._written >= _EVERY:
                    self._write(self._last)
                continue
            self._write((*(self._last or ()), NO_PROGRESS))
            self._written = float("-inf")  # it is taken back as soon as the worker says anything
            if not stuck:
                get_logger("health").error(NO_PROGRESS, seconds=round(silent), where=where(self._thread))
            stuck = True


def where(thread: int) -> str:
    """The functions that a thread is in, the innermost last; no values. Empty when the thread has ended."""
    names: list[str] = []
    frame: FrameType | None = sys._current_frames().get(thread)  # noqa: SLF001 - the interpreter's own name for it
    while frame is not None and sum(map(len, names)) < _LONGEST:
        names.insert(0, re.sub(r"\W", "", frame.f_code.co_name))
        frame = frame.f_back
    return "/".join(names)[-_LONGEST:].strip("/")


def beats(data_dir: Path, worker: str, clock: Clock) -> list[Beat]:
    """What this host's workers of a kind have said last; files of processes that are gone are left out.

    Of one that is there and has said nothing lately `no_progress` is said: it was stopped, or cannot write its file.
    """
    found = []
    for file in _files(data_dir, worker):
        pid = _pid(file)
        try:
            document = orjson.loads(file.read_bytes())
            at = datetime.fromisoformat(document["at"])
            trouble = tuple(document["trouble"])
            if clock.now() - at > timedelta(seconds=PATIENCE) and NO_PROGRESS not in trouble:
                trouble = (*trouble, NO_PROGRESS)
            beat = Beat(worker, pid, at, trouble, document["said"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if _alive(pid):
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
