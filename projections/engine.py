"""Editions: all views take in a range of the log together, in one transaction (design D3, D4).

What is lost if the process dies: the edition it was making, which the next one makes again. Nothing here opens a seal. What
an edition takes in, and which records it leaves out, is in `projections.taking_in`.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg

from domain.errors import IcrError
from projections import mending
from projections.mending import Cause
from projections.taking_in import Bounds, TakingIn, at_once, statements
from projections.upkeep import Upkeep
from projections.view_sets import VIEW_SETS, VIEW_TABLES, empty, one, use

Connection = psycopg.Connection[Any]

EDITION_LOCK: Final = 0x1C_12_0002
# Whoever erases waits for the edition that a rebuild is making, and that for whoever erases: what it reads must not go meanwhile.
ERASURE_LOCK: Final = 0x1C_12_0009
# Until there are statistics, plans are for tables of which nothing is known, some of them quadratic in an edition's events: so
# the first edition is small.
FIRST_SIZE: Final = 1000
# While so many times an edition's positions wait, an edition takes in as many: a record is then worked out once for all its
# events of days that are over, of which nobody asks between. But not where it would take longer than so many seconds, by the
# edition before it: nothing of it is shown until all of it is (docs/decisions/0037).
GROWN: Final = 5
GROWN_SECONDS: Final = 10.0
_SESSION = "SET jit = off; SET plan_cache_mode = force_generic_plan"


class Projector:
    """Makes editions from the log; any number may run, one works at a time.

    One that `grows` makes larger editions while it catches up and they do not take long, by the clock `seconds`.

    Without `upkeep` it leaves statistics and dead rows to the server: quicker while there are few rows, slow with many.

    `tries` and `beat` are as of `TakingIn`.
    """

    def __init__(
        self, connect: Callable[[], Connection], now: Callable[[], datetime], edition_size: int = 10_000,
        sql: Callable[[str], Sequence[str]] = statements, *, upkeep: bool = True, grows: bool = False,
        tries: Callable[[BaseException], int | None] = at_once, beat: Callable[[], None] = lambda: None,
        seconds: Callable[[], float] = lambda: 0.0,
    ) -> None:  # fmt: skip
        self._connect = connect
        self._now = now
        self._size = edition_size
        self._grows = grows
        self._upkeep = Upkeep(VIEW_TABLES) if upkeep else None
        self.taking_in = TakingIn(sql, tries, beat)
        self._seconds = seconds
        # Seconds that the last edition took for each of its positions, unknown before the first.
        self._pace: float | None = None
        self._connection: Connection | None = None
        # How many positions the last edition took in.
        self.taken = 0
        # Records that new editions leave out, since they take so long that everybody else would wait.
        self.put_off: set[UUID] = set()

    @property
    def connection(self) -> Connection:
        """The connection in use, opened again after it was lost."""
        if self._connection is None or self._connection.closed:
            self._connection = self._connect()
            self._connection.execute(_SESSION)
            if self._upkeep is not None:
                self._upkeep.connected(self._connection)
        return self._connection

    def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            self._connection.close()

    def project(self, progress: Callable[[int, int], None] | None = None) -> int:
        """Make editions until the serving set is at the head of the log; the number of the last edition."""
        while True:
            number, last, head = self.step()
            if progress is not None:
                progress(last, head)
            if last >= head:
                return number

    def step(self) -> tuple[int, int, int]:
        """Make at most one edition; its number, its last position, and the head of the log."""
        began = self._seconds()
        try:
            made = self._step()
        except psycopg.Error:
            self.taking_in.failed += 1
            raise
        self.taking_in.failed = 0
        if self.taken:
            self._pace = (self._seconds() - began) / self.taken
        return made

    def _step(self) -> tuple[int, int, int]:
        connection = self.connection
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (EDITION_LOCK,))
            view, head = one(connection, "SELECT s.view, h.position FROM log.serving s, log.head h")
            use(connection, view)
            number, last = one(connection, "SELECT edition, position FROM state")
            if last >= head:
                self.taken = 0
                return number, last, head
            number += 1
            first = last + 1
            last, digest = self._boundary(connection, first, head)
            self._open(connection, Bounds(number, first, last), digest)
            self._take_in(connection, Bounds(number, first, last), put_off=self.put_off)
        self.taken = last - first + 1
        self._keep_up(connection, view, number, self.taken)
        return number, last, head

    def mend(self, records: Collection[UUID]) -> list[UUID]:
        """Take records that are being mended in again, in an edition of their own, without new positions; those that now are."""
        connection = self.connection
        with connection.transaction() as transaction:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (EDITION_LOCK,))
            (view,) = one(connection, "SELECT view FROM log.serving")
            use(connection, view)
            number, last = one(connection, "SELECT edition, position FROM state")
            wanted = set(records) & mending.open_notes(connection).keys()
            bounds = Bounds(number + 1, last + 1, last)
            if wanted:
                (digest,) = one(connection, "SELECT log_hash FROM log.edition WHERE number = %s", number)
                self._open(connection, bounds, digest)
                wanted -= self._take_in(connection, bounds, sorted(wanted)).keys()
            if not wanted:
                raise psycopg.Rollback(transaction)
        if wanted:
            self._keep_up(connection, view, bounds.number, 0)
        return sorted(wanted)

    def being_mended(self) -> dict[UUID, str]:
        """The records being mended in the serving set, and the cause of each."""
        connection = self.connection
        with connection.transaction():
            use(connection, one(connection, "SELECT view FROM log.serving")[0])
            return mending.open_notes(connection)

    def notes(self) -> list[mending.Note]:
        """What is noted of the records being mended in the serving set, the longest waiting first."""
        connection = self.connection
        with connection.transaction():
            use(connection, one(connection, "SELECT view FROM log.serving")[0])
            return mending.notes(connection)

    def busiest(self, least: int) -> dict[UUID, int]:
        """Of the records that the last edition touched, those with so many facts or more, and how many."""
        connection = self.connection
        with connection.transaction():
            use(connection, one(connection, "SELECT view FROM log.serving")[0])
            return mending.busiest(connection, least)

    def _open(self, connection: Connection, bounds: Bounds, digest: bytes) -> None:
        connection.execute(
            "INSERT INTO log.edition (number, first, last, made_at, log_hash) VALUES (%s, %s, %s, %s, %s)",
            (*bounds, self._now(), digest),
        )

    def _boundary(self, connection: Connection, first: int, head: int) -> tuple[int, bytes]:
        """The last batch that fits into an edition that begins at `first`, or the one batch that does not."""
        grown = self._size * GROWN
        soon = self._pace is not None and self._pace * grown <= GROWN_SECONDS
        size = grown if self._grows and soon and head - first + 1 >= grown else self._size
        row = connection.execute(
            # The end is worked out here: the driver sends small numbers as smallint, whose sum may be too large for one.
            "(SELECT last, hash FROM log.batch WHERE last BETWEEN %(f)s AND %(t)s ORDER BY last DESC LIMIT 1) "
            "UNION ALL (SELECT last, hash FROM log.batch WHERE last >= %(f)s ORDER BY last LIMIT 1) LIMIT 1",
            {"f": first, "t": first + (size if first > 1 else min(size, FIRST_SIZE)) - 1},
        ).fetchone()
        assert row is not None
        return row[0], row[1]

    def _take_in(
        self, connection: Connection, bounds: Bounds, mended: Sequence[UUID] = (), put_off: Collection[UUID] = ()
    ) -> dict[UUID, Cause]:
        if self._upkeep is not None:
            self._upkeep.before(connection, bounds.last - bounds.first + 1, more=bool(mended))
        return self.taking_in.make(connection, bounds, mended, put_off)

    def rebuild(self, progress: Callable[[int, int], None] | None = None) -> tuple[str, int]:
        """Make the views anew in the set that is not read, edition by edition, then read that one; its name and edition.

        Reads and new editions go on meanwhile. Stopped half-way, it starts over; the set being read is never touched.
        """
        connection = self.connection
        (serving,) = one(connection, "SELECT view FROM log.serving")
        idle = next(view for view in VIEW_SETS if view != serving)
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (EDITION_LOCK,))
            empty(connection, idle)
        done = 0
        while True:
            (goal,) = one(connection, "SELECT coalesce(max(number), 0) FROM log.edition")
            while done < goal:
                done = self._repeat(connection, idle, done, serving)
                if progress is not None:
                    progress(done, goal)
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(%s)", (EDITION_LOCK,))
                (last,) = one(connection, "SELECT coalesce(max(number), 0) FROM log.edition")
                (reads,) = one(connection, "SELECT view FROM log.serving")
                if reads != serving:
                    raise IcrError("another rebuild has finished meanwhile")
                if last == done:
                    connection.execute("UPDATE log.serving SET view = %s", (idle,))
                    return idle, done

    def _repeat(self, connection: Connection, view: str, done: int, serving: str) -> int:
        """Make the next edition again in a set, without the records that the serving set left out of it."""
        bounds = Bounds(
            *one(
                connection,
                "SELECT number, first, last FROM log.edition WHERE number > %s ORDER BY number LIMIT 1",
                done,
            )
        )
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock_shared(%s)", (ERASURE_LOCK,))
            use(connection, view)
            mended = mending.repeat_notes(connection, bounds.number, serving)
            self._take_in(connection, bounds, mended)
        self._keep_up(connection, view, bounds.number, bounds.last - bounds.first + 1)
        return bounds.number

    def _keep_up(self, connection: Connection, view: str, number: int, positions: int) -> None:
        if self._upkeep is not None:
            self._upkeep.after(connection, view, number, positions)
