"""Each kind of request has threads and a queue of its own, so that none waits behind another kind.

What comes when a queue is full is refused at once (503, with Retry-After), before its body is read and before anything
of it is recorded. The event loop itself never waits for the database.
"""

import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial, wraps
from http import HTTPStatus
from typing import Any, Final, ParamSpec, TypeVar

import anyio
import psycopg

from adapters.api.callers import CALLER, Caller, ClientGone
from adapters.api.problems import RETRY_SECONDS, Refused
from adapters.process.settings import Settings

T = TypeVar("T")
P = ParamSpec("P")
Connection = psycopg.Connection[Any]

PATIENCE: Final = 30.0  # seconds that a request waits for its turn; a client that is told to come again sooner gives up
_CANCEL_SECONDS: Final = 2.0
_AGAIN_SECONDS: Final = 0.25
_DOCUMENTS: Final = 32
DECIDING: Final = 2
_DECISIONS: Final = 32
_HEALTH: Final = 64


def _busy(rule: str) -> Refused:
    return Refused(HTTPStatus.SERVICE_UNAVAILABLE, rule, headers={"Retry-After": str(RETRY_SECONDS)})


class WorkQueue:
    """At most `slots` requests of a kind at work, each in a thread, and at most `places` more that wait for their turn."""

    def __init__(self, slots: int, places: int, patience: float = PATIENCE) -> None:
        self._slots = slots
        self._places = places
        self._patience = patience
        self._at_work = 0
        self._waiting: list[anyio.Event] = []
        self._closed = False

    def check_room(self) -> None:
        """Raise Refused (503) where a request that comes now could not even wait."""
        if self._closed:
            raise _busy("the service is ending")
        if self._at_work >= self._slots and len(self._waiting) >= self._places:
            raise _busy("too many requests of this kind wait; nothing was done")

    def close(self) -> None:
        """Refuse whoever waits, and whoever comes from now on; who is at work goes on."""
        self._closed = True
        for turn in self._waiting:
            turn.set()

    def takes(self, work: Callable[P, T]) -> Callable[P, Awaitable[T]]:
        """A handler that does its work here, when it is its turn."""

        @wraps(work)
        async def in_turn(*args: P.args, **kwargs: P.kwargs) -> T:
            return await self.run(partial(work, *args, **kwargs))

        return in_turn

    async def run(self, work: Callable[[], T]) -> T:
        """Do the work in a thread when it is its turn. Raises Refused where that does not come, ClientGone, or its error.

        Cancelled while it waits, it is not done; cancelled later, it ends first.
        """
        self.check_room()
        await self._turn()
        try:
            return await anyio.to_thread.run_sync(work, limiter=_a_thread())
        except psycopg.Error:
            caller = CALLER.get()
            if caller is not None and caller.gone:
                raise ClientGone from None  # its query was cancelled for that
            raise
        finally:
            self._at_work -= 1
            self._call_next()

    async def _turn(self) -> None:
        """Wait until one may begin; first come, first served."""
        if self._at_work < self._slots:
            self._at_work += 1
            return
        turn = anyio.Event()
        self._waiting.append(turn)
        try:
            with anyio.move_on_after(self._patience):
                await turn.wait()
        except BaseException:
            self._forget(turn)
            raise
        if turn in self._waiting:  # called by nobody: its patience is at an end, or the service is
            self._waiting.remove(turn)
            raise _busy("the service is ending" if self._closed else "the request waited too long; nothing was done")

    def _forget(self, turn: anyio.Event) -> None:
        if turn in self._waiting:
            self._waiting.remove(turn)
        else:  # it was called, and went at that moment
            self._at_work -= 1
            self._call_next()

    def _call_next(self) -> None:
        if self._waiting and self._at_work < self._slots and not self._closed:
            self._at_work += 1
            self._waiting.pop(0).set()


def _a_thread() -> anyio.CapacityLimiter:
    """Room for one more thread: queues count them, and not the framework, whose forty are there for every kind."""
    return anyio.CapacityLimiter(1)


class Queries:
    """The connections on which requests are at work, so that their queries can be cancelled."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[Connection, Caller | None] = {}

    @contextmanager
    def on(self, connection: Connection, caller: Caller | None = None) -> Iterator[Connection]:
        """While the block runs, its query is cancelled when the caller goes, or when the service ends."""
        with self._lock:
            self._running[connection] = caller
        try:
            yield connection
        finally:
            with self._lock:  # waits for whoever is cancelling it
                self._running.pop(connection, None)

    def lend(self, source: Callable[[], AbstractContextManager[Connection]]) -> Callable[[], AbstractContextManager[Connection]]:  # fmt: skip
        """The same source of connections, for reads: a read's query ends with its caller."""

        @contextmanager
        def lent() -> Iterator[Connection]:
            caller = CALLER.get()
            with source() as connection:
                try:
                    with self.on(connection, caller):
                        yield connection
                finally:
                    if caller is not None and caller.gone:
                        connection.close()  # what cancelled this read must not meet the next one

        return lent

    def cancel(self, of: Caller | None = None) -> bool:
        """Cancel the queries of a caller, or all; whether there were any."""
        with self._lock:
            found = [one for one, caller in self._running.items() if of is None or caller is of]
            for connection in found:
                with suppress(psycopg.Error):
                    connection.cancel_safe(timeout=_CANCEL_SECONDS)
        return bool(found)

    async def cancel_until_gone(self, of: Caller) -> None:
        """Cancel what a caller has asked for until nothing of it runs: between two queries there is nothing to cancel."""
        running = True
        while running:
            running = await anyio.to_thread.run_sync(partial(self.cancel, of), limiter=_a_thread())
            await anyio.sleep(_AGAIN_SECONDS if running else 0)


@dataclass(frozen=True, slots=True)
class WorkQueues:
    """All queues of one application."""

    publishing: WorkQueue
    deciding: WorkQueue
    reading: WorkQueue
    health: WorkQueue
    documents: WorkQueue
    queries: Queries

    def close(self) -> None:
        """Begin no more work."""
        for queue in (self.publishing, self.deciding, self.reading, self.health, self.documents):
            queue.close()


def work_queues_of(settings: Settings) -> WorkQueues:
    """The queues that the settings ask for."""
    return WorkQueues(
        publishing=WorkQueue(settings.http_publishing, settings.http_publishing_queue),
        deciding=WorkQueue(DECIDING, _DECISIONS),
        reading=WorkQueue(settings.read_connections, settings.http_reading_queue),
        health=WorkQueue(2, _HEALTH),
        documents=WorkQueue(1, _DOCUMENTS),
        queries=Queries(),
    )
