"""Editions: all views take in a range of the log together, in one transaction (design D3, D4).

What is lost if the process dies: the edition it was making, which the next one makes again. Nothing here opens a seal. A
record that an edition cannot take in is left out of it, and is taken in by a later one (`projections.mending`).
"""

import re
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, NamedTuple
from uuid import UUID

import psycopg

from domain.errors import IcrError
from projections import mending
from projections.membership import relink, replaced
from projections.mending import Cause
from projections.upkeep import Upkeep, filled

Connection = psycopg.Connection[Any]

VIEW_SETS: Final = ("view_a", "view_b")
EDITION_LOCK: Final = 0x1C_12_0002
FACTS: Final = "22_facts"
BEFORE_LINKS: Final = ("10_attendance", "15_snapshots", "17_feeds", "20_records", FACTS, "25_evidence")
AFTER_LINKS: Final = ("27_doubt", "30_entries", "40_people", "50_children", "60_indicators", "70_gaps", "80_rectangles")
# Until there are statistics, plans are for tables of which nothing is known, some of them quadratic in an edition's events: so
# the first edition is small.
FIRST_SIZE: Final = 1000
# While so many times an edition's positions wait, an edition takes in as many: a record is then worked out once for all its
# events of days that are over, of which nobody asks between (docs/decisions/0037).
GROWN: Final = 5
_TOUCH = "INSERT INTO stage_record SELECT unnest(%s::uuid[]) EXCEPT SELECT record FROM stage_record EXCEPT SELECT record FROM stage_apart"
_SESSION = "SET jit = off; SET plan_cache_mode = force_generic_plan"


@lru_cache
def statements(name: str) -> tuple[str, ...]:
    """The statements of one SQL file of this package."""
    text = re.sub(r"^\s*--.*$", "", (files("projections") / f"{name}.sql").read_text(), flags=re.MULTILINE)
    return tuple(part.strip() for part in text.split(";\n") if part.strip())


class Bounds(NamedTuple):
    """An edition and the positions it takes in; none where it ends before it begins."""

    number: int
    first: int
    last: int


def at_once(error: BaseException) -> int | None:
    """Every error lies in the data (see `Projector`)."""
    del error
    return 1


