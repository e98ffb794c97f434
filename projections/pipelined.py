"""Queries that can be sent together, so that several cost one turn of the server and not one each."""

from collections.abc import Callable, Generator
from functools import update_wrapper
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
Steps = Generator[None, None, T]


class Sent(Generic[T]):
    """A query that was sent."""

    def __init__(self, steps: Steps[T]) -> None:
        self._steps = steps
        next(steps)

    def answer(self) -> T:
        """What it found; to be asked for once, and after the pipeline it was sent in."""
        try:
            next(self._steps)
        except StopIteration as end:
            found: T = end.value
            return found
        raise RuntimeError("a query has two steps")


class Query(Generic[P, T]):
    """A query as a function, written in two steps: it is executed before its `yield`, and read after.

    Called it does both. Between `with connection.pipeline()` and the end of that block, `send` only does the first.
    """

    def __init__(self, steps: Callable[P, Steps[T]]) -> None:
        self._two_steps = steps
        update_wrapper(self, steps)

    def send(self, *args: P.args, **kwargs: P.kwargs) -> Sent[T]:
        """Send it; its answer is read later."""
        return Sent(self._two_steps(*args, **kwargs))

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Send it and read its answer."""
        return self.send(*args, **kwargs).answer()
