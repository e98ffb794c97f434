"""What an agency is told of its own events: what became of each, in contract 1's words, and what it is asked to send again.

It says nothing of what others hold: the same event has the same answer whether or not the child is known already.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final

import psycopg

from adapters.codec import NO_IDS
from adapters.log.feedback.reading import FeedbackPlace, FeedbackRows, Head, Row
from adapters.log.feedback.writing import REPLAY_REQUESTED
from adapters.log.keys.data_keys import MasterKeys
from domain.errors import Rejected

Connection = psycopg.Connection[Any]

MOST: Final = 1000
USUAL: Final = 500
CURSOR: Final = r"^[0-9]{1,9}:[0-9]{1,18}\.[0-9]{1,18}$"
_CURSOR_RULE: Final = "a cursor as an answer of this service gives it"
_OTHER_LIFE: Final = (
    "the log was restored after that cursor was given: ask once without it; what is told again is the same"
)
_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"


@dataclass(frozen=True, slots=True)
class Page:
    """Some of what is told, in order; `next` is the cursor to ask with, `more` whether there is more at once."""

    rows: Sequence[Row]
    generation: int
    next: str
    more: bool

    def as_json(self, organisation: str) -> dict[str, Any]:
        """The page as HTTP and the command line give it."""
        told = [as_json(row, self.generation) for row in self.rows]
        return {"organisation": organisation, "feedback": told, "next": self.next, "more": self.more}


def read_page(
    connection: Connection,
    keys: MasterKeys,
    organisations: Collection[str],
    since: str | None = None,
    limit: int = USUAL,
    schema_ids: Mapping[int, bytes] = NO_IDS,
) -> Page:
    """What some organisations are told after a cursor, or from the beginning; one snapshot.

    Raises Rejected for what is no cursor of this log.
    """
    place, generation = _place(since)
    with connection.transaction():
        connection.execute(_SNAPSHOT)
        reader = FeedbackRows(connection, keys, schema_ids)
        head = reader.head()
        if generation is not None and (generation != head.generation or place > head.place):
            raise Rejected("bad_value", "since", _OTHER_LIFE)
        rows = reader.after(place, organisations, limit + 1) if place < head.place else []
    more = len(rows) > limit
    rows = rows[:limit]
    # At the end, the head: what others did is not looked through again.
    return Page(rows, head.generation, _cursor(head, rows[-1].place if more else head.place), more)


def check_cursor(cursor: str | None) -> None:
    """Raise Rejected for what has not the form of a cursor."""
    _place(cursor)


def as_json(row: Row, generation: int) -> dict[str, Any]:
    """One row as it is told; `cursor` is its own, by which what is told twice is seen to be one."""
    told: dict[str, Any] = {"cursor": f"{generation}:{row.place.position}.{row.place.number}"}
    if row.word == REPLAY_REQUESTED:
        assert row.first_day is not None
        assert row.end_day is not None
        return told | {
            "kind": REPLAY_REQUESTED,
            "event_type": row.event_type,
            "from": row.first_day.isoformat(),
            "to": row.end_day.isoformat(),
            "at": row.at.astimezone(UTC).isoformat(),
        }
    return told | {
        "kind": "event",
        "outcome": row.word,
        "event_id": row.event_id,
        "event_type": row.event_type,
        "reason": row.reason,
        "field": row.field,
        "rule": row.rule,
        "set_aside": [{"reason": reason, "field": field} for reason, field in row.set_aside],
        "at": row.at.astimezone(UTC).isoformat(),
    }


def _cursor(head: Head, place: FeedbackPlace) -> str:
    return f"{head.generation}:{place.position}.{place.number}"


def _place(cursor: str | None) -> tuple[FeedbackPlace, int | None]:
    if cursor is None:
        return FeedbackPlace(0, 0), None
    if re.fullmatch(CURSOR, cursor) is None:
        raise Rejected("bad_value", "since", _CURSOR_RULE)
    generation, position, number = re.split("[:.]", cursor)
    place = FeedbackPlace(int(position), int(number))
    return place, int(generation)
