"""How commands find the embedded servers, join them, and how the last one to leave ends them.

In `<data folder>/servers` lie three files that are only ever locked (flock, which the kernel undoes when a process
ends, however it ends):

- `users`: every command that uses the servers holds it shared. Who gets it alone knows that nobody uses them.
- `starter`: held while looking whether servers run and starting them, so that two starters end with one server.
- `supervisor`: held by the process that owns the servers, for its life. If it is free, whatever `state.json` says is
  of the past.

and `state.json`, where they listen, and `want-postgres`, `want-broker`, which ask the supervisor to start one.
"""

import contextlib
import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Self

from adapters.process.settings import Settings
from domain.errors import Misuse, Unreachable

POSTGRES = "postgres"
BROKER = "broker"
RESTARTS = "embedded_server_restarts"
_PATIENCE = 90.0
_PAUSE = 0.02


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the servers are. `database_url` holds a password and stays out of repr."""

    database_url: str = field(repr=False)
    bootstrap_servers: str | None
    # Which life of an embedded broker this is; None for a real Kafka, which knows its own cluster id.
    incarnation: str | None
    embedded_broker: bool


@dataclass(frozen=True, slots=True)
class State:
    """What the supervisor says of itself; empty values are servers that it has not (yet) started."""

    pid: int
    database_url: str | None = field(default=None, repr=False)
    bootstrap_servers: str | None = None
    incarnation: str | None = None
    failed: str | None = None
    trouble: str | None = None

    def write(self, place: "ServersFolder") -> None:
        """Put the state where commands find it, whole or not at all."""
        fresh = place.state.with_suffix(".new")
        with _open_private(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY) as stream:
            names = ("pid", "database_url", "bootstrap_servers", "incarnation", "failed", "trouble")
            stream.write(json.dumps({name: getattr(self, name) for name in names}))
        fresh.replace(place.state)


@dataclass(frozen=True, slots=True)
class ServersFolder:
    """The files by which commands and supervisor meet."""

    data: Path

    @property
    def folder(self) -> Path:
        """Folder of all the others."""
        return self.data / "servers"

    @property
    def state(self) -> Path:
        """Where the servers listen."""
        return self.folder / "state.json"

    @property
    def log(self) -> Path:
        """What the supervisor has to say."""
        return self.folder / "log"

    def want(self, server: str) -> Path:
        """The file whose being there asks for a server."""
        return self.folder / f"want-{server}"

    def make(self) -> None:
        """Make the folders, closed to others: what lies here opens the database. Misuse if that cannot be."""
        try:
            self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise Misuse(f"the data folder {self.data} cannot be used: {error.strerror}") from None

    def read(self) -> State | None:
        """What the supervisor last wrote, or None."""
        try:
            return State(**json.loads(self.state.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None


class Lock:
    """One of the files that are only locked. Closing it, or the end of the process, gives it back."""

    def __init__(self, place: ServersFolder, name: str) -> None:
        try:
            self._stream = _open_private(place.folder / name, os.O_CREAT | os.O_RDWR)
        except PermissionError:
            raise Misuse(f"the data folder {place.data} belongs to another user") from None
        self._name = name

    def take(self, *, shared: bool = False) -> bool:
        """Take it if it is to be had now."""
        try:
            fcntl.flock(self._stream, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def await_(self, *, shared: bool = False, seconds: float = _PATIENCE) -> None:
        """Take it, waiting if need be; Unreachable when it is not to be had in time."""
        end = time.monotonic() + seconds
        while not self.take(shared=shared):
            if time.monotonic() > end:
                raise Unreachable("the embedded servers", f"another command holds their lock ({self._name})")
            time.sleep(_PAUSE)

    def release(self) -> None:
        """Give it back and keep the file open."""
        fcntl.flock(self._stream, fcntl.LOCK_UN)

    def close(self) -> None:
        """Give it back, unless a process forked from this one still holds it."""
        self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextmanager
def servers(settings: Settings, *, broker: bool) -> Iterator[Servers]:
    """The servers that the settings name, or embedded ones in the data folder, joined if they run already.

    They stay while the block runs; the last block to end on a data folder, in whatever process, ends them. Raises
    Unreachable when an embedded server cannot be started. External servers are not looked at here.
    """
    wanted = [POSTGRES] if settings.database_url is None else []
    if broker and settings.kafka_bootstrap_servers is None:
        wanted.append(BROKER)
    if not wanted:
        yield Servers(settings.database_url or "", settings.kafka_bootstrap_servers, None, embedded_broker=False)
        return
    place = ServersFolder(settings.data_dir)
    place.make()
    users = Lock(place, "users")
    try:
        users.await_(shared=True)
        state = _join(place, wanted)
        ours = BROKER in wanted
        yield Servers(
            settings.database_url or state.database_url or "",
            state.bootstrap_servers if ours else settings.kafka_bootstrap_servers,
            state.incarnation if ours else None,
            embedded_broker=ours,
        )
    finally:
        users.close()
        _await_end(place)


def _join(place: ServersFolder, wanted: list[str]) -> State:
    """What the supervisor says once it has what is wanted; started, if there was none."""
    with Lock(place, "starter") as starter:
        starter.await_()
        if not supervised(place):
            place.state.unlink(missing_ok=True)
            for server in (POSTGRES, BROKER):
                place.want(server).unlink(missing_ok=True)
            for server in wanted:
                place.want(server).touch(mode=0o600)
            _spawn(place)
        else:
            for server in wanted:
                place.want(server).touch(mode=0o600)
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            state = place.read()
            if state is not None and _has(state, wanted):
                return state
            if state is not None and state.failed is not None:
                raise Unreachable("the embedded servers", state.failed)
            if not supervised(place):
                break
            time.sleep(_PAUSE)
    raise Unreachable("the embedded servers", f"they did not start; see {place.log}")


def supervised(place: ServersFolder) -> bool:
    """Whether a supervisor lives for this folder."""
    with Lock(place, "supervisor") as lock:
        return not lock.take()


def trouble_of_servers(data: Path) -> str | None:
    """What is wrong with the embedded servers of a data folder, in a word for `icr health`; None: nothing, or none run."""
    place = ServersFolder(data)
    state = place.read()
    return state.trouble if state is not None and state.trouble and supervised(place) else None


def _has(state: State, wanted: list[str]) -> bool:
    has = {POSTGRES: state.database_url, BROKER: state.bootstrap_servers}
    return all(has[server] for server in wanted)


def _spawn(place: ServersFolder) -> None:
    """Start the supervisor in a session of its own: Ctrl-C in one command must not end the servers of another.

    The process started here ends at once and leaves the supervisor to itself, so that it is nobody's child to wait for.
    It ends only when the supervisor holds its lock, so that `supervised` can be asked from then on.
    """
    with place.log.open("ab") as log:
        started = subprocess.run(
            [sys.executable, "-P", "-m", "adapters.embedded.supervisor", "--data", str(place.data)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            check=False,
            timeout=_PATIENCE,
        )
    if started.returncode != 0:
        raise Unreachable("the embedded servers", f"their supervisor did not start; see {place.log}")


def _await_end(place: ServersFolder) -> None:
    """When nobody else uses the servers, wait until they have ended, so that a finished command leaves nothing."""
    end = time.monotonic() + 10
    with contextlib.suppress(FileNotFoundError), Lock(place, "users") as users:
        while time.monotonic() < end and supervised(place):
            if users.take():
                users.release()
            elif place.state.exists():
                return  # others use them
            time.sleep(_PAUSE)


def _open_private(file: Path, flags: int) -> IO[str]:
    return os.fdopen(os.open(file, flags | os.O_CLOEXEC, 0o600), "w+" if flags & os.O_RDWR else "w")
