"""The one place that all reads pass: questions in, plain JSON-ready answers out, all at one edition (contract 3, 4).

Every caller is one trusted local user for now; the decision and the entry of the access log will stand here.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime

import psycopg

from adapters.questions.children import AboutChildren
from adapters.questions.families import AboutFamilies
from adapters.questions.leads import AboutLeads
from adapters.questions.reading import Bodies
from adapters.service import Service
from domain.errors import Misuse
from projections import queries

_POSITION = re.compile(r"(?:(\d{1,9}):)?(\d{1,18})")


class Questions:
    """Opens reads; each is one snapshot at one edition, on a connection of its own or, in a lasting process, a lent one."""

    def __init__(
        self, service: Service, connect: Callable[[], AbstractContextManager[queries.Connection]] | None = None
    ) -> None:
        self._service = service
        self._connect = connect or service.connect
        self._bodies: Bodies = {}

    @contextmanager
    def ask(self, known_at: str | None = None) -> "Iterator[Asked]":
        """A read as known now, or as known at a position or an instant; raises Misuse when that cannot be read."""
        with self._connect() as connection:
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            position = None if known_at is None else self._position(connection, known_at)
            edition = queries.edition_at(connection, position)
            try:
                yield Asked(self._service, connection, edition, self._bodies)
            except BaseException:
                with suppress(psycopg.Error):  # what ended the read, as Ctrl-C does, may have ended the connection
                    connection.rollback()
                raise
            # Nothing was written; after a rollback the driver would forget its prepared statements.
            connection.commit()

    def _position(self, connection: queries.Connection, known_at: str) -> int:
        if match := _POSITION.fullmatch(known_at.strip()):
            generation = queries.edition_at(connection).generation
            if match[1] is not None and int(match[1]) != generation:
                raise Misuse("known-at: a position of another generation of the log")
            return int(match[2])
        try:
            instant = datetime.fromisoformat(known_at.strip())
        except ValueError:
            raise Misuse(
                "known-at: a position (digits, or generation:number) or an RFC 3339 instant with its zone"
            ) from None
        if instant.tzinfo is None:
            raise Misuse("known-at: an instant needs its zone")
        return queries.position_at(connection, instant)


class Asked(AboutChildren, AboutLeads, AboutFamilies):
    """Answers at one edition; days in and out are civil dates."""


__all__ = ["Asked", "Questions"]
