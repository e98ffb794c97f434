"""A child's page from that child's events alone, by the repository and the fold: without the views (access.md 5).

What is of no event of the child is asked where it stands: what was registered of organisations and of staff, which snapshots have
come whole, leads of the family that were stated for another child of it, what is kept in quarantine, and which records are
being mended. A child beside whom an identity was sealed is left to the views: which of its numbers the sealing reaches is not told by
what is tied to one of them. All of it is its `Makings`, which the code of another time can be given too.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from adapters.log.fact_rows import kinds_of_snapshots
from adapters.log.reader import LogReader
from adapters.log.subjects import Subjects
from adapters.questions.index_line import led_as_families, reach_of
from adapters.questions.reading import Reading
from adapters.questions.sight import sight_of
from adapters.service.child_records import ChildRecords, Told
from domain.access.rules import Extent, Rule
from domain.access.shield import finds
from domain.access.shielded import shielded
from domain.answers.children import ChildInIndex, ChildOverTime, records_shown
from domain.answers.ids import parse_id
from domain.answers.refolded import Makings, facts_of, folded
from domain.errors import NothingKnown
from domain.events import Event, RecordId
from domain.questions.about import ShowChild, ShowTimeline
from domain.reference import ORGANISATION
from domain.timeline.child import Child
from domain.timeline.snapshots import Snapshot
from domain.timeline.world import World, build_world
from projections import queries, reference_data, shields


class LeftToTheViews(Exception):
    """A child whose page is not made from its own events: an identity was sealed beside it."""


def makings_of(
    read: Reading, question: ShowChild | ShowTimeline, day: int, rule: Rule
) -> tuple[Makings, ChildInIndex | ChildOverTime] | None:
    """The makings of a child's page as seen by a rule, and what the page is made from; None where nothing is known.

    Raises LeftToTheViews.
    """
    told = _told(read, question.identifier, question.record)
    if told is None:
        return None
    record, scheme, then = told
    makings = Makings(record, then.history, then.marks, then.numbers, day, isinstance(question, ShowTimeline))
    world, child = folded(makings, kinds_of_snapshots())
    if child is None:
        return None
    if shields.sealed(read.connection, child.records):
        raise LeftToTheViews
    hides = _hides(read, record, then, (world, child), day)
    if read.shielded([child.id]) and scheme is not None and not finds(scheme, read.viewer.organisation):
        return None
    makings = _beside(read, question, replace(makings, hides=hides), child)
    facts = facts_of(makings, world, child)
    if isinstance(facts, ChildOverTime):
        shown = [parse_id(one) for one in records_shown(facts.known)]
        kept = queries.kept_aside(read.connection, shown, shielded=hides)
        makings, facts = replace(makings, kept_in_quarantine=kept), replace(facts, kept_in_quarantine=kept)
    sight = None if rule.shows is Extent.EVERYTHING else sight_of(read, facts, rule, day)
    return replace(makings, sight=sight), facts


def _told(read: Reading, identifier: str | None, record: str | None) -> tuple[RecordId, str | None, Told] | None:
    """What is recorded as known at the edition, a record of the child, and the scheme by which it was asked for."""
    children = ChildRecords(read.service, read.connection)
    scheme: str | None = None
    if record is not None:
        own = parse_id(record)
    else:
        assert identifier is not None
        try:
            own, (scheme, _) = children.record_of(identifier, Subjects(read.service.keys, read.hashes))
        except NothingKnown:
            return None
    return RecordId(own), scheme, children.told(own, read.edition.position, _organisations(read))


def _hides(read: Reading, record: RecordId, then: Told, was: tuple[World, Child], day: int) -> bool:
    """Whether the child is shielded, or lives with one that is, then or now."""
    world, child = was
    told = ChildRecords(read.service, read.connection).told(record, None, _organisations(read))
    now = build_world(told.history, dict(told.numbers), kind_of=kinds_of_snapshots(), marks=told.marks)
    known, events = ([event for one in of.records for event in one.events] for of in (told, then))
    hides = shielded(
        known, events, child.records, read.today, now.doubted, world.doubted, now.holder, world.holder,
        (now.links.child, world.links.child),
    )  # fmt: skip
    read.hidden([child.id], day)  # of whoever lives with a shielded child others' events tell
    read.take_shield(child.id, holds=hides)
    read.take_members({child.id: list(child.records)})
    return child.id in read.hidden([child.id], day)


def _beside(read: Reading, question: ShowChild | ShowTimeline, makings: Makings, child: Child) -> Makings:
    """The makings with what is of no event of the child."""
    at, positions = read.reference(makings.day), {one for entry in child.entries for one in entry.positions}
    index: dict[str, Any] = {}
    if not makings.is_timeline:
        index["family_leads"] = led_as_families(read, [child.id], makings.day).get(child.id, ())
        positions |= {one for lead in index["family_leads"] for one in lead.held.entry.positions}
        if not makings.hides:
            reach = reach_of(read, child.entries, makings.day)
            index["reach"] = [(worker, team, how) for (worker, team), how in reach.items()]
    positions |= {int(event.position) for event in makings.history}
    return replace(
        makings,
        retracted=isinstance(question, ShowTimeline) and question.retracted,
        whole=_whole_snapshots(read, {entry.organisation for entry in child.entries}),
        being_mended=read.being_mended([child.id])[child.id],
        generation=str(read.edition.generation),
        positions=[(position, read.event(position)) for position in sorted(positions)],
        names={code: str(body["name"]) for code, body in at.organisations().items()},
        calendars=at.calendars,
        **index,
    )


def _organisations(read: Reading) -> list[Event]:
    """What was said of organisations, by which schools follow on each other."""
    said = reference_data.reference(read.connection, 0, read.edition.position, (ORGANISATION,))
    log = LogReader(read.connection, read.service.keys, read.service.settings.fillers)
    return list(log.open(queries.stored(read.connection, [one.position for one in said])))


def _whole_snapshots(read: Reading, organisations: Collection[str]) -> Sequence[Snapshot]:
    """The snapshots of some organisations of which every row had come by the edition: what they do not list has lapsed."""
    rows = read.connection.execute(
        "SELECT organisation, kind, scope, first, last, listed FROM snapshot WHERE organisation = ANY(%s) AND whole_ed <= %s",
        (list(organisations), read.number),
    )
    return [Snapshot(*row) for row in rows]
