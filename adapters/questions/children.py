"""Gathers what answers about one child are made from."""

from typing import Final
from uuid import UUID

from adapters.log.keys.hashes import Hashes
from adapters.log.sealed_values import all_keys_expected
from adapters.questions.index_line import gather_lines, held_of
from adapters.questions.reading import Reading
from domain.answers.children import ChildInIndex, ChildOverTime, FoundFacts, records_shown
from domain.answers.entries import Week
from domain.answers.ids import parse_id
from domain.dates import to_day
from domain.events import ChildId
from domain.names import fold_name_before
from domain.questions.about import FindChildren, ShowChild, ShowTimeline
from projections import persons, queries
from projections.uuids import uuids

MOST_FOUND: Final = 10


def gather_found(read: Reading, question: FindChildren, day: int) -> FoundFacts:
    """Children by an exact identifier, or by family name with date of birth; more than ten are not listed."""
    if question.identifier is not None:
        child = read.child(question.identifier, None)
        children = [] if child is None else [child]
    else:
        assert question.family is not None
        assert question.born is not None
        born = to_day(question.born)
        before = Hashes(read.service.keys, fold_name_before)
        digests = [UUID(bytes=hashes.named(question.family, born)) for hashes in (read.hashes, before)]
        records = persons.named(read.connection, read.number, digests, MOST_FOUND * 12)
        children = sorted(set(queries.children_of(read.connection, read.number, records).values()))
    kept = read.kept_from(children)
    children = [child for child in children if child not in kept]
    if len(children) > MOST_FOUND:
        return FoundFacts((), refine=True)
    return FoundFacts(list(gather_lines(read, children, day).values()), refine=False)


def gather_child(read: Reading, question: ShowChild, day: int) -> ChildInIndex | None:
    """The line of a child; None when nothing is known under that identifier."""
    child = read.child(question.identifier, question.record)
    return None if child is None else gather_lines(read, [child], day)[child]


def gather_timeline(read: Reading, question: ShowTimeline, day: int) -> ChildOverTime | None:
    """What a child's timeline is made from, with what was taken back where that is asked for."""
    child = read.child(question.identifier, question.record)
    return None if child is None else timeline_of(read, child, day, retracted=question.retracted)


def timeline_of(read: Reading, child: ChildId, day: int, *, retracted: bool) -> ChildOverTime:
    """What the timeline of a child is made from, in one turn of the database."""
    with read.about([child], day) as records:
        entries = queries.entries.send(read.connection, read.number, "record = ANY(%(r)s)", r=uuids(records))
        gone = queries.retracted.send(read.connection, read.edition, records) if retracted else None
        weeks = queries.weeks.send(read.connection, read.number, records, day)
        told = persons.people.send(read.connection, read.number, {child: records})
        schemes = queries.schemes.send(read.connection, read.number, records)
        keys = all_keys_expected.send(read.cells, records)
        kept = queries.kept_aside.send(read.connection, records, shielded=False)
    keys.answer()
    held = entries.answer() + (gone.answer() if gone is not None else [])
    known = read.known(told.answer(), schemes.answer(), day, named=False)[child]
    count = kept.answer()
    if known.shielded:  # rare, and not known before
        shown = [parse_id(one) for one in records_shown(known)]
        count = queries.kept_aside(read.connection, shown, shielded=True)
    return ChildOverTime(
        known, held_of(read, held, shielded=known.shielded), [Week(*week) for week in weeks.answer()], count
    )
