"""Gathers what people have said of their record while it is looked into: facts that they dispute, and that it is not to be used.

As known at the edition, so that an answer of the past comes out as it was. A mark holds while its case is open.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from adapters.log.keys.data_keys import Erased
from adapters.log.reader import LogReader
from adapters.service.opened import Service
from domain.cases.case import Case, disputed, told_by
from domain.dates import LONDON
from domain.events import Event
from projections import editions, queries

# Of one child or some; the events of a case stand on its own record.
_FOUND: Final = """
SELECT f.record, f.others, e.position FROM log.fact f JOIN log.fact e ON e.record = f.record AND e.act = 18 AND e.position <= %(p)s
WHERE f.kind = 'access_case_opened' AND f.service IN ('rectification', 'restriction') AND f.others && %(r)s::uuid[]
AND f.position <= %(p)s AND NOT EXISTS (
    SELECT FROM log.fact c WHERE c.record = f.record AND c.kind = 'access_case_closed' AND c.position <= %(p)s)
ORDER BY e.position
"""


@dataclass(frozen=True, slots=True)
class Marks:
    """The day in London since which a fact is disputed, by an event of it; and since which a record is not to be used."""

    disputed: Mapping[str, str] = field(default_factory=dict)
    restricted: Mapping[UUID, str] = field(default_factory=dict)

    def of_entry(self, events: Collection[str]) -> str | None:
        """Since when an entry is disputed, by its events; None where it is not."""
        return min((self.disputed[one] for one in events if one in self.disputed), default=None)

    def of_child(self, records: Collection[UUID]) -> str | None:
        """Since when a child's record is not to be used; None where it may."""
        return min((self.restricted[one] for one in records if one in self.restricted), default=None)


NO_MARKS: Final = Marks()


def marks_of(
    service: Service, connection: editions.Connection, edition: editions.Edition, records: Collection[UUID]
) -> Marks:
    """The marks of some records at an edition; nothing is asked where nobody ever made such a request."""
    if not edition.requests or not records:
        return NO_MARKS
    rows = connection.execute(_FOUND, {"r": sorted(records), "p": edition.position}).fetchall()
    if not rows:
        return NO_MARKS
    disputes: dict[str, str] = {}
    restricted: dict[UUID, str] = {}
    children = {record: others for record, others, _ in rows}
    for record, case in _cases(service, connection, [position for *_, position in rows]).items():
        disputes |= {event: _day(since) for event, since in disputed(case).items()}
        if case.kind == "restriction":
            restricted |= dict.fromkeys(children[record], _day(case.opened_at))
    return Marks(disputes, restricted)


def _cases(service: Service, connection: editions.Connection, positions: Collection[int]) -> dict[UUID, Case]:
    """The cases of some events, by their own record; what is erased tells nothing."""
    log = LogReader(connection, service.keys, service.settings.fillers)
    told: dict[UUID, list[Event]] = {}
    for row in sorted(queries.stored(connection, positions)):
        try:
            [event] = log.open([row])
        except Erased:
            continue
        told.setdefault(event.record, []).append(event)
    found = {record: told_by(events) for record, events in told.items()}
    return {record: case for record, case in found.items() if case is not None}


def _day(at: datetime) -> str:
    return at.astimezone(LONDON).date().isoformat()
