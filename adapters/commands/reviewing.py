"""Writes down what came of the review of an access: an event of this service's own, by a privacy officer of whose people it was.

Who checks does not act, and nobody reviews an access of their own (access.md 7).
"""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from adapters.commands.granting import read_worker, record_here
from adapters.log.messages import Outcome
from adapters.process.clock import today
from adapters.questions.staff import Staff
from adapters.service.opened import Service
from domain.access.entry import parse_entry
from domain.access.reviewing import REVIEW, CameOut
from domain.access.rules import Point, Whose, decided
from domain.access.viewer import Viewer
from domain.errors import Misuse, Rejected

_ENTRY: Final = "SELECT viewer, organisation, acting_for FROM access.entry WHERE id = %s AND outcome NOT IN ('ended', 'month_ended', 'given_up')"


@dataclass(frozen=True, slots=True)
class Review:
    """What a review came to. `case`: of one passed on as a case its reference, which no other outcome has."""

    entry: str
    came_out: CameOut
    note: str | None = None
    case: str | None = None


def review(service: Service, reviewer: Viewer, said: Review) -> Outcome:
    """Record a review by somebody who has signed in.

    Raises Misuse where there is no such access of their organisation's people, or it is not theirs to review: the two are one
    answer. Raises Rejected where a case is named and it is none, or the other way round, and by the rules of events.
    """
    if (said.case is None) == (said.came_out is CameOut.CASE):
        raise Rejected(
            "missing_field" if said.case is None else "bad_value",
            "case",
            "of what is passed on as a case, and of nothing else",
        )
    with service.connect() as connection:
        whose = _whose(connection, reviewer, said.entry)
    rule = decided(Point(REVIEW, reviewer.roles, whose=whose, people_sign_in=reviewer.people_sign_in))
    if rule.shows is None:
        raise Misuse("entry: an access that you may review, of your own organisation's people and not your own")
    return record_here(
        service,
        "AccessReviewed",
        read_worker(reviewer.name),
        {"from": today(service.clock).isoformat(), "to": None},
        {"entry": said.entry, "outcome": said.came_out.value, "case_reference": said.case, "note": said.note},
    )


def review_as(service: Service, name: str, said: Review) -> Outcome:
    """The same by ORGANISATION:STAFF, as whoever runs the machine types it. Raises Misuse too where people sign in."""
    if service.settings.people_sign_in:
        raise Misuse("people sign in to this service: officers review accesses on its pages")
    worker = read_worker(name)
    with service.connect() as connection:

        def connect() -> AbstractContextManager[psycopg.Connection[Any]]:
            return nullcontext(connection)

        standing = Staff(service, connect).standing(name)
    if standing is None:
        raise Misuse("--by: somebody who has left reviews nothing")
    return review(service, Viewer(name, standing.role, worker.organisation, granted=standing.granted), said)


def _whose(connection: psycopg.Connection[Any], reviewer: Viewer, entry: str) -> Whose:
    """Whose access it is to the reviewer: their own, one of their organisation's people, or others', as one that is not there."""
    row = connection.execute(_ENTRY, (parse_entry(entry),)).fetchone()
    if row is None or row[1] != reviewer.organisation:
        return Whose.OTHERS
    return Whose.OWN if reviewer.name in (row[0], row[2]) else Whose.OWN_ORGANISATION
