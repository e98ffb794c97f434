"""A service over one database with a clock that stands still, and a quick way to make it empty again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from adapters.log.connections import connect
from adapters.log.keys.data_keys import MasterKeys
from adapters.log.messages import Counts, Message, Outcome
from adapters.log.reader import LogReader
from adapters.log.recorder import Recorder
from adapters.process.clock import FixedClock
from adapters.process.settings import load_settings
from adapters.service.opened import Service
from domain.events import Event, Position, RecordId
from domain.timeline.snapshots import listed_kinds
from domain.timeline.world import World, build_world
from projections.engine import Projector
from projections.taking_in import statements
from projections.view_sets import VIEW_SETS, VIEW_TABLES
from schemas.registry import registry

KEYS = MasterKeys(b"k" * 32, b"h" * 32)
KIND_OF = listed_kinds(schema.effect for schema in registry().newest.values())
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
LOG_TABLES = (
    "event inbox source_record batch tracking subject data_key aside counted set_aside fact fact_mark edition feedback "
    "feedback_reader sealed withheld erased keys paused_partition topic"
).split()
ACCESS_TABLES = (
    "entry entry_rest shown content pending leaf tile checkpoint context session assertion looks_of_day person_day "
    "looked_at summed"
).split()


@dataclass(slots=True)
class Bench:
    """One database, its service, one recorder and one projector; a rebuilder has a connection of its own, as `icr rebuild` has.

    All of a connection's statements are planned anew for another set of views, which takes 100 ms.
    """

    service: Service
    connection: psycopg.Connection[Any]
    recorder: Recorder
    projector: Projector
    rebuilder: Projector
    clock: FixedClock

    def record(self, *events: dict[str, Any] | bytes | Message) -> list[Outcome]:
        """Record events in JSON form, raw bytes, or messages, as one batch."""
        return self.recorder.record([e if isinstance(e, Message) else Message(e) for e in events])

    def counts(self, outcomes: Sequence[Outcome]) -> Counts:
        """Counts of outcomes, which must balance."""
        counts = Counts()
        counts.add(outcomes)
        assert counts.read == counts.accepted + counts.duplicate + counts.conflict + counts.kept
        return counts

    def serving(self) -> str:
        """The set of views that is read."""
        row = self.connection.execute("SELECT view FROM log.serving").fetchone()
        assert row is not None
        return str(row[0])

    def events(self) -> list[Event]:
        """The whole log, opened."""
        return list(LogReader(self.connection, KEYS).events())

    def schemes(self) -> dict[RecordId, str]:
        """The scheme of each record."""
        rows: list[tuple[UUID, str]] = self.connection.execute("SELECT record, scheme FROM log.subject").fetchall()
        return {RecordId(record): scheme for record, scheme in rows}

    def world(self, known_at: int | None = None) -> World:
        """The reference state."""
        return build_world(self.events(), self.schemes(), None if known_at is None else Position(known_at), KIND_OF)

    def empty(self) -> None:
        """Take everything out, as after the migrations; rows are deleted, since truncating many small tables is slow."""
        self.connection.execute(self.emptying())  # type: ignore[arg-type]
        self.recorder.close()
        self.recorder = self.service.recorder()

    @staticmethod
    def emptying() -> str:
        """The statements that take everything out."""
        tables = (
            [f"log.{t}" for t in LOG_TABLES]
            + [f"access.{t}" for t in ACCESS_TABLES]
            + [f"{v}.{t}" for v in VIEW_SETS for t in VIEW_TABLES]
        )
        script = "".join(f"DELETE FROM {table};" for table in tables)
        script += "UPDATE log.head SET position = 0, hash = '', generation = 1; UPDATE log.serving SET view = 'view_a';"
        script += "ALTER SEQUENCE log.feedback_number_seq RESTART;ALTER SEQUENCE log.erased_number_seq RESTART;"
        script += "".join(f"UPDATE {v}.state SET edition = 0, position = 0;" for v in VIEW_SETS)
        return script

    def close(self) -> None:
        """Give the connections back."""
        self.recorder.close()
        self.projector.close()
        self.rebuilder.close()
        self.connection.close()


def bench(
    url: str,
    folder: Path,
    *,
    sql: Callable[[str], Sequence[str]] = statements,
    upkeep: bool = False,
    **changed: Any,
) -> Bench:
    """A service over a migrated database, some settings `changed`; `sql` may change the views' statements, to see a test fail.

    With few rows the projector's `upkeep` takes as long as the projecting itself; a test with thousands wants it.
    """
    clock = FixedClock(NOW)
    settings = replace(load_settings(folder), **changed)
    service = Service(settings, url, None, None, False, KEYS, clock)
    projector, rebuilder = (
        Projector(service.connect, clock.now, settings.edition_size, sql, upkeep=upkeep) for _ in range(2)
    )
    return Bench(service, connect(url), service.recorder(), projector, rebuilder, clock)
