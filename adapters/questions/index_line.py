"""Gathers what the line of the children's index is made from: who, where, who works with a child and how to reach them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from adapters.log.sealed_values import all_keys_expected
from adapters.questions.family_views import expect_family_views, family_view_of
from adapters.questions.kin import LeadOfFamily, SealedEntry, leads_of_families
from adapters.questions.reading import Reading, owners
from domain.answers.children import BESIDE_WORK, ChildInIndex, FamilyLead, ShownAddress, may_stand_in_index
from domain.answers.entries import Held, Reach, duty_line, may_show, registered
from domain.dates import iso
from domain.events import ChildId
from domain.identity.contested import ToldOf
from domain.reference import StaffFact
from domain.timeline.entries import Entry
from projections import persons, queries, reference_data
from projections.pipelined import Query, Steps
from projections.uuids import uuids

_TEAM: Final = ("team", "duty_line")

Named = tuple[str | None, str | None]  # a worker and a team, as an entry names them


def gather_lines(
    read: Reading, children: Sequence[ChildId], day: int, hide: Collection[ChildId] = ()
) -> dict[ChildId, ChildInIndex]:
    """What the line of each child is made from, found together; `hide`: those that are shown as shielded children are."""
    by_child = read.records_of(children)
    with read.about(children, day) as records:
        told = persons.people.send(read.connection, read.number, by_child, whole=True)
        lived = persons.addresses.send(read.connection, read.number, by_child, day)
        named = queries.schemes.send(read.connection, read.number, records)
        stated = persons.stated.send(read.connection, read.edition, records)
        held = queries.entries.send(
            read.connection, read.number, "record = ANY(%(r)s) AND kind <> 'relationship'", r=uuids(records)
        )
        keys = all_keys_expected.send(read.cells, records)
    keys.answer()
    people, homes = told.answer(), lived.answer()
    opened = _open_together(read, children, held.answer(), day, hide)
    known = read.known(people, named.answer(), day, hide)

    led_too, told_of = led_as_families(read, children, day, hide), _told_of(read, by_child, stated.answer())

    def address(child: ChildId) -> ShownAddress | None:
        return read.address(homes.get(child))

    return {
        child: ChildInIndex(
            known[child],
            None if known[child].shielded else address(child),
            *opened[child],
            led_too.get(child, ()),
            told_of[child],
        )
        for child in by_child
    }


def _told_of(
    read: Reading,
    by_child: Mapping[ChildId, Sequence[UUID]],
    rows: Iterable[tuple[UUID, str, bytes | None, bytes | None]],
) -> dict[ChildId, list[ToldOf]]:
    """Who told what of date of birth and sex of each child, opened."""
    owner = owners(by_child)
    found: dict[ChildId, list[ToldOf]] = {child: [] for child in by_child}
    for record, organisation, birth, sex in rows:
        dates = read.cells.birth(None if birth is None else persons.Sealed(record, birth)) or {}
        said = read.cells.sex(None if sex is None else persons.Sealed(record, sex))
        found[owner[record]].append(ToldOf(organisation, dates.get("birth"), said))
    return found


def gather_working(
    read: Reading, children: Sequence[ChildId], day: int, hide: Collection[ChildId] = ()
) -> dict[ChildId, ChildInIndex]:
    """Of the line of each child who it is and who works with it, for lists of many children; neither where it is nor its other names."""
    by_child = read.records_of(children)
    with read.about(children, day) as records:
        told = persons.people.send(read.connection, read.number, by_child)
        held = queries.entries.send(
            read.connection,
            read.number,
            "record = ANY(%(r)s) AND (due IS NOT NULL OR NOT kind = ANY(%(k)s))",
            r=uuids(records),
            k=list(BESIDE_WORK),
        )
    people = told.answer()
    opened = _open_together(read, children, held.answer(), day, hide)
    known, led_too = read.known(people, (), day, hide), led_as_families(read, children, day, hide)
    return {child: ChildInIndex(known[child], None, *opened[child], led_too.get(child, ())) for child in by_child}


@Query
def led(read: Reading, held: Mapping[ChildId, Sequence[SealedEntry]], day: int) -> Steps[dict[ChildId, ChildInIndex]]:
    """Of the line of each child only who it is and who leads, of its leads and covers that are `held`; for lists of many children."""
    by_child = read.records_of(held)
    told = persons.people.send(read.connection, read.number, by_child)
    yield
    people = told.answer()
    opened = _open_together(read, held, (one for some in held.values() for one in some), day)
    known, led_too = read.known(people, (), day), led_as_families(read, held, day)
    return {child: ChildInIndex(known[child], None, *opened[child], led_too.get(child, ())) for child in by_child}


def led_as_families(
    read: Reading, children: Collection[ChildId], day: int, hide: Collection[ChildId] = ()
) -> dict[ChildId, list[FamilyLead]]:
    """The leads of each child's family that were stated for another child of it, with contacts where they may be shown."""
    active = leads_of_families(read, children, day).active
    found = [((child, one.stated_for), one) for child, some in active.items() for one in some]
    hidden = read.hidden({one for pair, _ in found for one in pair}, day) | set(hide)
    leads = [one.lead for pair, one in found if hidden.isdisjoint(pair)]
    read.expect_cells((), [one.lead for _, one in found])
    reach = reach_of(read, [entry for entry, _ in leads], day)
    expect_family_views(read, [one.lead[0] for _, one in found])

    def held(child: ChildId, one: LeadOfFamily) -> FamilyLead:
        hides = not hidden.isdisjoint((child, one.stated_for))
        (shown,) = held_of(read, [one.lead], shielded=hides, reach=reach)
        return FamilyLead(None if hides else one.stated_for, shown)

    return {child: [held(child, one) for one in some] for child, some in active.items()}


