"""Which records are due: the time of keeping of all their classes is over, and nothing keeps them (docs/decisions/0068)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import psycopg

from adapters.commands.erasures import Erasures
from adapters.log.sealed_values import SealedValueOpener
from adapters.process.clock import today
from adapters.process.retention_file import read_periods
from adapters.service.opened import Service
from domain.dates import to_day
from domain.erasure import MOST_RECORDS, RETENTION, Proposal
from domain.errors import NothingKnown
from domain.retention import HeldOf, Period, needs_birth, over_on
from projections import erasing as views
from projections.persons import Sealed
from projections.view_sets import use
from schemas.registry import registry

Connection = psycopg.Connection[Any]

_MARK: Final = "mark"
# The last day of which each kind of a record's facts tells, and whether an entry of it is open.
_LAST: Final = """
SELECT f.record, f.kind, max(greatest(coalesce(f.until, f.day, 0), (f.recorded_at / 86400000000)::int)),
    EXISTS (SELECT FROM entry e WHERE e.record = f.record AND e.kind = f.kind AND e.to_ed IS NULL AND e.ends IS NULL AND e.why IS NULL
        AND NOT e.moment AND e.starts IS NOT NULL)
FROM log.fact f WHERE f.act NOT IN (16, 18) GROUP BY 1, 2
UNION ALL
SELECT record, 'mark', max(day), false FROM log.fact_mark GROUP BY 1
"""
_CLASSES: Final = "SELECT record, class FROM log.data_key WHERE class NOT LIKE 'access%' GROUP BY 1, 2"
_BIRTHS: Final = (
    "SELECT record, birth_day FROM person WHERE record = ANY(%s) AND birth_day IS NOT NULL AND to_ed IS NULL"
)


@dataclass(frozen=True, slots=True)
class Due:
    """Records whose time is over, and how many of those that are something keeps; of each class, in how many of the first it stands."""

    records: tuple[UUID, ...]
    kept: int
    classes: Mapping[str, int]


class Retention:
    """Finds what is due by the authority's schedule."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._periods = read_periods(service.settings.retention_file)

    @property
    def periods(self) -> Mapping[str, Period]:
        """How long each class is kept; one that is not named is kept for ever."""
        return self._periods

    def due(self) -> Due:
        """What is due today. Reads all facts once."""
        day = to_day(today(self._service.clock))
        with self._service.connect() as connection, connection.transaction():
            use(connection, views.serving(connection))
            held = self._held(connection)
            over = [
                record for record, of in held.items() if (end := over_on(of, self._periods)) is not None and end <= day
            ]
            kept = {record for record in over if views.keeping(connection, [record], day)}
        records = tuple(sorted(record for record in over if record not in kept))
        return Due(records, len(kept), Counter(name for record in records for name in held[record].last))

    def propose(self, by: str, case: str | None = None) -> Proposal:
        """Propose that what is due be erased, as much as one proposal holds. Raises Rejected, and NothingKnown where nothing is due."""
        due = self.due().records[:MOST_RECORDS]
        if not due:
            raise NothingKnown
        return Erasures(self._service).propose(by, due, RETENTION, (), case)

    def _held(self, connection: Connection) -> dict[UUID, HeldOf]:
        """What each record about a child holds, as far as its periods are known: others are not due in any case."""
        classes: defaultdict[UUID, set[str]] = defaultdict(set)
        for record, name in connection.execute(_CLASSES):
            classes[record].add(name)
        last: defaultdict[UUID, dict[str, int | None]] = defaultdict(dict)
        overall: dict[UUID, int] = {}
        for record, kind, day, is_open in connection.execute(_LAST):
            overall[record] = max(day, overall.get(record, 0))
            for name in classes[record] & _classes_of(kind):
                before = last[record].get(name, 0)
                last[record][name] = None if is_open or before is None else max(day, before)
        known = {
            record: {name: last[record].get(name, overall[record]) for name in names}
            for record, names in classes.items()
            if record in overall and names <= self._periods.keys()
        }
        births = self._births(connection, [r for r, of in known.items() if needs_birth(of, self._periods)])
        return {record: HeldOf(of, births.get(record)) for record, of in known.items()}

    def _births(self, connection: Connection, records: Iterable[UUID]) -> dict[UUID, int]:
        rows = connection.execute(_BIRTHS, (list(records),)).fetchall()
        opener = SealedValueOpener(connection, self._service.keys)
        opener.expect([record for record, _ in rows])
        opened = ((record, opener.birth(Sealed(record, cell))) for record, cell in rows)
        return {record: said["birth"] for record, said in opened if said is not None and said["birth"] is not None}


@lru_cache(maxsize=256)
def _classes_of(kind: str) -> frozenset[str]:
    """The retention classes of the events that make facts of a kind."""
    if kind == _MARK:
        return frozenset({"attendance"})
    return frozenset(schema.effect.retention for schema in registry().newest.values() if schema.effect.kind == kind)
