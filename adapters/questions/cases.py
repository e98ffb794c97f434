"""Gathers officers' cases: each is told by the events on its own record, which its reference finds by a keyed hash."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final
from uuid import UUID

import psycopg

from adapters.log.keys.data_keys import Erased
from adapters.log.keys.hashes import Hashes
from adapters.log.reader import LogReader
from adapters.questions.reading import Reading, reading_at
from adapters.service.opened import Service
from domain.access.entry import parse_entry
from domain.access.parts import NOBODY
from domain.access.viewer import Viewer
from domain.answers.cases import CaseAt
from domain.answers.pages import Page
from domain.cases.case import Case, names, told_by
from domain.errors import Rejected
from domain.events import Event
from domain.questions.about import ListCases, ListHearings, ShowCase, ShowHearing
from projections import queries

Connection = psycopg.Connection[Any]

_RECORD: Final = "SELECT record FROM log.subject WHERE hash = %s"
_FACTS: Final = "SELECT position FROM log.fact WHERE record = ANY(%s) AND act = 18"
_OPENED: Final = "f.act = 18 AND f.kind = 'access_case_opened'"
_CLOSED: Final = "EXISTS (SELECT FROM log.fact c WHERE c.record = f.record AND c.kind = 'access_case_closed')"
# What is asked for -> its condition.
_ASKED: Final = {
    "organisation": "f.provider = %(organisation)s",
    "office": "f.scope = %(office)s",
    "open": f"NOT {_CLOSED}",
    "closed": _CLOSED,
    "before": "f.position < (SELECT min(position) FROM log.fact WHERE record = %(before)s AND kind = 'access_case_opened')",
    "concerned": "f.reference = %(concerned)s",
    "of_others": "f.reference IS DISTINCT FROM %(of_others)s",
    "records": "f.others && %(records)s::uuid[]",
    "kinds": "f.service = ANY(%(kinds)s)",
}
# Also the records that were shown: what was one child then may be two by now.
_SHOWN: Final = "SELECT DISTINCT unnest(child || records) FROM access.shown WHERE entry = %s AND child <> %s"


def read_case(service: Service, connection: Connection, reference: str) -> Case | None:
    """A case as its events tell it; None where there is none, or it is erased."""
    record = _record(service, connection, reference)
    return None if record is None else next(iter(_told(service, connection, [record])), None)


def gather_case(service: Service, connection: Connection, question: ShowCase | ShowHearing) -> CaseAt | None:
    """A case, and the time; None where there is none."""
    case = read_case(service, connection, question.case)
    return None if case is None else CaseAt(case, service.clock.now())


def gather_hearing(service: Service, connection: Connection, question: ShowHearing) -> CaseAt | None:
    """The same of a case that asks the member of staff whom it is about."""
    found = gather_case(service, connection, question)
    return found if found is not None and found.case.asks_somebody else None


def gather_cases(service: Service, connection: Connection, question: ListCases, viewer: Viewer) -> Page[CaseAt]:
    """Cases, the newest first, and how many there are in all; none that is about the viewer. Raises Rejected for a cursor that is no case."""
    asked: dict[str, Any] = {"organisation": question.organisation, "office": question.office}
    asked["of_others"] = _concerned(service, viewer.name)
    if question.state is not None or question.entry is not None:
        asked["closed" if question.state == "closed" else "open"] = True
    if question.entry is not None:
        return _about(service, connection, question.entry, question.limit, asked)
    count = f"SELECT count(*) FROM log.fact f WHERE {_where(asked)}"  # noqa: S608 - of our own conditions
    (total,) = connection.execute(count, asked).fetchone() or (0,)
    if question.cursor is not None:
        asked["before"] = _record(service, connection, question.cursor)
        if asked["before"] is None:
            raise Rejected("bad_value", "cursor", "a case as the list before gave it")
    records = _found(connection, asked, question.limit + 1)
    told = _told(service, connection, records[: question.limit])
    following = told[-1].reference if len(records) > question.limit and told else None
    return Page(_at(service, told), total, following)


def gather_hearings(service: Service, connection: Connection, question: ListHearings) -> list[CaseAt]:
    """The cases that ask a member of staff, the newest first."""
    records = _found(connection, {"concerned": _concerned(service, question.worker)})
    return _at(service, [one for one in _told(service, connection, records) if one.asks_somebody])


def is_about(service: Service, connection: Connection, case: Case, entry: str) -> bool:
    """Whether a case is about an access: it names it, or the child is among those whom the access was about."""
    if entry in case.accesses:
        return True
    shown = {child for (child,) in connection.execute(_SHOWN, (parse_entry(entry), NOBODY))}
    return bool(shown) and names(case, entry, shown, children_of(service, connection, case))


def children_of(service: Service, connection: Connection, case: Case) -> set[UUID]:
    """The case's child as it was ever shown: under its own id, and that of each of its records before they were joined.

    Nobody where no record of the child is left, or its identifier finds nobody any more.
    """
    if case.child is None:
        return set()
    with reading_at(service, connection, None) as read:
        child = read.child(case.child, None)
        return set() if child is None else {child, *read.records(child)}


def open_cases_of(read: Reading, records: Collection[UUID], kinds: Sequence[str]) -> list[Case]:
    """The open cases of some kinds that are about a child, by its records; they are not asked for as known then."""
    found = _found(read.connection, {"records": sorted(records), "kinds": list(kinds), "open": True})
    return _told(read.service, read.connection, found)


def all_open(service: Service, connection: Connection) -> list[Case]:
    """Every case that is open, of whatever office."""
    return _told(service, connection, _found(connection, {"open": True}))


def _about(service: Service, connection: Connection, entry: str, limit: int, asked: dict[str, Any]) -> Page[CaseAt]:
    """The open cases about an access: which they are is known when they are opened, and no office has many."""
    told = _told(service, connection, _found(connection, asked))
    about = [one for one in told if is_about(service, connection, one, entry)]
    return Page(_at(service, about[:limit]), len(about), None)


def _concerned(service: Service, worker: str) -> UUID:
    """By what cases about a member of staff are found."""
    return UUID(bytes=Hashes(service.keys).concerned(worker))


def _record(service: Service, connection: Connection, reference: str) -> UUID | None:
    hashed = UUID(bytes=Hashes(service.keys).identifier("case", reference))
    row = connection.execute(_RECORD, (hashed,)).fetchone()
    return None if row is None else row[0]


def _where(asked: dict[str, Any]) -> str:
    return " AND ".join([_OPENED, *(condition for name, condition in _ASKED.items() if asked.get(name) is not None)])


def _found(connection: Connection, asked: dict[str, Any], limit: int | None = None) -> list[UUID]:
    """The records of cases, the newest first."""
    statement = f"SELECT f.record FROM log.fact f WHERE {_where(asked)} ORDER BY f.position DESC LIMIT %(limit)s"  # noqa: S608 - as above
    return [record for (record,) in connection.execute(statement, {**asked, "limit": limit})]


def _told(service: Service, connection: Connection, records: Sequence[UUID]) -> list[Case]:
    """The cases of some records, in the order of these."""
    by_record: dict[UUID, list[Event]] = {record: [] for record in records}
    for event in _events(service, connection, records):
        by_record[event.record].append(event)
    cases = (told_by(events) for events in by_record.values())
    return [case for case in cases if case is not None]


def _events(service: Service, connection: Connection, records: Sequence[UUID]) -> Iterable[Event]:
    if not records:
        return []
    log = LogReader(connection, service.keys, service.settings.fillers)
    positions = [position for (position,) in connection.execute(_FACTS, (list(records),))]
    try:
        return sorted(log.open(queries.stored(connection, positions)), key=lambda event: event.position)
    except Erased:  # rare: then each is opened alone, and what is erased tells nothing
        return log.known_events(records)


def _at(service: Service, cases: Iterable[Case]) -> list[CaseAt]:
    now = service.clock.now()
    return [CaseAt(case, now) for case in cases]
