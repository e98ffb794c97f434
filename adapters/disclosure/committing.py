"""Commits what waits together: who comes first writes, and whoever comes meanwhile is written by the next one, all at once.

Alone an entry is one statement and one commit. Under load as many entries as wait share a commit, which is most of what an
entry costs. No thread is needed for it, and nothing is held back to wait for more.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

from domain.errors import Unreachable

MOST_WAITING: Final = 200
MOST_TOGETHER: Final = 100
PATIENCE: Final = 5.0  # seconds until somebody's turn comes; what is being written has the database's own limits


class Waiting:
    """What waits to be written. `alone`: with nothing else; `failed`: why it was not written; `together`: how many were."""

    def __init__(self, *, alone: bool = False) -> None:
        self.alone = alone
        self.turn = threading.Event()
        self.settled = False
        self.failed: BaseException | None = None
        self.together = 0


W = TypeVar("W", bound=Waiting)


class Committing(Generic[W]):
    """Writes for many threads, by one of them at a time; `write` is given a group and returns when it is committed.

    Of one thing that cannot be written `write` says so in its `failed`, and writes the others.
    """

    def __init__(self, write: Callable[[Sequence[W]], None], patience: float = PATIENCE) -> None:
        self._write = write
        self._patience = patience
        self._lock = threading.Lock()
        self._waiting: list[W] = []
        self._leads = False  # whether somebody writes, or has been told to

    def commit(self, one: W) -> None:
        """Return when it is committed. Raises Unreachable where too many wait or its turn does not come, and what `write` raises."""
        with self._lock:
            if len(self._waiting) >= MOST_WAITING:
                raise too_many()
            self._waiting.append(one)
            leads, self._leads = not self._leads, True
        if not leads:
            self._wait(one)
        if not one.settled:
            self._lead()
        if one.failed is not None:
            raise one.failed

    def _wait(self, one: W) -> None:
        """Until it is written, or has to write."""
        if one.turn.wait(self._patience):
            return
        with self._lock:
            if not one.turn.is_set() and one in self._waiting:
                self._waiting.remove(one)
                raise too_many()
        one.turn.wait()  # it is being written

    def _lead(self) -> None:
        with self._lock:
            first = self._waiting[0]  # who leads
            group = [first] if first.alone else [one for one in self._waiting if not one.alone][:MOST_TOGETHER]
            self._waiting = [one for one in self._waiting if one not in group]
        failed: BaseException | None = None
        try:
            self._write(group)
        except BaseException as error:  # noqa: BLE001 - each of them raises it
            failed = error
        with self._lock:
            self._leads = bool(self._waiting)
            if self._leads:
                self._waiting[0].turn.set()
        for one in group:
            # Who writes may be told to end, as by Ctrl-C; the others only were not written.
            why = failed if one is first or failed is None or isinstance(failed, Exception) else too_many()
            one.failed = one.failed or why
            one.together = len(group)
            one.settled = True
            one.turn.set()


def too_many() -> Unreachable:
    """What is said where an entry cannot be written in time."""
    return Unreachable("the access log", "too many answers wait to be logged, and nothing was shown")