class Projector:
    """Makes editions from the log; any number may run, one works at a time.

    One that `grows` makes larger editions while it catches up.

    Without `upkeep` it leaves statistics and dead rows to the server: quicker while there are few rows, slow with many.

    `tries` says of an error how often an edition may fail with it in a row before it is put down to the data, and the
    records it comes from are left out; None where it never is, as when the database is lost. `beat` is called between the
    tries by which they are found, which may take a while.
    """

    def __init__(
        self, connect: Callable[[], Connection], now: Callable[[], datetime], edition_size: int = 10_000,
        sql: Callable[[str], Sequence[str]] = statements, *, upkeep: bool = True, grows: bool = False,
        tries: Callable[[BaseException], int | None] = at_once, beat: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        self._connect = connect
        self._now = now
        self._size = edition_size
        self._grows = grows
        self._sql = sql
        self._upkeep = Upkeep(VIEW_TABLES) if upkeep else None
        self._tries = tries
        self.beat = beat
        self._connection: Connection | None = None
        self._part = ""
        self._failed = 0
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
        try:
            made = self._step()
        except psycopg.Error:
            self._failed += 1
            raise
        self._failed = 0
        return made

    def _step(self) -> tuple[int, int, int]:
        connection = self.connection
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (EDITION_LOCK,))
            view, head = _one(connection, "SELECT s.view, h.position FROM log.serving s, log.head h")
            use(connection, view)
            number, last = _one(connection, "SELECT edition, position FROM state")
            if last >= head:
                self.taken = 0
                return number, last, head
            number += 1
            first = last + 1
            last, digest = self._boundary(connection, first, head)
            self._open(connection, Bounds(number, first, last), digest)
            self._make(connection, Bounds(number, first, last), put_off=self.put_off)
        self.taken = last - first + 1
        self._keep_up(connection, view, number, self.taken)
        return number, last, head

    def mend(self, records: Collection[UUID]) -> list[UUID]:
        """Take records that are being mended in again, in an edition of their own, without new positions; those that now are."""
        connection = self.connection
        with connection.transaction() as transaction:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (EDITION_LOCK,))
            (view,) = _one(connection, "SELECT view FROM log.serving")
            use(connection, view)
            number, last = _one(connection, "SELECT edition, position FROM state")
            wanted = set(records) & mending.open_notes(connection).keys()
            bounds = Bounds(number + 1, last + 1, last)
            if wanted:
                (digest,) = _one(connection, "SELECT log_hash FROM log.edition WHERE number = %s", number)
                self._open(connection, bounds, digest)
                wanted -= self._make(connection, bounds, sorted(wanted)).keys()
            if not wanted:
                raise psycopg.Rollback(transaction)
        if wanted:
            self._keep_up(connection, view, bounds.number, 0)
        return sorted(wanted)

    def being_mended(self) -> dict[UUID, str]:
        """The records being mended in the serving set, and the cause of each."""
        connection = self.connection
        with connection.transaction():
            use(connection, _one(connection, "SELECT view FROM log.serving")[0])
            return mending.open_notes(connection)

    def notes(self) -> list[mending.Note]:
        """What is noted of the records being mended in the serving set, the longest waiting first."""
        connection = self.connection
        with connection.transaction():
            use(connection, _one(connection, "SELECT view FROM log.serving")[0])
            return mending.notes(connection)

    def busiest(self, least: int) -> dict[UUID, int]:
        """Of the records that the last edition touched, those with so many facts or more, and how many."""
        connection = self.connection
        with connection.transaction():
            use(connection, _one(connection, "SELECT view FROM log.serving")[0])
            return mending.busiest(connection, least)

    def _open(self, connection: Connection, bounds: Bounds, digest: bytes) -> None:
        connection.execute(
            "INSERT INTO log.edition (number, first, last, made_at, log_hash) VALUES (%s, %s, %s, %s, %s)",
            (*bounds, self._now(), digest),
        )

    def _boundary(self, connection: Connection, first: int, head: int) -> tuple[int, bytes]:
        """The last batch that fits into an edition that begins at `first`, or the one batch that does not."""
        grown = self._size * GROWN
        size = grown if self._grows and head - first + 1 >= grown else self._size
        row = connection.execute(
            # The end is worked out here: the driver sends small numbers as smallint, whose sum may be too large for one.
            "(SELECT last, hash FROM log.batch WHERE last BETWEEN %(f)s AND %(t)s ORDER BY last DESC LIMIT 1) "
            "UNION ALL (SELECT last, hash FROM log.batch WHERE last >= %(f)s ORDER BY last LIMIT 1) LIMIT 1",
            {"f": first, "t": first + (size if first > 1 else min(size, FIRST_SIZE)) - 1},
        ).fetchone()
        assert row is not None
        return row[0], row[1]

    def _make(
        self, connection: Connection, bounds: Bounds, mended: Sequence[UUID] = (), put_off: Collection[UUID] = ()
    ) -> dict[UUID, Cause]:
        """Take in the range of an edition and what was missed of some records; the records that could not be.

        Raises what went wrong where that lies in no record.
        """
        if self._upkeep is not None:
            self._upkeep.before(connection, bounds.last - bounds.first + 1, more=bool(mended))
        apart = mending.open_notes(connection).keys() - set(mended)
        if put_off:
            left = sorted((set(put_off) & mending.published_about(connection, *bounds[1:])) - apart)
            mending.note(connection, bounds.number, bounds.first, dict.fromkeys(left, mending.PUT_OFF))
            apart |= set(left)
        mending.stage(connection, apart, mended)
        found: dict[UUID, Cause] = {}
        failed = self._try(connection, bounds)
        if failed is not None:
            found = self._guilty(connection, bounds, apart, mended, failed)
            mending.note(
                connection, bounds.number, bounds.first, {r: c for r, c in found.items() if r not in set(mended)}
            )
            mending.stage(connection, apart | found.keys(), [r for r in mended if r not in found])
            self._apply(connection, bounds)
        mending.close_notes(connection, bounds.number, [record for record in mended if record not in found])
        return found

    def _guilty(
        self,
        connection: Connection,
        bounds: Bounds,
        apart: Collection[UUID],
        mended: Collection[UUID],
        failed: tuple[Exception, Cause],
    ) -> dict[UUID, Cause]:
        """The records that an edition, which failed, has to leave out beside those that are apart."""
        records = sorted(self._candidates(connection, bounds, apart) | set(mended))

        def fails(some: Collection[UUID]) -> Cause | None:
            self.beat()
            kept = set(some)
            mending.stage(connection, {*apart, *records} - kept, [r for r in mended if r in kept])
            again = self._try(connection, bounds, keep=False)
            return None if again is None else again[1]

        error, cause = failed
        if not records or fails(()) is not None:
            raise error
        return mending.guilty(records, cause, fails)

    def _candidates(self, connection: Connection, bounds: Bounds, apart: Collection[UUID]) -> set[UUID]:
        """The records that an edition touches, and that may be what it fails with."""
        found = mending.published_about(connection, *bounds[1:]) - set(apart)
        try:
            with connection.transaction() as savepoint:
                for name in ("15_snapshots", "20_records"):
                    self._run(connection, name, _parameters(bounds))
                found |= {row[0] for row in connection.execute("SELECT record FROM stage_record")}
                raise psycopg.Rollback(savepoint)
        except psycopg.Error as error:
            if self._tries(error) is None or connection.broken:
                raise
        return found

    def _try(self, connection: Connection, bounds: Bounds, *, keep: bool = True) -> tuple[Exception, Cause] | None:
        """Take in what is staged, or see whether that could be done; what went wrong where it lies in the data."""
        try:
            with connection.transaction() as savepoint:
                self._apply(connection, bounds)
                if not keep:
                    raise psycopg.Rollback(savepoint)
        except Exception as error:  # whatever a record does to the statements or to the linking must stop no other
            tries = self._tries(error)
            if tries is None or tries > self._failed + 1 or connection.broken:
                raise
            state = error.sqlstate if isinstance(error, psycopg.Error) else None
            return error, Cause(state or type(error).__name__, self._part)
        return None

    def _apply(self, connection: Connection, bounds: Bounds) -> None:
        parameters = _parameters(bounds)
        for name in BEFORE_LINKS:
            self._run(connection, name, parameters)
        self._part = "links"
        relinked, unsure = relink(connection, bounds.number, bounds.last)
        relinked = sorted({*relinked, *mending.children_of_mended(connection)})
        # Entries and people of records change with what is disputed, and entries with what replaced their number.
        more = {*unsure, *replaced(connection, bounds.number, relinked)}
        if more:
            connection.execute(_TOUCH, (sorted(more),))
            self._run(connection, FACTS, parameters)
        for name in AFTER_LINKS:
            self._run(connection, name, {**parameters, "relinked": relinked})

    def _run(self, connection: Connection, name: str, bounds: dict[str, Any]) -> None:
        self._part = name
        for statement in self._sql(name):
            connection.execute(statement, bounds, prepare=True)

    def rebuild(self, progress: Callable[[int, int], None] | None = None) -> tuple[str, int]:
        """Make the views anew in the set that is not read, edition by edition, then read that one; its name and edition.

        Reads and new editions go on meanwhile. Stopped half-way, it starts over; the set being read is never touched.
        """
        connection = self.connection
        (serving,) = _one(connection, "SELECT view FROM log.serving")
        idle = next(view for view in VIEW_SETS if view != serving)
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (EDITION_LOCK,))
            empty(connection, idle)
        done = 0
        while True:
            (goal,) = _one(connection, "SELECT coalesce(max(number), 0) FROM log.edition")
            while done < goal:
                done = self._repeat(connection, idle, done, serving)
                if progress is not None:
                    progress(done, goal)
            with connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(%s)", (EDITION_LOCK,))
                (last,) = _one(connection, "SELECT coalesce(max(number), 0) FROM log.edition")
                (reads,) = _one(connection, "SELECT view FROM log.serving")
                if reads != serving:
                    raise IcrError("another rebuild has finished meanwhile")
                if last == done:
                    connection.execute("UPDATE log.serving SET view = %s", (idle,))
                    return idle, done

    def _repeat(self, connection: Connection, view: str, done: int, serving: str) -> int:
        """Make the next edition again in a set, without the records that the serving set left out of it."""
        bounds = Bounds(
            *_one(
                connection,
                "SELECT number, first, last FROM log.edition WHERE number > %s ORDER BY number LIMIT 1",
                done,
            )
        )
        with connection.transaction():
            use(connection, view)
            mended = mending.repeat_notes(connection, bounds.number, serving)
            self._make(connection, bounds, mended)
        self._keep_up(connection, view, bounds.number, bounds.last - bounds.first + 1)
        return bounds.number

    def _keep_up(self, connection: Connection, view: str, number: int, positions: int) -> None:
        if self._upkeep is not None:
            self._upkeep.after(connection, view, number, positions)


