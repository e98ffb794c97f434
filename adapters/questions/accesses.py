"""Gathers which accesses there were."""

from typing import Any, Final

import orjson
import psycopg

from adapters.service.opened import Service
from domain.access.entry import parse_entry
from domain.access.parts import NOBODY
from domain.answers.accesses import ListedAccess
from domain.answers.pages import Page
from domain.errors import Rejected
from domain.questions.about import ListAccesses

Connection = psycopg.Connection[Any]

_WHO: Final = (
    "e.outcome <> 'ended' AND (%(viewer)s::text IS NULL OR e.viewer = %(viewer)s) "
    "AND (%(organisation)s::text IS NULL OR e.organisation = %(organisation)s)"
)
_COUNT: Final = "SELECT count(*) FROM access.entry e WHERE " + _WHO
_ENTRIES: Final = (
    "SELECT e.bytes, (SELECT count(*) FROM access.shown s WHERE s.entry = e.id AND s.child <> %(nobody)s) "
    "FROM access.entry e WHERE " + _WHO + " "
    "AND (%(cursor)s::uuid IS NULL OR (e.at, e.id) < (%(at)s, %(cursor)s)) ORDER BY e.at DESC, e.id DESC LIMIT %(limit)s"
)
_AT: Final = "SELECT at FROM access.entry WHERE id = %s"


def gather_accesses(_: Service, connection: Connection, question: ListAccesses) -> Page[ListedAccess]:
    """Entries, the newest first, and how many there are in all. Raises Rejected for a cursor that is no entry."""
    cursor = None if question.cursor is None else parse_entry(question.cursor)
    found = None if cursor is None else connection.execute(_AT, (cursor,)).fetchone()
    if cursor is not None and found is None:
        raise Rejected("bad_value", "cursor", "an entry as the list before gave it")
    asked = {
        "viewer": question.viewer, "organisation": question.organisation,
        "cursor": cursor, "at": None if found is None else found[0], "limit": question.limit + 1, "nobody": NOBODY
    }  # fmt: skip
    rows = connection.execute(_ENTRIES, asked).fetchall()
    (total,) = connection.execute(_COUNT, asked).fetchone() or (0,)
    listed = [_listed(orjson.loads(leaf), children) for leaf, children in rows[: question.limit]]
    return Page(listed, total, listed[-1]["entry"] if len(rows) > question.limit else None)


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
