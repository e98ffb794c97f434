"""Sessions of people who have signed in: a random id in the browser, a row in the database.

An id is made new at each signing in, so that nobody can plant one beforehand. What is remembered is who vouched for whom;
what somebody is here as is looked up at each request.
"""

import hashlib
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import psycopg

from adapters.process.clock import Clock
from adapters.web.claims import Person, Vouched

Connection = psycopg.Connection[Any]
_BYTES: Final = 32

_BEGIN: Final = (
    "INSERT INTO access.session (id, viewer, organisation, issuer, created_at, seen_at, acr, signed_in_at, notice) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
# Looked up and seen in one statement: of two requests at once, one cannot revive what the other has ended.
_SEE: Final = """
UPDATE access.session SET seen_at = greatest(seen_at, %(now)s)
WHERE id = %(id)s AND ended_at IS NULL AND seen_at > %(idle)s AND created_at > %(oldest)s
RETURNING viewer, organisation, issuer, acr, signed_in_at, notice"""
_TIMED_OUT: Final = "SELECT viewer, organisation FROM access.session WHERE id = %s AND ended_at IS NULL"
# An entry of the access log names its session by the same hash, and its viewer itself: it does not need the row.
KEPT: Final = timedelta(days=30)
_FORGET: Final = (
    "DELETE FROM access.session WHERE id IN "
    "(SELECT id FROM access.session WHERE created_at < %s LIMIT 10000 FOR UPDATE SKIP LOCKED)"
)
_FORGET_EVERY: Final = timedelta(hours=1)
_ACKNOWLEDGE: Final = "UPDATE access.session SET notice = %s WHERE id = %s AND ended_at IS NULL"
_END: Final = "UPDATE access.session SET ended_at = greatest(created_at, %(now)s) WHERE ended_at IS NULL AND "


@dataclass(frozen=True, slots=True)
class TimedOut:
    """A session of somebody who asked for nothing for too long."""

    id: bytes
    person: Person


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in, and how. `id` is the hash of what the browser keeps; `notice`: which version of it they acknowledged."""

    id: bytes
    vouched: Vouched
    issuer: str
    notice: int | None

    @property
    def person(self) -> Person:
        """Who it is."""
        return self.vouched.person


class Sessions:
    """The sessions in the database. `idle` and `longest` are their limits; time is of the service's clock.

    A row goes `KEPT` after the session could last no longer, at the next signing in.
    """

    def __init__(
        self,
        connect: Callable[[], AbstractContextManager[Connection]],
        clock: Clock,
        idle: timedelta,
        longest: timedelta,
    ) -> None:
        self._connect = connect
        self._clock = clock
        self._idle = idle
        self._longest = longest
        self._forgot: datetime | None = None

    def begin(self, vouched: Vouched, issuer: str, notice: int | None = None) -> str:
        """Begin one: the id that the browser is to keep, which stands nowhere else."""
        kept = secrets.token_urlsafe(_BYTES)
        now = self._clock.now()
        person, at = vouched.person, vouched.signed_in_at
        signed_in = None if at is None else datetime.fromtimestamp(at, UTC)
        row = (_hash(kept), person.name, person.organisation, issuer, now, now, vouched.acr, signed_in, notice)
        with self._connect() as connection:
            connection.execute(_BEGIN, row)
            if self._forgot is None or now - self._forgot >= _FORGET_EVERY:
                connection.execute(_FORGET, (now - self._longest - KEPT,))
                self._forgot = now
        return kept

    def find(self, kept: str) -> Session | TimedOut | None:
        """Whose id this is; the session goes on from now. None where none was begun, or it was ended."""
        now, hashed = self._clock.now(), _hash(kept)
        limits = {"id": hashed, "now": now, "idle": now - self._idle, "oldest": now - self._longest}
        with self._connect() as connection:
            row = connection.execute(_SEE, limits).fetchone()
            if row is None:
                timed_out = connection.execute(_TIMED_OUT, (hashed,)).fetchone()
                return None if timed_out is None else TimedOut(hashed, _person(*timed_out))
        viewer, organisation, issuer, acr, signed_in, notice = row
        vouched = Vouched(_person(viewer, organisation), acr, None if signed_in is None else signed_in.timestamp())
        return Session(hashed, vouched, issuer, notice)

    def acknowledge(self, session: bytes, notice: int) -> None:
        """Remember for a session that its person has acknowledged a version of the notice."""
        with self._connect() as connection:
            connection.execute(_ACKNOWLEDGE, (notice, session))

    def end(self, kept: str) -> None:
        """End the session of an id, if it goes on."""
        with self._connect() as connection:
            connection.execute(_END + "id = %(id)s", {"now": self._clock.now(), "id": _hash(kept)})

    def end_all(self, person: Person) -> int:
        """End all sessions of a person, in whatever browser; how many there were."""
        with self._connect() as connection:
            ended = connection.execute(_END + "viewer = %(viewer)s", {"now": self._clock.now(), "viewer": person.name})
            return ended.rowcount


def _person(viewer: str, organisation: str) -> Person:
    return Person(organisation, viewer.removeprefix(f"{organisation}:"))


def _hash(kept: str) -> bytes:
    return hashlib.sha256(kept.encode()).digest()
