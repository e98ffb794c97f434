"""What an answer tells the database to execute."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from adapters.questions.door import Door
from tests.builders.asking import Undisclosed
from tests.builders.service import Bench


class Counting(psycopg.Cursor[Any]):
    """A cursor that notes what it is told to execute."""

    told: list[str]

    def execute(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        self.told.append(str(query))
        return super().execute(query, *args, **kwargs)


def counting(here: Bench, told: list[str]) -> Door:
    """A door that has answered nothing before; what it tells the database to execute is noted."""

    class Cursor(Counting):
        pass

    Cursor.told = told

    @contextmanager
    def connect() -> Iterator[psycopg.Connection[Any]]:
        with here.service.connect() as connection:
            connection.cursor_factory = Cursor
            yield connection

    return Door(here.service, connect, Undisclosed())
