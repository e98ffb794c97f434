"""The one place that all reads pass: questions in, plain JSON-ready answers out, all at one edition (contract 3, 4).

Every caller is one trusted local user for now; the decision and the entry of the access log will stand here.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

import psycopg

from adapters.questions.changes import AboutChanges
from adapters.questions.children import AboutChildren
from adapters.questions.measures import AboutMeasures
from adapters.questions.reading import Bodies, position_of
from adapters.service.opened import Service
from projections import editions


class Questions:
    """Opens reads; each is one snapshot at one edition, on a connection of its own or, in a lasting process, a lent one."""

    def __init__(
        self, service: Service, connect: Callable[[], AbstractContextManager[editions.Connection]] | None = None
    ) -> None:
        self._service = service
        self._connect = connect or service.connect
        self._bodies: Bodies = {}

    @contextmanager
    def ask(self, known_at: str | None = None) -> "Iterator[Asked]":
        """A read as known now, or as known at a position or an instant; raises Misuse when that cannot be read."""
        with self._connect() as connection:
            edition = editions.begin(connection)
            try:
                if known_at is not None:
                    position = position_of(connection, known_at, edition.generation)
                    edition = editions.edition_until(connection, position, edition.generation)
                yield Asked(self._service, connection, edition, self._bodies)
            except BaseException:
                with suppress(psycopg.Error):  # what ended the read, as Ctrl-C does, may have ended the connection
                    connection.rollback()
                raise
            # Nothing was written; after a rollback the driver would forget its prepared statements.
            connection.commit()


class Asked(AboutChildren, AboutChanges, AboutMeasures):
    """Answers at one edition; days in and out are civil dates."""


__all__ = ["Asked", "Questions"]
