"""Gathers who is in a family with whom on a day, and which leads of a family cover each of its children."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from adapters.questions.reading import ByChild, Reading, owners
from domain.events import ChildId
from domain.indicators.families import group
from domain.leads.family import FamilyCover, family_cover, family_leads, others_of_families
from domain.timeline.entries import Entry
from projections import kinship, queries

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
    return group([replace(one, home=None) if one.child in shielded else one for one in found.kin])


def leads_of(
    read: Reading, children: Collection[ChildId], edition: int | None = None, records: ByChild | None = None
) -> dict[ChildId, list[SealedEntry]]:
    """Every lead of each child, whenever it was, and its contact; at another edition where that and its `records` are given."""
    by_child = read.records_of(children) if records is None else {child: records[child] for child in children}
    owner = owners(by_child)
    found: dict[ChildId, list[SealedEntry]] = {child: [] for child in children}
    if owner:
        number = read.number if edition is None else edition
        where = "kind = 'lead' AND NOT doubted AND record = ANY(%(r)s)"
        for entry, contact in queries.entries(read.connection, number, where, r=list(owner)):
            found[owner[entry.record]].append((entry, contact))
    return found


def leads_of_families(read: Reading, children: Collection[ChildId], day: int) -> FamilyLeads:
    """The leads of the families of some children that were stated for others of these."""
    others = others_of_families(children, grouped(read, children, day) if children else ())
    leads = leads_of(read, {one for some in others.values() for one in some})
    active: dict[ChildId, list[LeadOfFamily]] = {}
    for child, some in others.items():
        for other in sorted(some):
            whole = family_leads([entry for entry, _ in leads[other]])
            on = {lead.main for lead, spans in whole if any(start <= day < end for start, end in spans)}
            found = [LeadOfFamily(other, one) for one in leads[other] if one[0].main in on]
            if found:
                active.setdefault(child, []).extend(found)
    return FamilyLeads(active, _covers(others, leads))


def covers_at(read: Reading, edition: int, children: Collection[ChildId], day: int) -> dict[ChildId, FamilyCover]:
    """How leads of their families covered some children, as known at an edition that is not the one that is read."""
    if not children:
        return {}
    found = kinship.kinship(read.connection, edition, day, children)
    hidden = read.shielded_records({record for records in found.records.values() for record in records})
    kin = [replace(one, home=None) if not hidden.isdisjoint(found.records[one.child]) else one for one in found.kin]
    others = others_of_families(children, group(kin))
    members = {one for some in others.values() for one in some}
    return _covers(others, leads_of(read, members, edition, found.records))


def _covers(
    others: Mapping[ChildId, Collection[ChildId]], leads: Mapping[ChildId, list[SealedEntry]]
) -> dict[ChildId, FamilyCover]:
    return {
        child: family_cover([entry for entry, _ in leads[other]] for other in some)
        for child, some in others.items()
        if some
    }
