"""Gathers all that is held of a child for who asked for it: the record, who told it, and who has seen it (UK GDPR Article 15)."""

from collections.abc import Collection, Iterable
from itertools import chain
from typing import Any, Final
from uuid import UUID

import orjson
import psycopg

from adapters.log.reader import LogReader
from adapters.questions.cases import read_case
from adapters.questions.children import gather_child, gather_timeline
from adapters.questions.reading import Reading, reading_at
from adapters.service.opened import Service
from domain.access.entry import instant
from domain.answers.children import timeline
from domain.answers.entries import AsAt
from domain.answers.lines import index_line
from domain.answers.subject_access import ShownNumber, ShownRecipient, ShownSource, SubjectFacts
from domain.cases.case import Case
from domain.dates import iso_day, london_day
from domain.events import Event
from domain.questions.about import ShowChild, ShowSubjectAccess, ShowTimeline
from projections import queries

Connection = psycopg.Connection[Any]

# Under any child's id that its records ever had: of a child that was joined with another then, only what was shown of these.
_RECIPIENTS: Final = (
    "SELECT DISTINCT e.at, e.id, e.bytes FROM access.shown s JOIN access.entry e ON (e.id, e.at) = (s.entry, s.at) "
    "WHERE s.child = ANY(%(ever)s) AND (s.child = ANY(%(own)s) OR s.records && %(own)s::uuid[]) AND e.outcome = 'shown' ORDER BY e.at, e.id"
)
# Attendance is most of what is told, and need not be opened to say who told it; its instants are in milliseconds.
_MARKS: Final = (
    "SELECT 'urn-' || m.school, count(*), min(m.recorded_at) * 1000, max(m.recorded_at) * 1000 "
    "FROM log.event v JOIN log.fact_mark m ON m.position = v.originator_version WHERE v.originator_id = ANY(%s) GROUP BY 1"
)


def gather_subject_access(service: Service, connection: Connection, question: ShowSubjectAccess) -> SubjectFacts | None:
    """What is held of the child of a case; None where there is no such case, or it names no child."""
    case = read_case(service, connection, question.case)
    if case is None or case.child is None:
        return None
    with reading_at(service, connection, None) as read:
        return _facts(read, case, copy=question.copy)


def _facts(read: Reading, case: Case, *, copy: bool) -> SubjectFacts:
    made_at = instant(read.service.clock.now())
    child = read.child(case.child, None)
    if child is None:
        return SubjectFacts((), case, made_at, copy, False, None, None, (), (), ())
    hidden = bool(read.hidden([child], read.today))
    read.lift_shields([child])
    records, at = read.records(child), read.at(read.today)
    line = gather_child(read, ShowChild(identifier=case.child), read.today)
    over_time = gather_timeline(read, ShowTimeline(identifier=case.child), read.today)
    assert line is not None
    assert over_time is not None
    told = list(LogReader(read.connection, read.service.keys, read.service.settings.fillers).known_events(records))
    return SubjectFacts(
        (child,),
        case,
        made_at,
        copy,
        hidden,
        index_line(line, at),
        timeline(over_time, at),
        _numbers(told),
        _sources(told, read.connection.execute(_MARKS, (records,)).fetchall(), at),
        _recipients(read, {child, *records}),
    )


def _numbers(told: Iterable[Event]) -> list[ShownNumber]:
    """The numbers by which agencies name the child, each once; those that fail their check say nothing of anybody."""
    found = {
        (one.scheme, one.normalised)
        for event in told
        for one in event.identifiers()
        if one.valid and one.normalised is not None
    }
    return [{"scheme": scheme, "value": value} for scheme, value in sorted(found)]


def _sources(told: Iterable[Event], marks: Iterable[tuple[str, int, int, int]], at: AsAt) -> list[ShownSource]:
    """Who told it: of each how many events, and the first and the last instant at which it wrote one down."""
    found: dict[str, tuple[int, int, int]] = {}
    events = ((one.organisation, 1, one.recorded_at, one.recorded_at) for one in told)
    for agency, *of in chain(events, marks):
        count, first, last = of
        found[agency] = _together(found.get(agency), (count, first, last))
    return [
        {
            "agency": agency,
            "agency_name": at.named(agency),
            "events": count,
            "first": iso_day(london_day(first)),
            "last": iso_day(london_day(last)),
        }
        for agency, (count, first, last) in sorted(found.items())
    ]


def _together(one: tuple[int, int, int] | None, other: tuple[int, int, int]) -> tuple[int, int, int]:
    return other if one is None else (one[0] + other[0], min(one[1], other[1]), max(one[2], other[2]))


def _recipients(read: Reading, own: Collection[UUID]) -> list[ShownRecipient]:
    """Whom anything of the child was ever shown to, in the order of time: under whichever of its records it was known then."""
    ever = {*own, *queries.children_ever(read.connection, own)}
    rows = read.connection.execute(_RECIPIENTS, {"own": sorted(own), "ever": sorted(ever)}).fetchall()
    return [_recipient(orjson.loads(leaf)) for _, _, leaf in rows]


def _recipient(leaf: dict[str, Any]) -> ShownRecipient:
    return {
        "entry": leaf["id"],
        "at": leaf["at"],
        "viewer": leaf["viewer"],
        "organisation": leaf["organisation"],
        "role": leaf["role"],
        "purpose": leaf["purpose"],
        "question": leaf["question"],
    }
