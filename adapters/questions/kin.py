"""Gathers who is in a family with whom on a day, and which leads of a family cover each of its children."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from adapters.questions.reading import ByChild, Reading, owners
from domain.events import ChildId
from domain.indicators.families import group
from domain.leads.family import WORK, FamilyCover, family_cover, family_leads, others_of_families
from domain.timeline.entries import Entry
from projections import kinship, queries
from projections.uuids import uuids

FEW: Final = 20  # children; of fewer it is not asked who is led as a family
SealedEntry = tuple[Entry, bytes | None]  # and its sealed contact


@dataclass(frozen=True, slots=True)
class LeadOfFamily:
    """A lead of the family that was stated for another child of it."""

    stated_for: ChildId
    lead: SealedEntry


@dataclass(frozen=True, slots=True)
class FamilyLeads:
    """Of each of some children the leads of its family that are active on a day, and how they ever covered it."""

    active: Mapping[ChildId, list[LeadOfFamily]]
    cover: Mapping[ChildId, FamilyCover]


def grouped(read: Reading, flagged: Collection[ChildId], day: int) -> list[tuple[ChildId, ...]]:
    """The families of some children on a day; where a shielded child lives makes no household."""
    found = kinship.kinship(read.connection, read.number, day, flagged)
    read.take_homes(day, found)
    shielded = read.shielded(found.records)
    kept = read.kept_from({one.child for one in found.kin})
    kin = [one for one in found.kin if one.child not in kept]
    return group([replace(one, home=None) if one.child in shielded else one for one in kin])


def others_in_families(read: Reading, children: Collection[ChildId], day: int) -> dict[ChildId, set[ChildId]]:
    """Who else is in a family with each of some children on a day; looked for once in a read."""
    known = read.others_in_families.setdefault(day, {})
    if missing := [child for child in children if child not in known]:
        known.update(others_of_families(missing, grouped(read, missing, day)))
    return {child: known[child] for child in children}


def leads_of(read: Reading, children: Collection[ChildId]) -> dict[ChildId, list[SealedEntry]]:
    """Every lead and every cover for one of each child, whenever it was, and its contact."""
    if missing := [child for child in children if child not in read.leads]:
        read.leads.update(_leads_at(read, read.number, read.records_of(missing)))
    return {child: read.leads[child] for child in children}


def _leads_at(read: Reading, edition: int, by_child: ByChild) -> dict[ChildId, list[SealedEntry]]:
    owner = owners(by_child)
    found: dict[ChildId, list[SealedEntry]] = {child: [] for child in by_child}
    if owner:
        where = "kind IN ('lead', 'lead_cover') AND record = ANY(%(r)s)"
        for one in queries.entries(read.connection, edition, where, r=uuids(owner)):
            found[owner[one[0].record]].append(one)
    return found


def sure_leads(held: Iterable[SealedEntry]) -> list[Entry]:
    """The leads among some entries of which it is known when they began and that nobody disputes."""
    return [entry for entry, _ in undisputed(held) if entry.why is None]


def undisputed(held: Iterable[SealedEntry]) -> list[SealedEntry]:
    """The leads among some entries that nobody disputes, with their contacts."""
    return [one for one in held if one[0].kind == "lead" and not one[0].doubted]


def leads_of_families(
    read: Reading, children: Collection[ChildId], day: int, workers: Collection[str] = ()
) -> FamilyLeads:
    """The leads of the families of some children that were stated for others of these, and what some workers do with those."""
    others = _others_led(read, children, day)
    found_leads = leads_of(read, {one for some in others.values() for one in some})
    leads = {child: undisputed(held) for child, held in found_leads.items()}
    active: dict[ChildId, list[LeadOfFamily]] = {}
    for child, some in others.items():
        for other in sorted(some):
            whole = family_leads([entry for entry, _ in leads[other]])
            on = {lead.main for lead, spans in whole if any(start <= day < end for start, end in spans)}
            found = [LeadOfFamily(other, one) for one in leads[other] if one[0].main in on]
            if found:
                active.setdefault(child, []).extend(found)
    by_child = read.records_of(leads) if workers else {}
    return FamilyLeads(active, _covers(others, leads, _work_at(read, read.number, by_child, workers)))


def _others_led(read: Reading, children: Collection[ChildId], day: int) -> Mapping[ChildId, Collection[ChildId]]:
    """Who else is in a family with each of some children, as far as any lead of a family was stated for them.

    Of many children the families are looked for from the side that is smaller: theirs, or of those who are led so.
    """
    if day in read.families_led:
        return others_of_families(children, read.families_led[day])
    if len(children) <= FEW:
        return others_in_families(read, children, day)
    led = kinship.led_as_families(read.connection, read.number)
    if len(led) >= len(children):
        return others_in_families(read, children, day)
    read.families_led[day] = grouped(read, led, day) if led else []
    return others_of_families(children, read.families_led[day])


def families_at(
    read: Reading, edition: int, children: Collection[ChildId], day: int
) -> tuple[list[tuple[ChildId, ...]], ByChild]:
    """The families of some children on a day, as known at an edition that is not the one that is read, and all their records."""
    found = kinship.kinship(read.connection, edition, day, children)
    hidden = read.shielded_records({record for records in found.records.values() for record in records})
    kept = read.kept_from({one.child for one in found.kin})
    kin = [one for one in found.kin if one.child not in kept]
    shown = [replace(one, home=None) if not hidden.isdisjoint(found.records[one.child]) else one for one in kin]
    return group(shown), found.records


def covers_at(
    read: Reading, edition: int, children: Collection[ChildId], day: int, workers: Collection[str] = ()
) -> dict[ChildId, FamilyCover]:
    """How leads of their families covered some children, as known at an edition that is not the one that is read."""
    if not children:
        return {}
    families, records = families_at(read, edition, children, day)
    others = others_of_families(children, families)
    by_child = {child: records[child] for some in others.values() for child in some}
    leads = {child: undisputed(held) for child, held in _leads_at(read, edition, by_child).items()}
    return _covers(others, leads, _work_at(read, edition, by_child if workers else {}, workers))


def _work_at(read: Reading, edition: int, by_child: ByChild, workers: Collection[str]) -> dict[ChildId, list[Entry]]:
    """What some workers do with each of some children, or did."""
    owner = owners(by_child)
    found: dict[ChildId, list[Entry]] = {}
    if owner:
        where = "kind = ANY(%(k)s) AND worker = ANY(%(w)s) AND record = ANY(%(r)s)"
        asked = {"k": list(WORK), "w": list(workers), "r": list(owner)}
        for entry, _ in queries.entries(read.connection, edition, where, **asked):
            found.setdefault(owner[entry.record], []).append(entry)
    return found


def _covers(
    others: Mapping[ChildId, Collection[ChildId]],
    leads: Mapping[ChildId, list[SealedEntry]],
    work: Mapping[ChildId, Sequence[Entry]],
) -> dict[ChildId, FamilyCover]:
    return {
        child: family_cover([*(entry for entry, _ in leads[other]), *work.get(other, ())] for other in some)
        for child, some in others.items()
        if some
    }
