"""A child's page worked out of that child's own events, as plain values: without a database, and without the views (access.md 5).

`Makings` is all of it: the events, what is of none of them and was asked where it stands, and what the viewer may see. A capsule of
an older release works out its own page of the same (domain.capsule), so a field is added with a default, and none is taken away.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, cast
from uuid import UUID

from domain.access.parts import Part, cut
from domain.access.redact import Sight, redacted
from domain.answers.children import (
    ChildInIndex,
    ChildOverTime,
    FamilyLead,
    KnownChild,
    Person,
    ShownAddress,
    may_stand_in_index,
    timeline,
)
from domain.answers.entries import AsAt, Held, Reach, ShownContact, ShownContacts, Week, may_show
from domain.answers.lines import index_line
from domain.dates import FOREVER, iso, iso_day
from domain.effects import ABOUT_NO_CHILD
from domain.events import Event, Position, RecordId
from domain.facts import live_facts
from domain.identifiers import IdentifierStatus
from domain.leads.family import family_view, said_of_family
from domain.names import all_names
from domain.reference import school_days
from domain.timeline.child import Child
from domain.timeline.entries import Entry
from domain.timeline.marks import Marked
from domain.timeline.pairing import absent, retracted
from domain.timeline.served import as_served
from domain.timeline.snapshots import Snapshot
from domain.timeline.world import World, build_world

FORM: Final = 1
_NHS_INACTIVE: Final = "nhs_number_inactive"
_RELATIONSHIP: Final = "relationship"
_LEAD: Final = "lead"


@dataclass(frozen=True, slots=True)
class Makings:
    """What a page of one child is worked out of, as known at a position.

    `record`: one of the child's. `numbers`: the schemes of all records that are tied to it, in the order in which they are shown.
    `hides`: the child is shown as a shielded one is. `whole`: snapshots that had come whole. `reach`: by worker and team, how they are
    reached. `positions`: of an event its id as shown. `calendars`: of schools. `sight`: what the viewer may see; None: everything.
    """

    record: RecordId
    history: Sequence[Event]
    marks: Sequence[Marked]
    numbers: Sequence[tuple[RecordId, str]]
    day: int
    is_timeline: bool = False
    retracted: bool = False
    hides: bool = False
    whole: Sequence[Snapshot] = ()
    being_mended: str | None = None
    kept_in_quarantine: int | None = None
    family_leads: Sequence[FamilyLead] = ()
    reach: Sequence[tuple[str | None, str | None, Reach]] = ()
    generation: str = ""
    positions: Sequence[tuple[int, str]] = ()
    names: Mapping[str, str] | None = None
    calendars: Sequence[Mapping[str, Any]] = ()
    sight: Sight | None = None


def folded(makings: Makings, kind_of: Mapping[str, str]) -> tuple[World, Child | None]:
    """What is known of all that is tied to the child, and the child; `kind_of` as of `domain.timeline.snapshots`."""
    world = build_world(makings.history, dict(makings.numbers), kind_of=kind_of, marks=makings.marks)
    return world, world.child_of(makings.record)


def facts_of(makings: Makings, world: World, child: Child) -> ChildInIndex | ChildOverTime:
    """What the page is made from."""
    child = replace(child, entries=tuple(absent(list(child.entries), list(makings.whole))))
    return _over_time(makings, world, child) if makings.is_timeline else _in_index(makings, world, child)


def shaped(makings: Makings, facts: ChildInIndex | ChildOverTime) -> tuple[list[Part], list[str]]:
    """The parts of the page, and by which rule each thing was withheld that its viewer may not see."""
    shown, withheld = (facts, []) if makings.sight is None else redacted(facts, makings.sight)
    at = as_at(makings)
    page = timeline(shown, at) if isinstance(shown, ChildOverTime) else index_line(shown, at)
    return cut(page), withheld


def as_at(makings: Makings) -> AsAt:
    """What the answer is shaped by."""
    shown, names = dict(makings.positions), makings.names or {}
    return AsAt(
        makings.day,
        lambda position: f"{makings.generation}:{position}",
        lambda position: shown[position],
        lambda code: None if code is None else names.get(code),
        lambda entry: as_served(entry, partial(school_days, makings.calendars)),
    )


def schemes_of(makings: Makings, world: World, child: Child) -> list[tuple[UUID, str, IdentifierStatus]]:
    """The child's numbers by their schemes, and how each stands."""
    disputed = {record for edge in world.links.disputed for record in (edge.one, edge.other)}
    former = {fact.event.former for fact in live_facts(_events(makings))}
    inactive = {e.record for e in child.entries if e.kind == _NHS_INACTIVE and e.why is None and not e.doubted}

    def status(record: RecordId) -> IdentifierStatus:
        if record in disputed:
            return "disputed"
        if record in former:
            return "superseded"
        return "inactive" if record in inactive else "live"

    return [(record, scheme, status(record)) for record, scheme in makings.numbers if record in child.records]


def named_in(events: Iterable[Event], entries: Iterable[Entry]) -> list[tuple[Entry, ShownContacts | None]]:
    """Entries as they are stored, in order, each with the contacts that its own event names."""
    by_position = {int(event.position): event for event in events}
    ordered = sorted(entries, key=lambda entry: (entry.start is not None, entry.start or 0, entry.main))
    return [(entry, _contact(by_position[entry.main])) for entry in ordered]


def _views(makings: Makings) -> Callable[[Entry], str | None]:
    """What child and family think of a lead, by the events that tell of it."""
    said = {event.position: said_of_family(event.position, event.body) for event in makings.history}
    return lambda entry: (
        family_view(said.get(Position(one)) for one in entry.positions) if entry.kind == _LEAD else None
    )


def _over_time(makings: Makings, world: World, child: Child) -> ChildOverTime:
    taken_back = [e for e in retracted(_events(makings)) if e.record in child.records] if makings.retracted else []
    view = _views(makings)
    held = [
        Held(entry, None if makings.hides else contact, family_view=view(entry))
        for entry, contact in named_in(makings.history, [*child.entries, *taken_back])
        if may_show(entry.kind, shielded=makings.hides)
    ]
    known = _known(makings, world, child, named=False)
    return ChildOverTime(known, held, _weeks(child, makings.day), makings.kept_in_quarantine)


def _in_index(makings: Makings, world: World, child: Child) -> ChildInIndex:
    told = named_in(makings.history, [entry for entry in child.entries if entry.kind != _RELATIONSHIP])
    at, reach = as_at(makings), {(worker, team): how for worker, team, how in makings.reach}
    view = _views(makings)
    held = [
        Held(entry, *((None, None) if makings.hides else (contact, reach.get((entry.worker, entry.team)))), view(entry))
        for entry, contact in told
        if may_stand_in_index(entry, at, shielded=makings.hides)
    ]
    return ChildInIndex(
        _known(makings, world, child, named=True),
        None if makings.hides else _address(child, makings.day),
        held,
        [entry for entry, _ in told if not entry.doubted],
        makings.family_leads,
        child.told,
    )


def _known(makings: Makings, world: World, child: Child, *, named: bool) -> KnownChild:
    person = Person(birth=child.birth, expected=child.expected, death=child.death)
    if named:
        names = () if child.person is None else child.person["names"]
        person = replace(person, names=names, sex=child.sex, called=all_names(child.called))
    numbers = schemes_of(makings, world, child)
    return KnownChild(child.id, list(child.records), numbers, person, makings.hides, makings.being_mended)


def _events(makings: Makings) -> list[Event]:
    """The events about children, without those of organisations."""
    return [event for event in makings.history if event.act not in ABOUT_NO_CHILD]


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
