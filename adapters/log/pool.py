"""Connections that reads share: made when first needed, checked before use, and not waited for when there is no database."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

from adapters.log.connections import CLIENT_SIDE, CONNECT_SECONDS, Work, connect, limit
from domain.errors import Unreachable

Connection = psycopg.Connection[Any]

PATIENCE: Final = 10.0  # seconds that a read waits for others to give one back
_LOOK: Final = 0.25
_ASK: Final = 2  # seconds


class ReadPool:
    """At most `most` connections, in autocommit mode, lent to one read at a time; those not used for minutes are closed."""

    def __init__(self, url: str, most: int) -> None:
        self._failures = 0
        self._url = url
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            url,
            min_size=0,
            max_size=most,
            open=False,
            name="reads",
            kwargs={"autocommit": True, "connect_timeout": CONNECT_SECONDS, **CLIENT_SIDE},
            configure=_limited,
            # It is given up at once: the next read tries again, and need not wait for a time table.
            reconnect_timeout=0,
            reconnect_failed=self._failed,
        )

    def _failed(self, _: "ConnectionPool[Connection]") -> None:
        self._failures += 1

    def open(self) -> None:
        """Be ready to lend; no connection is made yet."""
        self._pool.open()

    def close(self) -> None:
        """Close all connections; one that is lent, when it comes back."""
        self._pool.close()

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection for a while, found alive. Raises Unreachable when none can be made or none comes free."""
        taken = self._take()
        try:
            yield taken
        finally:
            self._pool.putconn(taken)

    def _take(self) -> Connection:
        failures = self._failures
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                connection = self._pool.getconn(_LOOK)
            except PoolTimeout:
                if self._failures != failures:
                    failures = self._failures
                    connect(self._url, timeout=_ASK).close()  # which says what is wrong, as the pool does not
                continue
            try:
                self._pool.check_connection(connection)
            except psycopg.OperationalError:
                self._pool.putconn(connection)
                self._pool.check()  # what ended this one has most likely ended those beside it
            else:
                return connection
        raise Unreachable("a free connection to the database", "see ICR_READ_CONNECTIONS")


def _limited(connection: Connection) -> None:
    limit(connection, Work.ANSWER)
