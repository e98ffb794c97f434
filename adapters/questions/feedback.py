"""Gathers what an agency is told of its own events, and what it is asked to send again (docs/feedback.md)."""

import re
from typing import Any, Final

import psycopg

from adapters.log.feedback.reading import FeedbackPlace, FeedbackRows, Head, Row
from adapters.log.feedback.writing import REPLAY_REQUESTED
from adapters.service.opened import Service
from domain.answers.agencies import FeedbackFacts, Told
from domain.answers.ids import CURSOR_FORM
from domain.errors import Rejected
from domain.questions.about import ReadFeedback

Connection = psycopg.Connection[Any]

MOST: Final = 1000
_CURSOR_RULE: Final = "a cursor as an answer of this service gives it"
_OTHER_LIFE: Final = (
    "the log was restored after that cursor was given: ask once without it; what is told again is the same"
)


def gather_feedback(service: Service, connection: Connection, question: ReadFeedback) -> FeedbackFacts:
    """What an organisation is told after a cursor, or from the beginning, within the caller's snapshot.

    Raises Rejected for what is no cursor of this log.
    """
    place, generation = _place(question.since)
    reader = FeedbackRows(connection, service.keys, service.schema_ids)
    head = reader.head()
    if generation is not None and (generation != head.generation or place > head.place):
        raise Rejected("bad_value", "since", _OTHER_LIFE)
    found = reader.after(place, [question.organisation], question.limit + 1) if place < head.place else []
    more, rows = len(found) > question.limit, found[: question.limit]
    # At the end, the head: what others did is not looked through again.
    following = _cursor(head.generation, rows[-1].place if more else head.place)
    return FeedbackFacts(question.organisation, [_told(row, head) for row in rows], following, more)


def _told(row: Row, head: Head) -> Told:
    cursor = _cursor(head.generation, row.place)
    if row.word == REPLAY_REQUESTED:
        assert row.first_day is not None
        assert row.end_day is not None
        return Told(cursor, None, row.event_type, row.at, days=(row.first_day, row.end_day))
    said = row.event_id, row.reason, row.field, row.rule, row.set_aside, row.link_pending, row.told_otherwise
    return Told(cursor, row.word, row.event_type, row.at, *said)


def _cursor(generation: int, place: FeedbackPlace) -> str:
    return f"{generation}:{place.position}.{place.number}"


def _place(cursor: str | None) -> tuple[FeedbackPlace, int | None]:
    if cursor is None:
        return FeedbackPlace(0, 0), None
    if re.fullmatch(CURSOR_FORM, cursor) is None:
        raise Rejected("bad_value", "since", _CURSOR_RULE)
    generation, position, number = re.split("[:.]", cursor)
    return FeedbackPlace(int(position), int(number)), int(generation)
