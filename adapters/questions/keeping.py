"""Gathers what is not in the log or not in the views yet: events kept in quarantine, records being mended."""

from dataclasses import replace
from typing import Any, Final

import psycopg

from adapters.service.opened import Service
from domain.answers.keeping import CountedFacts, KeptFacts, MendedFacts
from domain.answers.pages import Page
from domain.errors import Rejected
from domain.questions.about import CountKept, ListKept, ListMended, ShowKept
from projections import editions, mending

Connection = psycopg.Connection[Any]

_NOT_SETTLED: Final = ("waiting", "ready", "shown")
_CHOSEN: Final = (
    "state = ANY(%(states)s) AND (%(reason)s::text IS NULL OR reason = %(reason)s) "
    "AND (%(organisation)s::text IS NULL OR organisation = %(organisation)s)"
)
_COUNTED: Final = (
    "SELECT organisation, reason, count(*), min(received_at) FROM log.aside WHERE state = ANY(%s) "
    "GROUP BY organisation, reason ORDER BY organisation NULLS LAST, reason"
)

_AFTER: Final = (
    "(%(cursor)s::uuid IS NULL OR (received_at, id) > (SELECT received_at, id FROM log.aside WHERE id = %(cursor)s))"
)

_IS_THERE: Final = "SELECT FROM log.aside WHERE id = %(cursor)s"


def gather_kept(_: Service, connection: Connection, question: ListKept) -> Page[KeptFacts]:
    """Kept events, oldest first, and how many there are in all; without a state those that are not settled.

    Raises Rejected for a cursor that is no event, as of one that was cleared since: the rest of the list is not known.
    """
    from adapters.log.quarantine_rows import LISTED

    asked = {
        "states": list(_NOT_SETTLED) if question.state is None else [question.state],
        "reason": question.reason,
        "organisation": question.organisation,
        "limit": question.limit + 1,
        "cursor": question.cursor,
    }
    query = f"SELECT {LISTED} FROM log.aside WHERE {_CHOSEN} AND {_AFTER} ORDER BY received_at, id LIMIT %(limit)s"  # noqa: S608
    if question.cursor is not None and connection.execute(_IS_THERE, asked).fetchone() is None:
        raise Rejected(
            "bad_value", "cursor", "the event after which the list went on is no longer there: ask from its beginning"
        )
    rows = connection.execute(query, asked).fetchall()
    counted = connection.execute(f"SELECT count(*) FROM log.aside WHERE {_CHOSEN}", asked).fetchone()  # noqa: S608
    found = [KeptFacts(*row) for row in rows[: question.limit]]
    return Page(found, counted[0] if counted else 0, str(found[-1].id) if len(rows) > question.limit else None)


def gather_kept_counts(_: Service, connection: Connection, __: CountKept) -> list[CountedFacts]:
    """How many are kept that are not settled, by organisation and reason, and since when the oldest."""
    return [CountedFacts(*row) for row in connection.execute(_COUNTED, (list(_NOT_SETTLED),)).fetchall()]


def gather_kept_event(service: Service, connection: Connection, question: ShowKept) -> KeptFacts:
    """One kept event; what was sent only where it is asked for: text, else hexadecimal. Raises Misuse without such an id."""
    from adapters.log.quarantine_rows import QuarantineRows

    facts, sent = QuarantineRows(service.keys).show(connection, question.id)
    return replace(facts, content=_text(sent)) if question.content else facts


def _text(sent: bytes) -> str:
    try:
        return sent.decode()
    except UnicodeDecodeError:
        return sent.hex()


def gather_mended(_: Service, connection: Connection, __: ListMended) -> list[MendedFacts]:
    """What is noted of the records being mended, the longest waiting first."""
    editions.edition_at(connection)
    return [
        MendedFacts(note.record, note.cause, note.part, note.position, note.since) for note in mending.notes(connection)
    ]
