"""The folder in which a run of the tests keeps all that is temporary: removed at its end, or by a later run if it was killed.

It is in memory where there is room: a new database takes 90 ms there, of a core 35, and 660 ms on a disk, of a core 560 (two
cores, ext4, not synchronised). Each process of a run holds the folder's lock, which the kernel undoes when the process ends,
however it ends: who gets the lock alone knows that the run is over.
"""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from typing import IO, Final

import pytest

PREFIX: Final = "icr-test-run-"
_LOCK: Final = "lock"
_MEMORY: Final = Path("/dev/shm")
_ROOM: Final = 4 * 1024**3
_KEPT_BY_PYTEST: Final = "PYTEST_DEBUG_TEMPROOT"  # folders of failed tests are for looking at afterwards


class RunFolder:
    """A run's folder, made in a place or joined by another process of the run."""

    def __init__(self, path: Path, lock: IO[str]) -> None:
        self.path = path
        self._lock = lock

    @classmethod
    def make(cls, place: Path) -> "RunFolder":
        """A new one. Others may pass, not look: PostgreSQL cannot run below a folder closed to its account."""
        path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
        path.chmod(0o711)
        fresh = path / "new"
        lock = fresh.open("w")
        fcntl.flock(lock, fcntl.LOCK_SH)
        fresh.rename(path / _LOCK)  # it is there only once it is held
        return cls(path, lock)

    @classmethod
    def join(cls, path: Path) -> "RunFolder":
        """The folder of a run of which this process is a part."""
        lock = (path / _LOCK).open()
        fcntl.flock(lock, fcntl.LOCK_SH)
        return cls(path, lock)

    def leave(self) -> None:
        """Give back the lock."""
        self._lock.close()

    def remove(self) -> None:
        """Remove it with all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        self.leave()


def clear(place: Path) -> None:
    """Remove the folders of runs of which no process is left. One that has no lock may be about to have one: it stays."""
    for path in place.glob(f"{PREFIX}*"):
        try:
            with (path / _LOCK).open() as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
        except OSError:  # held, of another user, or gone by now
            continue


_FOLDER: Final = pytest.StashKey[RunFolder]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Make temporary folders in the run's, here and in whatever is started."""
    if hasattr(config, "workerinput"):  # a worker of pytest-xdist, whose environment names the folder of the run
        config.stash[_FOLDER] = RunFolder.join(Path(os.environ["TMPDIR"]))
        return
    place = Path(tempfile.gettempdir())
    if "TMPDIR" not in os.environ and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM:
        place = _MEMORY
    clear(place)
    os.environ.setdefault(_KEPT_BY_PYTEST, str(place))
    config.stash[_FOLDER] = folder = RunFolder.make(place)
    os.environ["TMPDIR"] = str(folder.path)
    tempfile.tempdir = None  # it is looked up again


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    folder = config.stash.get(_FOLDER, None)
    if folder is None:
        return
    if hasattr(config, "workerinput"):
        folder.leave()
        return
    os.environ["TMPDIR"] = os.environ[_KEPT_BY_PYTEST]
    tempfile.tempdir = None
    folder.remove()
