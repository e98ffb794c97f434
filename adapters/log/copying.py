"""COPY into a table, with something else being done while the server is at it."""

import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.abc import PQGen
from psycopg.copy import LibpqWriter
from psycopg.generators import copy_end
from psycopg.waiting import WAIT_R

Meanwhile = Callable[[], bool]


@contextmanager
def copying(connection: psycopg.Connection[Any], statement: str, meanwhile: Meanwhile) -> Iterator[psycopg.Copy]:
    """A COPY to write bodies to; `meanwhile` does a little of something else and says whether any is left to do.

    It is called at the end, until the server has answered or nothing is left, so that the server waits for one call at
    most. There are no threads: two would wait for each other, for one interpreter, longer than the server takes.
    """
    with connection.cursor() as cursor, cursor.copy(statement, writer=_Writer(cursor, meanwhile)) as copy:
        yield copy


class _Writer(LibpqWriter):
    def __init__(self, cursor: psycopg.Cursor[Any], meanwhile: Meanwhile) -> None:
        super().__init__(cursor)
        self._meanwhile = meanwhile

    def finish(self, exc: BaseException | None = None) -> None:
        if exc is None:
            self.connection.wait(self._working(copy_end(self._pgconn, None)))
        else:
            super().finish(exc)

    def _working(self, ending: PQGen[Any]) -> PQGen[None]:
        """The library's own waiting, begun for an answer only when there is one or nothing else to do."""
        answered = select.poll()
        answered.register(self._pgconn.socket, select.POLLIN)
        wanted = next(ending)
        while True:
            if wanted == WAIT_R:
                while not answered.poll(0) and self._meanwhile():
                    pass
            ready = yield wanted
            try:
                wanted = ending.send(ready)
            except StopIteration:
                return
