"""The process that owns the embedded servers of a data folder: `python -m adapters.embedded.supervisor --data DIR`.

Commands start it (`adapters.embedded.lock`); it ends by itself when no command uses the servers any more. What is lost
if it is killed: the broker's content, always; nothing of PostgreSQL, which is told by the kernel to shut down.
"""

import argparse
import contextlib
import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import NoReturn

from adapters.embedded.broker import MemoryBroker
from adapters.embedded.lock import BROKER, POSTGRES, RESTARTS, Lock, ServersFolder, State
from adapters.embedded.postgres import PostgresServer
from adapters.process.ending import end_in_time
from adapters.process.logs import configure_logs, get_logger
from adapters.process.memory import keep_in_memory
from domain.errors import IcrError

_PAUSE = 0.05
# Seconds between attempts to start PostgreSQL again; the last one for ever.
_BACK_OFF = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0)
_LASTED = 60.0  # a server that ran so long begins anew with the first
_END_SECONDS = 5.0
_START_SECONDS = 60.0
_HARD = 9.5  # by then PostgreSQL, told by the kernel, ends by itself


class Supervisor:
    """Starts what is wanted, starts PostgreSQL again whenever it dies, and ends both when nobody is left."""

    def __init__(self, place: ServersFolder) -> None:
        self._place = place
        self._postgres = PostgresServer(place.data / "postgres")
        self._broker: MemoryBroker | None = None
        self._state = State(pid=os.getpid())
        self._attempts = 0
        self._again_at = 0.0
        self._started_at = 0.0
        self._ending = False
        self._log = get_logger("supervisor")

    def run(self) -> int:
        """Serve until nobody uses the servers, or a signal says to end; 0, or 1 when a server could not be had."""
        failed = False
        try:
            # The lock must be got and kept while ending: who comes meanwhile waits, and then starts anew.
            with Lock(self._place, "users") as users:
                while not self._ending and not users.take():
                    self._step()
                    time.sleep(_PAUSE)
                self._place.state.unlink(missing_ok=True)
                self._end()
        except IcrError as error:
            self._log.error("embedded_server_failed", exc_info=error)
            replace(self._state, failed=getattr(error, "hint", "") or str(error)).write(self._place)
            failed = True
        finally:
            self._end()
        return 1 if failed else 0

    def end(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Ask `run` to end the servers, used or not; one that is only being started is given up."""
        self._ending = True
        self._postgres.give_up()

    def _step(self) -> None:
        """Start what is wanted and not there.

        PostgreSQL first: its start forks, for which the process had better have no threads yet.
        """
        if self._state.database_url is None and self._place.want(POSTGRES).exists():
            self._state = replace(self._state, database_url=self._postgres.start())
            self._state.write(self._place)
            self._log.info("embedded_server_started", server=POSTGRES, port=self._postgres.port)
        if self._broker is None and self._place.want(BROKER).exists():
            self._broker = MemoryBroker()
            self._state = replace(
                self._state,
                bootstrap_servers=self._broker.bootstrap_servers,
                incarnation=self._broker.incarnation,
            )
            self._state.write(self._place)
            self._log.info("embedded_server_started", server=BROKER, incarnation=self._broker.incarnation)
        if self._state.database_url is not None:
            self._keep_running()

    def _keep_running(self) -> None:
        """Start PostgreSQL again when it has ended, ever more seldom and without end; what keeps it down may pass."""
        now = time.monotonic()
        if self._postgres.running():
            if self._attempts and now - self._started_at > _LASTED:
                self._attempts = 0
            return
        if now < self._again_at:
            return
        self._attempts += 1
        self._again_at = now + _BACK_OFF[min(self._attempts, len(_BACK_OFF) - 1)]
        self._log.warning("embedded_server_restarts", server=POSTGRES, attempt=self._attempts)
        self._say(RESTARTS)
        try:
            self._postgres.start(port=self._postgres.port, seconds=_START_SECONDS)
        except (IcrError, OSError) as error:
            self._log.error("embedded_server_failed", exc_info=error)
        else:
            self._started_at = time.monotonic()
            self._say(None)

    def _say(self, trouble: str | None) -> None:
        """Write down what is wrong, where commands and `icr health` look; a full disk is no reason to give up."""
        self._state = replace(self._state, trouble=trouble)
        with contextlib.suppress(OSError):
            self._state.write(self._place)

    def _end(self) -> None:
        self._postgres.stop(seconds=_END_SECONDS)
        if self._broker is not None:
            self._broker.stop()
            self._broker = None


def main(arguments: list[str] | None = None) -> NoReturn:
    """Take the folder's lock, leave the process that started us, and supervise."""
    parser = argparse.ArgumentParser(prog="adapters.embedded.supervisor", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    place = ServersFolder(parser.parse_args(arguments).data)
    place.make()
    configure_logs()
    keep_in_memory()  # it has the database's password
    lock = Lock(place, "supervisor")
    lock.await_(seconds=30)  # a former one may still be ending
    if os.fork() > 0:
        # The child has the same lock; leave without closing anything.
        os._exit(0)
    os.chdir("/")
    supervisor = Supervisor(place)
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, supervisor.end)
    end_in_time(soft=None, hard=_HARD)
    code = supervisor.run()
    # The kernel gives the lock back when the process is gone, so that whoever waits for it finds nothing left.
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
