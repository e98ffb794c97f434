"""Where the chaos run takes place: a disk that can be filled, a clock that can jump, servers that can be held."""

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psutil
import psycopg
from psycopg import sql

from tests.servers.kafka import RealKafka
from tests.servers.postgres import Cluster
from tools.kafka_broker import JavaBroker

DISK_MIB: Final = 512

# For a starter of commands: in what it starts, the machine's clock is off by what the file says. It is the tests' own: the
# program has no such setting.
CLOCK_VARIABLE: Final = "CLOCK_IS_OFF_BY"
JUMPING_CLOCK: Final = f"""
import os
from datetime import timedelta
from adapters.process.clock import SystemClock

right = SystemClock.now

def off(self):
    with open(os.environ["{CLOCK_VARIABLE}"]) as file:
        return right(self) + timedelta(seconds=float(file.read()))

SystemClock.now = off
"""


class Clock:
    """By how many seconds the clock of our commands is off."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.off_by(0.0)

    def off_by(self, seconds: float) -> None:
        """Let it jump; 0 puts it right."""
        fresh = self.file.with_suffix(".new")
        fresh.write_text(str(seconds))
        fresh.replace(self.file)


class Disk:
    """The small disk on which the database lies, or none where we may not mount one."""

    def __init__(self, folder: Path | None) -> None:
        self._ballast = folder / "ballast" if folder else None

    @property
    def can_be_filled(self) -> bool:
        """Whether there is one; else the reason is that we are not root."""
        return self._ballast is not None

    @contextmanager
    def full(self) -> Iterator[None]:
        """Not one page is free on it meanwhile."""
        assert self._ballast is not None
        with self._ballast.open("wb", buffering=0) as file:
            try:
                for size in (1 << 20, 1 << 12):  # others write too, so what is free is found by trying
                    with contextlib.suppress(OSError):
                        while file.write(bytes(size)) == size:
                            pass
                yield
            finally:
                file.truncate(0)


@contextmanager
def small_disk(cluster: Cluster, url: str) -> Iterator[Disk]:
    """Move a database, to which nobody is connected, onto a disk of its own; at the end it goes with the disk."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        yield Disk(None)
        return
    folder = cluster.folder / "disk"  # where the server's account may go
    folder.mkdir()
    owner = cluster.server.data.stat()
    options = f"size={DISK_MIB}m,mode=0700,uid={owner.st_uid},gid={owner.st_gid}"
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "chaos", folder], check=False).returncode:
        yield Disk(None)  # root of a container that may not mount
        return
    try:
        inside = folder / "tables"
        inside.mkdir(mode=0o700)
        os.chown(inside, owner.st_uid, owner.st_gid)
        name = sql.Identifier(url.rsplit("/", 1)[1])
        with _administer(url) as connection:
            connection.execute(sql.SQL("CREATE TABLESPACE chaos LOCATION {}").format(str(inside)))
            connection.execute(sql.SQL("ALTER DATABASE {} SET TABLESPACE chaos").format(name))
        try:
            yield Disk(folder)
        finally:
            cluster.drop(url)
            with _administer(url) as connection:
                connection.execute("DROP TABLESPACE chaos")
    finally:
        subprocess.run(["umount", folder], check=False)


def _administer(url: str) -> contextlib.AbstractContextManager[psycopg.Connection]:
    administers = f"{url.rsplit('/', 1)[0]}/postgres"
    return contextlib.closing(psycopg.connect(administers, autocommit=True))


def database_processes(cluster: Cluster) -> list[psutil.Process]:
    """The database server and its children."""
    server = psutil.Process(cluster.server.pid)
    return [server, *server.children(recursive=True)]


def broker_processes(kafka: RealKafka) -> list[psutil.Process]:
    """The broker's process, where it is ours."""
    broker = kafka.broker
    return [psutil.Process(broker.process.pid)] if isinstance(broker, JavaBroker) and broker.process else []


def hold(processes: Sequence[psutil.Process], seconds: float) -> None:
    """Let processes stand still for a while, as on a machine that swaps or a network that is cut."""
    held = []
    try:
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.suspend()
                held.append(process)
        time.sleep(seconds)
    finally:
        for process in held:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.resume()