def _open_together(
    read: Reading,
    children: Collection[ChildId],
    entries: Iterable[SealedEntry],
    day: int,
    hide: Collection[ChildId] = (),
) -> dict[ChildId, tuple[list[Held], list[Entry]]]:
    """Of each child the entries that its line is made of, opened, and all that are not disputed; keys are fetched at once."""
    by_child, at = read.records_of(children), read.at(day)
    owner, hidden = owners(by_child), read.hidden(children, day) | set(hide)
    everything: dict[ChildId, list[SealedEntry]] = {child: [] for child in by_child}
    for one in entries:
        everything[owner[one[0].record]].append(one)
    shown = {
        child: [one for one in held if may_stand_in_index(one[0], at, shielded=child in hidden)]
        for child, held in everything.items()
    }
    open_to = [one for child, held in shown.items() if child not in hidden for one in held]
    read.expect_cells(owner, [one for held in shown.values() for one in held])
    reach = reach_of(read, [entry for entry, _ in open_to], day)
    expect_family_views(read, [entry for held in shown.values() for entry, _ in held])
    return {
        child: (
            held_of(read, shown[child], shielded=child in hidden, reach=reach),
            [entry for entry, _ in everything[child] if not entry.doubted],
        )
        for child in by_child
    }


def held_of(
    read: Reading, entries: Iterable[SealedEntry], *, shielded: bool, reach: Mapping[Named, Reach] | None = None
) -> list[Held]:
    """Entries that may be shown, with their contacts opened, but for those of a shielded child; `reach` by worker and team."""
    some = [(entry, contact) for entry, contact in entries if may_show(entry.kind, shielded=shielded)]
    expect_family_views(read, [entry for entry, _ in some])
    return [
        Held(
            entry,
            None if shielded else read.contact(entry, contact),
            None if shielded or reach is None else reach.get((entry.worker, entry.team)),
            family_view_of(read, entry),
        )
        for entry, contact in some
    ]


def reach_of(read: Reading, found: Sequence[Entry], day: int) -> dict[Named, Reach]:
    """What the staff events say of the worker and team that entries name: contact, duty line, whether they left."""
    workers = {e.worker for e in found if e.worker is not None}
    teams = {e.team for e in found if e.team is not None}
    if not workers and not teams:
        return {}
    last: dict[tuple[str, str], StaffFact] = {}
    for fact in reference_data.staff(read.connection, read.edition.position, workers, teams):
        if fact.start <= day < fact.end:
            key = (fact.kind, fact.worker or fact.team or "")
            if key not in last or fact.order > last[key].order:
                last[key] = fact
    read.expect_bodies(fact.position for fact in last.values())
    named = {(entry.worker, entry.team) for entry in found if entry.worker or entry.team}
    return {who: _reach_by(read, *who, last) for who in named}


def _reach_by(
    read: Reading, worker_key: str | None, team_key: str | None, last: Mapping[tuple[str, str], StaffFact]
) -> Reach:
    said = {kind: last.get((kind, team_key or "")) for kind in _TEAM}
    said |= {kind: last.get((kind, worker_key or "")) for kind in ("worker", "worker_left")}
    bodies = {kind: read.body(fact.position) for kind, fact in said.items() if fact is not None}
    left, worker = said["worker_left"], said["worker"]
    gone = left is not None and (worker is None or worker.start < left.start)
    return {
        "duty_line": duty_line(bodies.get("duty_line")),
        "registered": registered(bodies.get("worker"), bodies.get("team")),
        "worker_left": iso(left.start) if gone and left is not None else None,
    }
