"""What requests use one at a time: made when first needed, kept warm, and closed when it failed or the service ends."""

import queue
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar


class Closes(Protocol):
    """Something with connections to give back."""

    def close(self) -> None:
        """Give them back."""
        ...


T = TypeVar("T", bound=Closes)


class Lending(Generic[T]):
    """At most `most` of something, each used by one request at a time, so that what it remembers stays warm and bounded."""

    def __init__(self, make: Callable[[], T], most: int) -> None:
        self._make = make
        # The last one given back is on top, an unmade one (None) is taken only when all made ones are in use.
        self._idle: queue.LifoQueue[T | None] = queue.LifoQueue()
        for _ in range(most):
            self._idle.put(None)

    @contextmanager
    def borrow(self) -> Iterator[T]:
        """One for a while. One that failed is not used again: what it remembers may not have come to be."""
        taken = self._idle.get()
        lent: T | None = None
        try:
            lent = taken or self._make()
            yield lent
        except BaseException:
            if lent is not None:
                lent.close()
            lent = None
            raise
        finally:
            self._idle.put(lent)

    def close(self) -> None:
        """Close those that are idle."""
        while True:
            try:
                idle = self._idle.get_nowait()
            except queue.Empty:
                return
            if idle is not None:
                idle.close()
