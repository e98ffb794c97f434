"""What systems have signed in with: each assertion is taken once, whichever process it comes to (RFC 7523, 5.2)."""

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Final

import psycopg

Connection = psycopg.Connection[Any]

# What has run out is cleared by whoever takes the next one; a few at a time, so that nobody waits for a thousand.
_TAKE: Final = (
    "WITH gone AS (DELETE FROM access.assertion WHERE id IN ("
    "SELECT id FROM access.assertion WHERE ends_at < %(now)s ORDER BY ends_at LIMIT 20 FOR UPDATE SKIP LOCKED)) "
    "INSERT INTO access.assertion (id, client, ends_at) VALUES (%(id)s, %(client)s, %(ends_at)s) ON CONFLICT DO NOTHING"
)


class Assertions:
    """Remembers those that were taken, in the database."""

    def __init__(self, connect: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._connect = connect

    def take(self, client: str, jti: str, now: datetime, ends_at: datetime) -> bool:
        """Whether a client's assertion comes for the first time; it is remembered until `ends_at`."""
        named = hashlib.sha256(client.encode() + b"\0" + jti.encode()).digest()
        with self._connect() as connection:
            row = {"id": named, "client": client, "now": now, "ends_at": ends_at}
            return connection.execute(_TAKE, row).rowcount == 1
