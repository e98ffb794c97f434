"""What happens to the service in the chaos run, each as a function, and how often, as a table."""

import contextlib
import random
import re
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psycopg

from tests.builders.process import Life, Warm
from tests.builders.stream import recorded
from tests.nightly.ground import Clock, Disk, broker_processes, database_processes, hold
from tests.nightly.inputs import Inputs
from tests.servers.plugin import Stack
from tests.servers.postgres import Cluster

_FULL: Final = re.compile(b"DiskFull|database_full")
# Two consumers share the partitions; of projectors one works at a time.
ROLES: Final = {"consume-1": "consume", "consume-2": "consume", "project": "project"}


@dataclass
class Chaos:
    """The service under way, and what happened to it so far."""

    stack: Stack
    cluster: Cluster
    warm: Warm
    clock: Clock
    disk: Disk
    inputs: Inputs
    chance: random.Random
    logs: Path
    workers: dict[str, Life] = field(default_factory=dict)
    ended_by_themselves: list[str] = field(default_factory=list)
    happened: list[str] = field(default_factory=list)
    _started: dict[str, float] = field(default_factory=dict)

    def log(self, role: str) -> Path:
        """Where a worker's output goes."""
        return self.logs / f"{role}.log"

    def start(self, role: str) -> None:
        """A new life of a worker."""
        self.workers[role] = self.warm.start(ROLES[role], log=self.log(role))
        self._started[role] = time.monotonic()

    def times_full(self) -> int:
        """How often workers have said that the disk is full."""
        return sum(len(_FULL.findall(self.log(role).read_bytes())) for role in self.workers)

    def age(self, role: str) -> float:
        """Seconds since a worker was started."""
        return time.monotonic() - self._started[role]

    def see_to_workers(self) -> None:
        """Start those that are not there. Nobody ended them, so it is noted."""
        for role in ROLES:
            if role not in self.workers:
                self.start(role)
            elif not self.workers[role].runs():
                self.ended_by_themselves.append(
                    f"{role} after {self.happened[-1]}: {self.log(role).read_text()[-1000:]}"
                )
                self.start(role)

    def some_worker(self) -> str:
        """One of them."""
        return self.chance.choice(list(ROLES))

    def progress(self, role: str) -> int:
        """How far a worker of its kind has come; -1 while the database does not answer."""
        with contextlib.suppress(psycopg.Error):
            return recorded(self.stack) if ROLES[role] == "consume" else edition(self.stack)
        return -1


def edition(stack: Stack) -> int:
    """The last edition."""
    with contextlib.closing(psycopg.connect(stack.database_url)) as connection:
        (number,) = connection.execute("SELECT coalesce(max(number), 0) FROM log.edition").fetchone() or (0,)
    return int(number)


def killed(chaos: Chaos) -> None:
    """A worker is killed, mostly in the midst of its work, and comes back at once.

    It has lived for a while, or it would always be killed while it starts; then it, or one of its kind, has just done
    something.
    """
    role = chaos.some_worker()
    time.sleep(max(0.0, chaos.chance.uniform(0, 3) - chaos.age(role)))
    before, end = chaos.progress(role), time.monotonic() + 3
    while chaos.progress(role) == before and time.monotonic() < end:
        time.sleep(0.005)
    time.sleep(chaos.chance.random() * 0.03)
    chaos.workers[role].kill()
    chaos.start(role)


def stopped(chaos: Chaos) -> None:
    """A worker stands still, now and then for so long that it is taken for dead, and goes on as if nothing had been."""
    worker = chaos.workers[chaos.some_worker()]
    worker.send_signal(signal.SIGSTOP)
    time.sleep(chaos.chance.choice([0.2, 1.0, 3.0, 12.0]))
    worker.send_signal(signal.SIGCONT)


def database_held(chaos: Chaos) -> None:
    """The database stands still."""
    hold(database_processes(chaos.cluster), chaos.chance.uniform(0.5, 4))


def broker_held(chaos: Chaos) -> None:
    """The broker stands still."""
    assert chaos.stack.real_kafka is not None
    hold(broker_processes(chaos.stack.real_kafka), chaos.chance.uniform(0.5, 4))


def broker_killed(chaos: Chaos) -> None:
    """The broker is killed, and comes back on its data."""
    kafka = chaos.stack.real_kafka
    if kafka is not None and kafka.can_be_killed:
        kafka.restart(down_for=chaos.chance.uniform(0, 2))


def flooded(chaos: Chaos) -> None:
    """Much is published at once, a third of it for the second time."""
    chaos.inputs.flood()


def bombed(chaos: Chaos) -> None:
    """What nobody can read is published."""
    chaos.inputs.bombs()


def clock_jumped(chaos: Chaos) -> None:
    """The host's clock is wrong for a while, by seconds or by days, either way."""
    chaos.clock.off_by(chaos.chance.choice([-1, 1]) * chaos.chance.choice([10, 3600, 86_400 * 3]))
    chaos.inputs.some(50)
    time.sleep(chaos.chance.uniform(1, 3))
    chaos.clock.off_by(0)


def disk_filled(chaos: Chaos) -> None:
    """The database's disk is full while events come."""
    if not chaos.disk.can_be_filled:
        return
    before, end = chaos.times_full(), time.monotonic() + 30
    with chaos.disk.full():
        while chaos.times_full() == before and time.monotonic() < end:  # whoever waits for something else writes later
            chaos.inputs.some(50)
            time.sleep(0.5)
        time.sleep(chaos.chance.uniform(0, 3))


Mishap = Callable[[Chaos], None]
# How often each happens where there are sixty kills; each once at least.
MISHAPS: Final[Mapping[Mishap, int]] = {
    killed: 60,
    stopped: 10,
    database_held: 6,
    broker_held: 4,
    broker_killed: 2,
    flooded: 5,
    bombed: 5,
    clock_jumped: 8,
    disk_filled: 6,
}


def schedule(kills: int, chance: random.Random) -> list[Mishap]:
    """What happens, in what order, with so many kills."""
    planned = [mishap for mishap, times in MISHAPS.items() for _ in range(max(1, times * kills // MISHAPS[killed]))]
    chance.shuffle(planned)
    return planned
