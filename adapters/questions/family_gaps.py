"""Gaps as families leave them: closed by a lead, or by work, that was stated for another child; and two leads of one family.

Who is of a family is told by the day that is asked about, so no row of a view says it (domain.leads.family).
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Final

from adapters.questions.kin import leads_of, leads_of_families, sure_leads
from adapters.questions.reading import Reading
from domain.events import ChildId
from domain.leads.active import LEAD_GONE, Gap
from domain.leads.family import (
    CLOSED_BY_A_LEAD,
    NOT_COVERED,
    FamilyCover,
    contested_with,
    family_leads,
    is_of_family,
    uncovered,
)
from domain.timeline.entries import Entry
from projections import persons, queries

# The leads of each child of whom somebody leads the whole family by a lead that was stated for it.
Led = Mapping[ChildId, Sequence[Entry]]
# How the leads of their families cover some children, and what some workers do with the others of these.
Covers = Callable[[Collection[ChildId], Collection[str]], Mapping[ChildId, FamilyCover]]

_OF_FAMILIES: Final = "kind = 'lead' AND scope = 'family' AND why IS NULL AND NOT doubted AND accepted <= %(d)s AND (ends IS NULL OR ends > %(d)s)"


def leading_families(leads: Mapping[ChildId, Sequence[Entry]], day: int) -> dict[ChildId, Sequence[Entry]]:
    """Those of some children, with their leads, of whom one is active on a day and of the whole family."""

    def leads_one(some: Sequence[Entry]) -> bool:
        return any(start <= day < end for _, spans in family_leads(some) for start, end in spans)

    return {child: some for child, some in leads.items() if any(map(is_of_family, some)) and leads_one(some)}


def all_leading_families(read: Reading, day: int) -> dict[ChildId, Sequence[Entry]]:
    """The same of all children."""
    found = queries.entries(read.connection, read.number, _OF_FAMILIES, d=day)
    of = queries.children_of(read.connection, read.number, {entry.record for entry, _ in found}) if found else {}
    held = leads_of(read, set(of.values()))
    return leading_families({child: sure_leads(some) for child, some in held.items()}, day)


def as_families(
    rows: Sequence[queries.Rectangle], led: Led, covers: Covers, day: int
) -> tuple[list[queries.Rectangle | None], list[queries.Rectangle]]:
    """Each gap on a day as its family leaves it, None where it closes it; and the leads of families that are contested.

    A contested lead is told also of a child that has died: who has is looked up by the caller, since few are contested.
    """
    gone = {row[0] for row in rows if row[1] == LEAD_GONE and row[0] in led}
    workers = {lead.worker for child in gone for lead in led[child] if is_of_family(lead) and lead.worker is not None}
    cover = covers({*led, *(row[0] for row in rows if row[1] in CLOSED_BY_A_LEAD)}, workers)
    left = [_uncovered(row, cover.get(row[0], NOT_COVERED), day, led.get(row[0], ())) for row in rows]
    contested = [
        _row(child, gap)
        for child, leads in led.items()
        for gap in contested_with(leads, cover.get(child, NOT_COVERED), day, None)
    ]
    return left, contested


def now_as_families(read: Reading, rows: Sequence[queries.Rectangle], led: Led, day: int) -> list[queries.Rectangle]:
    """Gaps on a day as families leave them, and the leads of families that are contested, at the edition that is read."""

    def covers(children: Collection[ChildId], workers: Collection[str]) -> Mapping[ChildId, FamilyCover]:
        return leads_of_families(read, children, day, workers).cover

    left, contested = as_families(rows, led, covers, day)
    return [*(row for row in left if row is not None), *_of_the_living(read, contested, day)]


def _of_the_living(read: Reading, rows: Iterable[queries.Rectangle], day: int) -> list[queries.Rectangle]:
    found = list(rows)
    if not found:
        return found
    people = persons.people(read.connection, read.number, read.records_of({row[0] for row in found}))
    deaths = {child: person.death for child, person in people.items()}
    return [row for row in found if (death := deaths[row[0]]) is None or day < death]


def _uncovered(
    row: queries.Rectangle, cover: FamilyCover, day: int, leads: Iterable[Entry]
) -> queries.Rectangle | None:
    child, rule, since, start, end, positions, organisation = row
    left = uncovered(Gap(rule, since, start, end, tuple(positions), organisation), cover, day, leads)
    return None if left is None else (child, rule, left.since, left.start, end, positions, organisation)


def _row(child: ChildId, gap: Gap) -> queries.Rectangle:
    return child, gap.rule, gap.since, gap.start, gap.end, list(gap.positions), None


__all__ = ["all_leading_families", "as_families", "leading_families", "now_as_families"]
