"""A file of settings that is read again when it was changed: who was taken out of it is out within a second."""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Generic, TypeVar

from domain.errors import Misuse

LOOK_SECONDS: Final = 1.0

T = TypeVar("T")
_Signature = tuple[tuple[int, int, int] | None, ...]


class WatchedFile(Generic[T]):
    """What a file says now. `read` gives that, with the other files that it names; it raises Misuse.

    While the file is wrong nothing of it holds: an operator who takes somebody out and mistypes must not leave them in.
    """

    def __init__(
        self,
        file: Path,
        read: Callable[[Path], tuple[T, Sequence[Path]]],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._file = file
        self._read = read
        self._now = now
        self._lock = threading.Lock()
        self._looked = float("-inf")
        self._signature: _Signature | None = None
        self._files: Sequence[Path] = (file,)
        self._said: T | None = None
        self._fault: str | None = None

    def now(self) -> T:
        """What it says, no older than a second. Raises Misuse as long as it cannot be read."""
        with self._lock:
            if self._now() - self._looked >= LOOK_SECONDS:
                self._looked = self._now()
                self._look()
            if self._fault is not None:
                raise Misuse(self._fault)
            assert self._said is not None
            return self._said

    def _look(self) -> None:
        signature = _signature(self._files)
        if signature == self._signature:
            return
        try:
            self._said, beside = self._read(self._file)
            self._fault = None
        except Misuse as error:
            self._said, self._fault, beside = None, error.message, ()
        self._files = (self._file, *beside)
        # What was changed while it was read is seen at the next look.
        self._signature = signature if len(signature) == len(self._files) else None


def _signature(files: Sequence[Path]) -> _Signature:
    return tuple(_state(file) for file in files)


def _state(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
