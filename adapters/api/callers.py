"""Who waits for an answer: whether the client is still there, and what is given up when it is not.

A request that nobody waits for any more is no work: what is queued leaves its queue, and a read's query is cancelled.
What has begun to be recorded is finished, since it may be recorded already.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Final

import anyio
from starlette.types import Message, Receive

GONE: Final[Message] = {"type": "http.disconnect"}


class ClientGone(Exception):
    """The client of the request went away; no error of ours, and nobody is left to be told."""


class Bodies:
    """How many bytes of requests are in memory, of all clients together; used by the event loop alone."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0

    def take(self, size: int) -> bool:
        """Whether there is room for so many more, which are then counted."""
        if self._held + size > self._most:
            return False
        self._held += size
        return True

    def give_back(self, size: int) -> None:
        """So many are no longer held."""
        self._held -= size


class Caller:
    """One request's client. `has_body` where the request announces one, which must come before the client can be watched."""

    def __init__(self, receive: Receive, bodies: Bodies, *, has_body: bool) -> None:
        self._receive = receive
        self._bodies = bodies
        self._held = 0
        self._first: Message | None = None
        self._heard = anyio.Event()
        self._left = anyio.Event()
        self._has_body = has_body

    @property
    def gone(self) -> bool:
        """Whether the client has gone."""
        return self._left.is_set()

    @property
    def heard_out(self) -> bool:
        """Whether the whole request has been read: else what is left of it is still on its way."""
        return self._heard.is_set() or not self._has_body

    def hold(self, size: int) -> bool:
        """Whether so many bytes more of this request's body may be held; they are, until `end`."""
        if not self._bodies.take(size):
            return False
        self._held += size
        return True

    def end(self) -> None:
        """The request is over: nothing of it is held any more."""
        self._bodies.give_back(self._held)
        self._held = 0

    async def receive(self) -> Message:
        """The next part of the request, as ASGI has it; after the last one, when the client has gone, that it has."""
        if self._first is not None:
            message, self._first = self._first, None
            return message
        if self._heard.is_set():
            await self._left.wait()
            return GONE
        return self._note(await self._receive())

    async def watch(self, leave: Callable[[], None]) -> None:
        """Wait until the client goes, and then `leave`. Nothing else may come once the whole request has."""
        if not self._has_body and not self._heard.is_set():
            self._first = self._note(await self._receive())
        await self._heard.wait()
        while not self._left.is_set():
            self._note(await self._receive())
        leave()

    def _note(self, message: Message) -> Message:
        if message["type"] == GONE["type"]:
            self._left.set()
        if self._left.is_set() or not message.get("more_body", False):
            self._heard.set()
        return message


CALLER: ContextVar[Caller | None] = ContextVar("caller", default=None)