def _parameters(bounds: Bounds) -> dict[str, Any]:
    return {"e": bounds.number, "lo": bounds.first, "hi": bounds.last}


def use(connection: Connection, view: str) -> None:
    """Read and write one set of views for the rest of the transaction."""
    connection.execute("SELECT set_config('search_path', %s, true)", (view,))


VIEW_TABLES: Final = (
    "entry",
    "person",
    "address",
    "week",
    "absence",
    "absence_child",
    "tally",
    "snapshot",
    "feed",
    "edge",
    "stated_birth",
    "doubt",
    "membership",
    "rectangle",
    "mending",
)


def empty(connection: Connection, view: str) -> None:
    """Take everything out of a set of views. What holds nothing is left alone, and so are the plans that were made for it."""
    if names := filled(connection, [f"{view}.{table}" for table in VIEW_TABLES]):
        connection.execute(f"TRUNCATE {', '.join(names)}")
    connection.execute(f"UPDATE {view}.state SET edition = 0, position = 0")


def checksums(connection: Connection, view: str) -> dict[str, tuple[int, str]]:
    """Rows and an order-free checksum of each table of a set of views."""
    found = {}
    for table in VIEW_TABLES:
        query = f"SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text FROM {view}.{table} t"
        count, total = _one(connection, query)
        found[table] = (int(count), str(total))
    return found


def _one(connection: Connection, query: str, *parameters: object) -> Any:  # noqa: ANN401 - a row is what the query says
    row = connection.execute(query, parameters).fetchone()
    assert row is not None
    return row


__all__ = [
    "EDITION_LOCK",
    "VIEW_SETS",
    "VIEW_TABLES",
    "Projector",
    "checksums",
    "empty",
    "statements",
    "use",
]
