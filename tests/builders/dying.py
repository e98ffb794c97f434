"""A service whose connections are lost at one of its statements, as those of a process that is killed there."""

from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any

import psycopg

from adapters.log.connections import Work
from adapters.service.opened import Service
from tests.builders.service import Bench


class Killed(psycopg.OperationalError):
    """The connection was lost."""


class Dying(Service):
    """A service whose connections are all lost with a statement of theirs, counted together."""

    left = 0

    def connect(self, work: Work = Work.READ) -> psycopg.Connection[Any]:
        connection = super().connect(work)
        connection.cursor_factory = _Cursor
        return connection


class _Cursor(psycopg.Cursor[Any]):
    def execute(self, *given: Any, **named: Any) -> Any:
        _one_less(self)
        return super().execute(*given, **named)

    def executemany(self, *given: Any, **named: Any) -> Any:
        _one_less(self)
        return super().executemany(*given, **named)

    def stream(self, *given: Any, **named: Any) -> Iterator[Any]:
        _one_less(self)
        return super().stream(*given, **named)


def _one_less(cursor: psycopg.Cursor[Any]) -> None:
    Dying.left -= 1
    if Dying.left == 0:
        cursor.connection.close()  # as a process that is killed: the server takes back what was not committed
        raise Killed


def carried_out(here: Bench, do: Callable[[Service], Any], left: int) -> bool:
    """Whether something came to its end before the last of so many statements, at which it is killed."""
    dying = Dying(**{field.name: getattr(here.service, field.name) for field in fields(here.service)})
    Dying.left = left
    try:
        do(dying)
    except psycopg.OperationalError:
        return False
    return True
