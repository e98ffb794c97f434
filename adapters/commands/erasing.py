"""Carries out a confirmed erasure: everything that is held of some records, by one command (docs/decisions/0063).

What is lost if the process dies: before the one transaction, nothing is done; after it, all that answers are made from is gone, and
`icr erase run` does what is left: the records beside them are worked out again, and files are rewritten.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import psycopg

from adapters.commands.erasures import Erasures, check_due_by_schedule
from adapters.disclosure import erasing as access
from adapters.log import erasing as log
from adapters.log.appending import hold_appends
from adapters.log.connections import Work
from adapters.log.erased_list import ErasedList
from adapters.log.erasing import Known
from adapters.process.clock import today
from adapters.service.opened import Service
from domain.dates import to_day
from domain.erasure import RETENTION, check_kept
from domain.errors import Rejected
from projections import erasing as views
from projections.engine import EDITION_LOCK, ERASURE_LOCK
from projections.view_sets import VIEW_SETS, VIEW_TABLES

Connection = psycopg.Connection[Any]
Progress = Callable[[str], None]

# What is rewritten whole, so that nothing of it stays in the files; a larger table is only freed, and rewritten by `icr erase scrub`.
MOST_REWRITTEN: Final = 256 << 20
_TABLES: Final = (
    *(f"log.{name}" for name in ("data_key", "subject", "source_record", "fact", "fact_mark", "aside")),
    "access.content",
    *(f"{view}.{table}" for view in VIEW_SETS for table in VIEW_TABLES if table not in ("snapshot", "feed")),
)
_OVERLAP: Final = timedelta(minutes=5)  # what is written while it is looked for is looked for again
_ENTRIES: Final = (
    "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'access.entry'::regclass ORDER BY 1"
)


@dataclass(frozen=True, slots=True)
class Done:
    """What an erasure did: events whose keys are destroyed, rows, kept events, entries of which what was asked by is gone.

    `rewritten` and `left` are tables, by whether nothing of what went stays in their files.
    """

    erasure: str
    events: int = 0
    rows: int = 0
    kept: int = 0
    entries: int = 0
    rewritten: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """What is of records, found before anything is locked; and when it was begun."""

    known: Known
    kept: frozenset[UUID]
    entries: frozenset[access.Entry]
    frames: frozenset[bytes]
    since: datetime


class Erasing:
    """Erases; not shared between threads."""

    def __init__(self, service: Service, progress: Progress = lambda _: None) -> None:
        self._service = service
        self._progress = progress
        self._outside = ErasedList(service.settings.erased_file)

    def run(self, erasure: str) -> Done:
        """Carry out what was confirmed, or what is left of it. Raises Rejected where it was not, or where a hold keeps it, NothingKnown."""
        proposal = Erasures(self._service).confirmed(erasure)
        if proposal.month is not None:
            raise Rejected("not_so", "erasure", "it is a month of the access log: see icr retention give-up")
        records = [UUID(hex=name[2:]) for name in proposal.records]
        return self.erase(erasure, records, by_schedule=proposal.ground == RETENTION)

    def erase(self, erasure: str, records: Sequence[UUID], *, held: bool = True, by_schedule: bool = False) -> Done:
        """Erase records; `held`: unless a hold keeps them; `by_schedule`: only if they are still due. Raises Rejected."""
        with self._service.connect(Work.ERASE) as connection:
            done = self._take_all(connection, erasure, records, held=held, by_schedule=by_schedule)
            self._outside.add(erasure, records)
            self._progress("working out again who was beside them")
            self._work_out_again()
            entries = done.entries > 0
            rewritten, left = self._rewrite(connection, _TABLES, MOST_REWRITTEN, entries=entries)
            done = replace(done, rewritten=tuple(rewritten), left=tuple(left))
            connection.execute(
                "UPDATE log.erased SET done_at = %s WHERE erasure = %s AND done_at IS NULL",
                (self._service.clock.now(), erasure),
            )
        return done

    def left(self) -> list[str]:
        """Erasures that were begun and are not done."""
        with self._service.connect() as connection:
            rows = connection.execute("SELECT DISTINCT erasure FROM log.erased WHERE done_at IS NULL ORDER BY 1")
            return [row[0] for row in rows]

    def reapply(self) -> list[Done]:
        """Erase again what was erased and is there, as after a restore: by the list that is kept outside the database."""
        done = []
        for erasure, records in self._outside.read().items():
            with self._service.connect() as connection:
                there = log.is_begun(connection, records)
            if there:
                done.append(self.erase(erasure, records, held=False))
        return done

    def _take_all(
        self, connection: Connection, erasure: str, records: Sequence[UUID], *, held: bool, by_schedule: bool
    ) -> Done:
        self._progress("looking for what is held")
        found = self._find(connection, records)
        self._progress("destroying keys, and taking rows away")
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (ERASURE_LOCK,))
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (EDITION_LOCK,))
            hold_appends(connection)
            day = to_day(today(self._service.clock))
            if held:
                check_kept(views.keeping(connection, records, day))
            if by_schedule and log.is_begun(connection, records):  # done before, only files are left
                with self._service.connect() as reads:  # nobody records meanwhile
                    check_due_by_schedule(self._service, reads, records)
            at, since = self._service.clock.now(), found.since - _OVERLAP
            kept = found.kept | set(
                log.kept_of(connection, self._service.keys, records, found.known, since, self._fillers)
            )
            log.name_erased(connection, records, erasure, at)
            taken = views.take_out(connection, records, log.positions_of(connection, records))
            children = taken.children
            counts = log.take_away(connection, records, children, sorted(kept), at)
            entries = found.entries | set(
                access.naming(connection, self._service.keys, records, children, found.known, since)
            )
            frames = found.frames | set(
                access.repeating(connection, self._service.keys, records, children, found.known, since)
            )
            shown = access.take_away(connection, records, children, sorted(entries), sorted(frames))
            connection.execute("SELECT pg_notify('icr_log', '')")
        return Done(erasure, counts.events, counts.rows + taken.rows + shown, counts.kept, len(entries))

    def _find(self, connection: Connection, records: Sequence[UUID]) -> _Found:
        """What takes long, looked for without a lock."""
        keys, since = self._service.keys, self._service.clock.now()
        known = log.known_of(connection, keys, records, self._fillers)
        kept = log.kept_of(connection, keys, records, known, None, self._fillers)
        with connection.transaction():
            children = views.shown_as(connection, records)
        entries = access.naming(connection, keys, records, children, known)
        frames = access.repeating(connection, keys, records, children, known)
        return _Found(known, frozenset(kept), frozenset(entries), frozenset(frames), since)

    @property
    def _fillers(self) -> Any:  # noqa: ANN401 - as the settings have them
        return self._service.settings.fillers

    def _work_out_again(self) -> None:
        projector = self._service.projector()
        try:
            noted = projector.being_mended()
            if beside := [record for record, cause in noted.items() if cause == views.BESIDE.code]:
                projector.mend(beside)
        finally:
            projector.close()

    def scrub(self) -> tuple[list[str], list[str]]:
        """Rewrite every table that an erasure may have taken rows from; those that were, and those that somebody kept for long."""
        with self._service.connect(Work.ERASE) as connection:
            return self._rewrite(connection, _TABLES, None, entries=True)

    def _rewrite(
        self, connection: Connection, tables: Sequence[str], most: int | None, *, entries: bool
    ) -> tuple[list[str], list[str]]:
        """Rewrite tables, keys first, up to so many bytes together: nothing of what went stays in their files. The others are freed."""
        months = [row[0] for row in connection.execute(_ENTRIES)] if entries else []
        rewritten: list[str] = []
        left: list[str] = []
        for table in (*tables, *months):
            self._progress(f"rewriting {table}")
            (size,) = connection.execute("SELECT pg_total_relation_size(%s)", (table,)).fetchone() or (0,)
            fits = most is None or size <= most
            if fits and _vacuum(connection, table, "FULL, ANALYZE"):
                most = None if most is None else most - size
                rewritten.append(table)
            else:
                _vacuum(connection, table)
                left.append(table)
        # Samples of what stood in columns.
        _vacuum(connection, "pg_catalog.pg_statistic", "FULL")
        return rewritten, left


def _vacuum(connection: Connection, table: str, options: str = "VERBOSE FALSE") -> bool:
    """Whether a table was vacuumed: not where somebody else keeps it for long."""
    try:
        connection.execute(f"VACUUM ({options}) {table}")  # names of our tables
    except psycopg.errors.LockNotAvailable:
        return False
    return True
