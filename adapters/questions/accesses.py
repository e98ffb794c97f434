"""Gathers which accesses there were, and somebody's own."""

from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
import psycopg

from adapters.disclosure.reading import opened_asked
from adapters.log.keys.data_keys import MasterKeys
from adapters.questions.reading import reading_at
from adapters.service.opened import Service
from domain.access.entry import parse_entry
from domain.access.parts import NOBODY
from domain.answers.accesses import ListedAccess, OwnAccess, proved
from domain.answers.pages import Page
from domain.dates import LONDON
from domain.errors import Rejected
from domain.questions.about import ListAccesses, ReplayEntry, ShowOwnAccesses

Connection = psycopg.Connection[Any]

_COUNT: Final = "SELECT count(*) FROM access.entry e WHERE "
_ENTRIES: Final = (
    "SELECT e.bytes, (SELECT count(*) FROM access.shown s WHERE s.entry = e.id AND s.child <> %(nobody)s) "
    "FROM access.entry e WHERE "
)
_OWN: Final = "SELECT e.id, e.bytes, e.wrapped, e.sealed FROM access.entry e WHERE "
_NEWEST_FIRST: Final = " ORDER BY e.at DESC, e.id DESC LIMIT %(limit)s"
_ATTEMPT: Final = "e.outcome NOT IN ('ended', 'month_ended', 'given_up')"  # what the log states of itself is no access
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


MOST_REPLAYED: Final = 100  # of a list: each is worked out again while somebody waits


def gather_accesses(service: Service, connection: Connection, question: ListAccesses) -> Page[ListedAccess]:
    """Entries, the newest first, and how many there are in all. Raises Rejected for a cursor that is no entry."""
    asked = {
        "organisation": question.organisation,
        "children": None if question.identifier is None else _children(service, connection, question.identifier),
    }
    limit = min(question.limit, MOST_REPLAYED) if question.replay else question.limit
    rows, total, more = _found(connection, question, asked, _ENTRIES, limit)
    listed = [_listed(orjson.loads(leaf), children) for leaf, children in rows]
    if question.replay:
        listed = [_replayed(service, connection, one) for one in listed]
    return Page(listed, total, listed[-1]["entry"] if more else None)


def gather_own_accesses(service: Service, connection: Connection, question: ShowOwnAccesses) -> Page[OwnAccess]:
    """Somebody's own entries, the newest first, with the reasons that they typed. Raises Rejected for a cursor that is no entry."""
    rows, total, more = _found(connection, question, {}, _OWN, question.limit)
    listed = [_own(service.keys, *row) for row in rows]
    return Page(listed, total, listed[-1]["entry"] if more else None)


def _found(
    connection: Connection, question: ListAccesses | ShowOwnAccesses, more: dict[str, Any], statement: str, limit: int
) -> tuple[list[Any], int, bool]:
    """The rows of a part of the list, how many there are in all, and whether there are older ones."""
    asked: dict[str, Any] = {
        "viewer": question.viewer,
        "first": None if question.first is None else _midnight(question.first),
        "last": None if question.last is None else _midnight(question.last + timedelta(days=1)),
        **more,
    }
    conditions = [_ATTEMPT, *(condition for name, condition in _ASKED.items() if asked.get(name) is not None)]
    asked |= {"limit": limit + 1, "nobody": NOBODY}
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        (total,) = connection.execute(_COUNT + " AND ".join(conditions), asked).fetchone() or (0,)
        if question.cursor is not None:
            asked |= _place(connection, question.cursor)
            conditions.append(_BEFORE)
        rows = connection.execute(statement + " AND ".join(conditions) + _NEWEST_FIRST, asked).fetchall()
    return rows[:limit], total, len(rows) > limit


def _replayed(service: Service, connection: Connection, one: ListedAccess) -> ListedAccess:
    from adapters.questions.replaying import gather_replay  # loads what few lists need

    past = gather_replay(service, connection, ReplayEntry(entry=one["entry"]))
    return one if past is None else {**one, "proved": proved(past), "derived": past.derived}


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
        "proved": None,
        "derived": None,
    }


def _own(keys: MasterKeys, entry: UUID, written: bytes, wrapped: bytes, sealed: bytes) -> OwnAccess:
    leaf, asked = orjson.loads(written), opened_asked(keys, entry, written, wrapped, sealed)
    outcome = leaf["outcome"]
    return {
        "entry": leaf["id"],
        "at": leaf["at"],
        "question": leaf["question"],
        # Whether there was nothing, or nothing for them, is not told afterwards either.
        "outcome": outcome if outcome in ("shown", "failed") else "not_shown",
        "channel": leaf["channel"],
        "because": None if asked is None else asked.get("because"),
    }
