"""A child's page from that child's events alone, by the repository and the fold: without the views (access.md 5).

What is of no event of the child is asked where it stands: what was registered of organisations and of staff, which snapshots have
come whole, leads of the family that were stated for another child of it, what is kept in quarantine, and which records are
being mended. A child beside whom an identity was sealed is left to the views: which of its numbers the sealing reaches is not told by
what is tied to one of them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, cast
from uuid import UUID

from adapters.log.reader import LogReader
from adapters.log.subjects import Subjects
from adapters.questions.index_line import led_as_families, reach_of
from adapters.questions.reading import Reading
from adapters.service.child_records import ChildRecords
from domain.access.shield import finds
from domain.access.shielded import shielded
from domain.answers.children import (
    ChildInIndex,
    ChildOverTime,
    KnownChild,
    Person,
    ShownAddress,
    may_stand_in_index,
    records_shown,
)
from domain.answers.entries import Held, ShownContact, ShownContacts, Week, may_show
from domain.answers.ids import parse_id
from domain.dates import FOREVER, iso, iso_day
from domain.errors import NothingKnown
from domain.events import Event, RecordId
from domain.facts import live_facts
from domain.identifiers import IdentifierStatus
from domain.names import all_names
from domain.questions.about import ShowChild, ShowTimeline
from domain.reference import ORGANISATION
from domain.timeline.child import Child
from domain.timeline.entries import Entry
from domain.timeline.pairing import absent, retracted
from domain.timeline.snapshots import Snapshot
from domain.timeline.world import World
from projections import queries, reference_data, shields

_NHS_INACTIVE: Final = "nhs_number_inactive"


class LeftToTheViews(Exception):
    """A child whose page is not made from its own events: an identity was sealed beside it."""


@dataclass(frozen=True, slots=True)
class _Refolded:
    """A child as known at the edition, from its own events; `hides`: it is shielded, or lives with one that is, now or then."""

    child: Child
    world: World
    events: Sequence[Event]
    hides: bool


def refold_timeline(read: Reading, question: ShowTimeline, day: int) -> ChildOverTime | None:
    """What a timeline is made from; None where nothing is known. Raises LeftToTheViews."""
    of = _refolded(read, question.identifier, question.record, day)
    if of is None:
        return None
    taken_back = [e for e in retracted(of.events) if e.record in of.child.records] if question.retracted else []
    known = _known(read, of, named=False)
    held = [
        Held(entry, None if of.hides else contact)
        for entry, contact in _with_contacts(of, [*of.child.entries, *taken_back])
        if may_show(entry.kind, shielded=of.hides)
    ]
    kept = queries.kept_aside(read.connection, [parse_id(one) for one in records_shown(known)], shielded=of.hides)
    return ChildOverTime(known, held, _weeks(of.child, day), kept)


def refold_child(read: Reading, question: ShowChild, day: int) -> ChildInIndex | None:
    """What the line of a child is made from; None where nothing is known. Raises LeftToTheViews."""
    of = _refolded(read, question.identifier, question.record, day)
    if of is None:
        return None
    told = _with_contacts(of, [entry for entry in of.child.entries if entry.kind != "relationship"])
    at = read.at(day)
    shown = [one for one in told if may_stand_in_index(one[0], at, shielded=of.hides)]
    reach = {} if of.hides else reach_of(read, [entry for entry, _ in shown], day)
    held = [
        Held(entry, *((None, None) if of.hides else (contact, reach.get((entry.worker, entry.team)))))
        for entry, contact in shown
    ]
    return ChildInIndex(
        _known(read, of, named=True),
        None if of.hides else _address(of.child, day),
        held,
        [entry for entry, _ in told if not entry.doubted],
        led_as_families(read, [of.child.id], day).get(of.child.id, ()),
        of.child.told,
    )


def _refolded(read: Reading, identifier: str | None, record: str | None, day: int) -> _Refolded | None:
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
    organisations = _organisations(read)
    world, found = children.world(own, read.edition.position, organisations)
    child = world.child_of(RecordId(own))
    if child is None:
        return None
    if shields.sealed(read.connection, child.records):
        raise LeftToTheViews
    events = [event for one in found for event in one.events]
    now, all_found = children.world(own, None, organisations)
    known = [event for one in all_found for event in one.events]
    hides = shielded(
        known, events, child.records, read.today, now.doubted, world.doubted, now.holder, world.holder,
        (now.links.child, world.links.child),
    )  # fmt: skip
    read.hidden([child.id], day)  # of whoever lives with a shielded child others' events tell
    read.take_shield(child.id, holds=hides)
    if read.shielded([child.id]) and scheme is not None and not finds(scheme, read.viewer.organisation):
        return None
    whole = _whole_snapshots(read, {entry.organisation for entry in child.entries})
    hides = child.id in read.hidden([child.id], day)
    return _Refolded(replace(child, entries=tuple(absent(list(child.entries), whole))), world, events, hides)


def _known(read: Reading, of: _Refolded, *, named: bool) -> KnownChild:
    child = of.child
    person = Person(birth=child.birth, expected=child.expected, death=child.death)
    if named:
        names = () if child.person is None else child.person["names"]
        person = replace(person, names=names, sex=child.sex, called=all_names(child.called))
    mended = read.being_mended([child.id])[child.id]
    return KnownChild(child.id, list(child.records), _schemes(read, of), person, of.hides, mended)


def _with_contacts(of: _Refolded, told: Iterable[Entry]) -> list[tuple[Entry, ShownContacts | None]]:
    """Entries as they are stored, in order, each with the contacts that its own event names."""
    by_position = {int(event.position): event for event in of.events}
    ordered = sorted(told, key=lambda entry: (entry.start is not None, entry.start or 0, entry.main))
    return [(entry, _contact(by_position[entry.main])) for entry in ordered]


def _address(child: Child, day: int) -> ShownAddress | None:
    here = child.address_at(day)
    if here is None:
        return None
    following = min((one.start for one in child.addresses if one.start > here.start), default=FOREVER)
    said = here.address
    return {
        "status": cast("Any", here.status_at(day)), "lines": said["lines"], "postcode": said["postcode"], "uprn": said["uprn"],
        "residence": said["residence"], "return": said["return"], "from": iso_day(here.start),
        "to": iso(here.until if here.lasts(day) else following),
    }  # fmt: skip


def _organisations(read: Reading) -> list[Event]:
    """What was said of organisations, by which schools follow on each other."""
    said = reference_data.reference(read.connection, 0, read.edition.position, (ORGANISATION,))
    log = LogReader(read.connection, read.service.keys, read.service.settings.fillers)
    return list(log.open(queries.stored(read.connection, [one.position for one in said])))


def _whole_snapshots(read: Reading, organisations: Collection[str]) -> list[Snapshot]:
    """The snapshots of some organisations of which every row had come by the edition: what they do not list has lapsed."""
    rows = read.connection.execute(
        "SELECT organisation, kind, scope, first, last, listed FROM snapshot WHERE organisation = ANY(%s) AND whole_ed <= %s",
        (list(organisations), read.number),
    )
    return [Snapshot(*row) for row in rows]


def _schemes(read: Reading, of: _Refolded) -> list[tuple[UUID, str, IdentifierStatus]]:
    rows = read.connection.execute(
        "SELECT record, scheme FROM log.subject WHERE record = ANY(%s) ORDER BY scheme, record",
        (list(of.child.records),),
    ).fetchall()
    disputed = {record for edge in of.world.links.disputed for record in (edge.one, edge.other)}
    former = {fact.event.former for fact in live_facts(of.events)}
    inactive = {e.record for e in of.child.entries if e.kind == _NHS_INACTIVE and e.why is None and not e.doubted}

    def status(record: RecordId) -> IdentifierStatus:
        if record in disputed:
            return "disputed"
        if record in former:
            return "superseded"
        return "inactive" if record in inactive else "live"

    return [(record, scheme, status(RecordId(record))) for record, scheme in rows]


def _contact(event: Event) -> ShownContacts | None:
    """The contacts that an event names, as they are sealed beside it."""
    worker, team = (_named(event.body.get(name)) for name in ("worker", "team"))
    said = any(part and (part["name"] or part["contact"]) for part in (worker, team))
    return {"worker": worker, "team": team} if said else None


def _named(said: Mapping[str, Any] | None) -> ShownContact | None:
    return None if said is None else {"name": said["name"], "contact": said["contact"]}


def _weeks(child: Child, day: int) -> list[Week]:
    counts: dict[tuple[int, str, RecordId], dict[int, int]] = {}
    for mark in child.marks:
        if mark.day <= day:
            sessions = counts.setdefault(((mark.day + 3) // 7 * 7 - 3, mark.school, mark.record), {})
            sessions[mark.category] = sessions.get(mark.category, 0) + 1
    return [Week(record, school, monday, counts[monday, school, record]) for monday, school, record in sorted(counts)]
