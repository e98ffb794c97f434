"""Finds which records are due: the time of keeping of all their classes is over, and nothing keeps them (docs/decisions/0068)."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import psycopg

from adapters.log.sealed_values import SealedValueOpener
from adapters.process.clock import today
from adapters.process.retention_file import read_periods
from adapters.questions.erasures import proposals, states
from adapters.service.opened import Service
from domain.answers.due import DueFacts
from domain.dates import to_day
from domain.questions.about import ShowDue
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
FROM log.fact f WHERE f.act NOT IN (16, 18) AND {only} GROUP BY 1, 2
UNION ALL
SELECT f.record, 'mark', max(f.day), false FROM log.fact_mark f WHERE {only} GROUP BY 1
"""
_CLASSES: Final = (
    "SELECT f.record, f.class FROM log.data_key f WHERE f.class NOT LIKE 'access%%' AND {only} GROUP BY 1, 2"
)
_ONLY: Final = "(%(only)s::uuid[] IS NULL OR f.record = ANY(%(only)s))"
_BIRTHS: Final = (
    "SELECT record, birth_day FROM person WHERE record = ANY(%s) AND birth_day IS NOT NULL AND to_ed IS NULL"
)


@dataclass(frozen=True, slots=True)
class Due:
    """Records whose time is over; of each class, in how many it stands. `kept`: more of these, each with what keeps it and until when."""

    records: tuple[UUID, ...]
    kept: Mapping[UUID, Mapping[str, int | None]]
    classes: Mapping[str, int]


def find_due(
    service: Service, connection: Connection, periods: Mapping[str, Period], only: Collection[UUID] | None = None
) -> Due:
    """What is due today, in one transaction; `only`: of these records. Without it all facts are read once."""
    day = to_day(today(service.clock))
    with connection.transaction():
        use(connection, views.serving(connection))
        held = _held(service, connection, periods, only)
        over = [r for r, of in held.items() if (end := over_on(of, periods)) is not None and end <= day]
        kept = {record: holds for record in over if (holds := views.keeping(connection, [record], day))}
    records = tuple(sorted(record for record in over if record not in kept))
    return Due(records, kept, Counter(name for record in records for name in held[record].last))


def gather_due(service: Service, connection: Connection, _: ShowDue) -> DueFacts:
    """What is due, what is held until when, and what waits. Raises Misuse for a schedule that cannot be read."""
    periods = read_periods(service.settings.retention_file)
    found = find_due(service, connection, periods)
    holds = Counter(hold for kept in found.kept.values() for hold in kept.items())
    waiting = states(connection, proposals(service, connection))
    day = to_day(today(service.clock))
    return DueFacts(day, periods, len(found.records), len(found.kept), found.classes, holds, waiting)


def _held(
    service: Service, connection: Connection, periods: Mapping[str, Period], only: Collection[UUID] | None
) -> dict[UUID, HeldOf]:
    """What each record about a child holds, as far as its periods are known: others are not due in any case."""
    given = {"only": None if only is None else list(only)}
    classes: defaultdict[UUID, set[str]] = defaultdict(set)
    for record, name in connection.execute(_CLASSES.format(only=_ONLY), given):
        classes[record].add(name)
    last: defaultdict[UUID, dict[str, int | None]] = defaultdict(dict)
    overall: dict[UUID, int] = {}
    for record, kind, day, is_open in connection.execute(_LAST.format(only=_ONLY), given):
        overall[record] = max(day, overall.get(record, 0))
        for name in classes[record] & _classes_of(kind):
            before = last[record].get(name, 0)
            last[record][name] = None if is_open or before is None else max(day, before)
    known = {
        record: {name: last[record].get(name, overall[record]) for name in names}
        for record, names in classes.items()
        if record in overall and names <= periods.keys()
    }
    births = _births(service, connection, [r for r, of in known.items() if needs_birth(of, periods)])
    return {record: HeldOf(of, births.get(record)) for record, of in known.items()}


def _births(service: Service, connection: Connection, records: Iterable[UUID]) -> dict[UUID, int]:
    rows = connection.execute(_BIRTHS, (list(records),)).fetchall()
    opener = SealedValueOpener(connection, service.keys)
    opener.expect([record for record, _ in rows])
    opened = ((record, opener.birth(Sealed(record, cell))) for record, cell in rows)
    return {record: said["birth"] for record, said in opened if said is not None and said["birth"] is not None}


@lru_cache(maxsize=256)
def _classes_of(kind: str) -> frozenset[str]:
    """The retention classes of the events that make facts of a kind."""
    if kind == _MARK:
        return frozenset({"attendance"})
    return frozenset(schema.effect.retention for schema in registry().newest.values() if schema.effect.kind == kind)
