"""Gathers what people have said of their record while it is looked into: facts that they dispute, and that it is not to be used.

As known at the edition, so that an answer of the past comes out as it was. A mark holds while its case is open.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from adapters.log.keys.data_keys import Erased
from adapters.log.reader import LogReader
from adapters.service.opened import Service
from domain.cases.case import Case, disputed, told_by
from domain.cases.marks import NO_MARKS, Marks
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


def marks_of(
    service: Service, connection: editions.Connection, edition: editions.Edition, records: Collection[UUID]
) -> Marks:
    """The marks of some records at an edition."""
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
