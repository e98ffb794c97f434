"""What one edition takes in: the statements of all views in their order, and which records are left out where they fail.

A record that an edition cannot take in is left out of it, and is taken in by a later one (`projections.mending`). Nothing here opens a
seal.
"""

import re
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, NamedTuple
from uuid import UUID

import psycopg

from projections import mending
from projections.membership import relink, replaced
from projections.mending import Cause

Connection = psycopg.Connection[Any]

FACTS: Final = "22_facts"
BEFORE_LINKS: Final = ("10_attendance", "15_snapshots", "17_feeds", "20_records", FACTS, "25_evidence")
AFTER_LINKS: Final = ("27_doubt", "30_entries", "40_people", "50_children", "60_indicators", "70_gaps", "80_rectangles")
_TOUCH = "INSERT INTO stage_record SELECT unnest(%s::uuid[]) EXCEPT SELECT record FROM stage_record EXCEPT SELECT record FROM stage_apart"


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


class TakingIn:
    """Takes the range of an edition into the set of views in use.

    `tries` says of an error how often an edition may fail with it in a row before it is put down to the data, and the
    records it comes from are left out; None where it never is, as when the database is lost. `beat` is called after each
    statement: an edition with much to do takes a while, and gets on.
    """

    def __init__(
        self,
        sql: Callable[[str], Sequence[str]],
        tries: Callable[[BaseException], int | None],
        beat: Callable[[], None],
    ) -> None:
        self._sql = sql
        self._tries = tries
        self.beat = beat
        self._part = ""
        self.failed = 0  # how many editions did in a row

    def make(
        self, connection: Connection, bounds: Bounds, mended: Sequence[UUID] = (), put_off: Collection[UUID] = ()
    ) -> dict[UUID, Cause]:
        """Take in the range of an edition and what was missed of some records; the records that could not be.

        Raises what went wrong where that lies in no record.
        """
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
            if tries is None or tries > self.failed + 1 or connection.broken:
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
        self.beat()
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
            self.beat()


def _parameters(bounds: Bounds) -> dict[str, Any]:
    return {"e": bounds.number, "lo": bounds.first, "hi": bounds.last}
