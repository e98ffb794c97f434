"""What was erased, as whoever records remembers it: a record that is erased takes in nothing any more (docs/decisions/0063)."""

from collections.abc import Iterable, Iterator
from typing import Any

import psycopg

from adapters.log.prepare import Item
from adapters.log.subjects import RecordErased, Subjects

Connection = psycopg.Connection[Any]


class Erasures:
    """The erased records, as of the last look; for one recorder, under the append lock."""

    def __init__(self, subjects: Subjects) -> None:
        self._subjects = subjects
        self._until: int | None = None
        self._records: set[bytes] = set()

    def look(self, connection: Connection, until: int | None, items: Iterable[Item]) -> None:
        """Take account of what was erased up to a number, None where nothing ever was.

        Raises RecordErased where items are of such records, or name them: they were found before.
        """
        if until != self._until:
            self._read(connection)
            self._until = until
        if self._records and any(record in self._records for item in items for record in _named(item)):
            raise RecordErased

    def forget(self, connection: Connection) -> None:
        """Forget where the numbers of erased records led."""
        self._read(connection)
        self._subjects.forget(self._records)

    def _read(self, connection: Connection) -> None:
        self._records = {row[0].bytes for row in connection.execute("SELECT record FROM log.erased")}


def _named(item: Item) -> Iterator[bytes]:
    if item.rejected is None and item.known is not None:
        yield item.known.record
        yield from item.linked_records
        yield from item.other_records
