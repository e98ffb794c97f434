"""Gathers which accesses there were."""

from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
import psycopg

from adapters.questions.reading import reading_at
from adapters.service.opened import Service
from domain.access.entry import parse_entry
from domain.access.parts import NOBODY
from domain.answers.accesses import ListedAccess
from domain.answers.pages import Page
from domain.dates import LONDON
from domain.errors import Rejected
from domain.questions.about import ListAccesses

Connection = psycopg.Connection[Any]

_COUNT: Final = "SELECT count(*) FROM access.entry e WHERE "
_ENTRIES: Final = (
    "SELECT e.bytes, (SELECT count(*) FROM access.shown s WHERE s.entry = e.id AND s.child <> %(nobody)s) "
    "FROM access.entry e WHERE "
)
_NEWEST_FIRST: Final = " ORDER BY e.at DESC, e.id DESC LIMIT %(limit)s"
_ATTEMPT: Final = "e.outcome <> 'ended'"  # what a process writes as it ends is no access
_BEFORE: Final = "(e.at, e.id) < (%(at)s, %(cursor)s)"
# What is asked for -> its condition. A question that does not ask for it has none: its plan then fits what is asked.
_ASKED: Final = {
    "organisation": "e.organisation = %(organisation)s",
    "viewer": "e.viewer = %(viewer)s",
    "first": "e.at >= %(first)s",
    "last": "e.at < %(last)s",
    "children": "e.id IN (SELECT s.entry FROM access.shown s WHERE s.child = ANY(%(children)s))",
}
_AT: Final = "SELECT at FROM access.entry WHERE id = %s"


def gather_accesses(service: Service, connection: Connection, question: ListAccesses) -> Page[ListedAccess]:
    """Entries, the newest first, and how many there are in all. Raises Rejected for a cursor that is no entry."""
    asked: dict[str, Any] = {
        "organisation": question.organisation,
        "viewer": question.viewer,
        "first": None if question.first is None else _midnight(question.first),
        "last": None if question.last is None else _midnight(question.last + timedelta(days=1)),
        "children": None if question.identifier is None else _children(service, connection, question.identifier),
    }
    conditions = [_ATTEMPT, *(condition for name, condition in _ASKED.items() if asked[name] is not None)]
    asked |= {"limit": question.limit + 1, "nobody": NOBODY}
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        (total,) = connection.execute(_COUNT + " AND ".join(conditions), asked).fetchone() or (0,)
        if question.cursor is not None:
            asked |= _place(connection, question.cursor)
            conditions.append(_BEFORE)
        rows = connection.execute(_ENTRIES + " AND ".join(conditions) + _NEWEST_FIRST, asked).fetchall()
    listed = [_listed(orjson.loads(leaf), children) for leaf, children in rows[: question.limit]]
    return Page(listed, total, listed[-1]["entry"] if len(rows) > question.limit else None)


def _place(connection: Connection, cursor: str) -> dict[str, Any]:
    entry = parse_entry(cursor)
    found = connection.execute(_AT, (entry,)).fetchone()
    if found is None:
        raise Rejected("bad_value", "cursor", "an entry as the list before gave it")
    return {"cursor": entry, "at": found[0]}


def _children(service: Service, connection: Connection, identifier: str) -> list[UUID]:
    """A child as it was ever shown: under its own id, and that of each of its records before they were joined."""
    with reading_at(service, connection, None) as read:
        child = read.child(identifier, None)
        return [] if child is None else sorted({child, *read.records(child)})


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON)


def _listed(leaf: dict[str, Any], children: int) -> ListedAccess:
    return {
        "entry": leaf["id"],
        "at": leaf["at"],
        "viewer": leaf["viewer"],
        "organisation": leaf["organisation"],
        "role": leaf["role"],
        "question": leaf["question"],
        "outcome": leaf["outcome"],
        "children": children,
    }
