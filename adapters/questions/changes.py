"""Gathers what changed for a worker's children since a position: two editions, held against each other on one day."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from adapters.questions.index_line import SealedEntry, held_of
from adapters.questions.leads import entries_of_worker, gap_facts, leads_who_left
from adapters.questions.paging import page_of
from adapters.questions.reading import Reading, position_of
from domain.answers.children import KnownChild
from domain.answers.entries import Held
from domain.answers.leads import ChangesFacts, ChangesOfChild
from domain.dates import FOREVER
from domain.events import ChildId
from domain.feeds import Hearing
from domain.indicators import RULES, Indicator
from domain.indicators.families import as_shown
from domain.indicators.rules import NO_UNIVERSAL_CONTACT
from domain.indicators.waits import Waits
from domain.leads.active import GAP_RULES
from domain.questions.about import ShowChanges
from projections import changes, editions, queries, reference_data

_RECTANGLES: Final = tuple(rule for rule in (*GAP_RULES, *RULES) if rule != NO_UNIVERSAL_CONTACT)

# Gaps and indicators by rule and day, of each child.
Prompts = dict[ChildId, dict[tuple[str, int], queries.Rectangle]]


@dataclass(frozen=True, slots=True)
class _Before:
    """What was known at the earlier edition: prompts by the children of then, and which feeds were heard."""

    edition: editions.Edition
    prompts: Prompts
    hearing: Hearing


def gather_changes(read: Reading, question: ShowChanges, day: int) -> ChangesFacts:
    """What changed for a worker's children since a position or an instant, and which are no longer its own.

    Entries new, changed and taken back, prompts come and gone. Raises Misuse where `since` cannot be read. What was sent as
    backfill or snapshot is no news.
    """
    since = position_of(read.connection, question.since, read.edition.generation, "since")
    edition = editions.edition_since(read.connection, since, read.edition.generation)
    then = read.as_of(edition)
    mine = sorted(entries_of_worker(read, question.worker, day))
    waits = Waits(day, read.reference(day))  # of now for both: a threshold that was set is no news of a child
    now, were = _prompts(read, mine, day, waits), _children_of(then, read.records_of(mine).values())
    before = _Before(edition, _prompts(then, were, day, waits), read.hearing_at(edition.position, day))
    lost = _lost(read, entries_of_worker(then, question.worker, day), mine)
    people = queries.people(read.connection, read.number, read.records_of([*mine, *lost]))
    known = read.known(people, ())
    found = {child: _changes_of(read, known[child], now.get(child, {}), before, day) for child in mine}
    gone = {child: _last_of(read, known[child], question.worker, mains, edition) for child, mains in lost.items()}
    told = [one for _, one in sorted({**found, **gone}.items()) if _is_news(one)]
    return ChangesFacts(question.worker, edition.position, page_of(read, question, told))


def _is_news(one: ChangesOfChild) -> bool:
    joined = one.records_joined and not one.known.shielded
    return (
        bool(joined or one.entries or one.taken_back or one.began or one.cleared) or one.known.being_mended is not None
    )


def _children_of(read: Reading, records: Collection[Sequence[UUID]]) -> set[ChildId]:
    """The children of an edition that some records belong to."""
    everything = {record for some in records for record in some}
    return set(queries.children_of(read.connection, read.number, everything).values())


def _lost(
    read: Reading, held: Mapping[ChildId, Sequence[SealedEntry]], mine: Collection[ChildId]
) -> dict[ChildId, set[int]]:
    """The children whom a worker had by what was `held` and has no more, each with the entries it had them by."""
    entries = [entry for some in held.values() for entry, _ in some]
    owners = queries.children_of(read.connection, read.number, {entry.record for entry in entries})
    lost: dict[ChildId, set[int]] = {}
    for entry in entries:
        child = owners[entry.record]
        if child not in mine:
            lost.setdefault(child, set()).add(entry.main)
    return lost


def _last_of(
    read: Reading, known: KnownChild, worker: str, mains: Collection[int], since: editions.Edition
) -> ChangesOfChild:
    """What took a child off a worker's caseload, and no more: what else is new of it is no longer the worker's."""
    new, gone = _entries_since(read, known.child, since)

    def own(some: Sequence[SealedEntry]) -> list[Held]:
        kept = [one for one in some if one[0].main in mains or one[0].worker == worker or one[0].kind == "lead"]
        return held_of(read, kept, shielded=known.shielded)

    return ChangesOfChild(known, on_caseload=False, entries=own(new), taken_back=own(gone))


def _entries_since(
    read: Reading, child: ChildId, since: editions.Edition
) -> tuple[list[SealedEntry], list[SealedEntry]]:
    """A child's entries that came or changed since an edition, and those that were taken back."""
    records = read.records(child)
    return (
        changes.changed(read.connection, read.edition, since, records),
        changes.taken_back(read.connection, read.edition, since, records),
    )


def _changes_of(
    read: Reading, known: KnownChild, now: Mapping[tuple[str, int], queries.Rectangle], before: _Before, day: int
) -> ChangesOfChild:
    edition, child, records = before.edition, known.child, known.records
    then = queries.members(read.connection, edition.number, [child])[child]
    new, gone = _entries_since(read, child, edition)
    were = queries.children_of(read.connection, edition.number, records).values()
    held: dict[tuple[str, int], queries.Rectangle] = {
        name: (child, *row[1:]) for was in set(were) for name, row in before.prompts.get(was, {}).items()
    }
    came = {name: {p for p in row[5] if p > edition.position} for name, row in now.items() if name not in held}
    silent = changes.backfilled(read.connection, {p for positions in came.values() for p in positions})
    began = [now[name] for name, positions in came.items() if not positions or positions - silent]
    return ChangesOfChild(
        known,
        on_caseload=True,
        records_joined=sorted(set(records) - set(then)) if set(then) - {child} else (),
        entries=held_of(read, new, shielded=known.shielded),
        taken_back=held_of(read, gone, shielded=known.shielded),
        began=gap_facts(read, began, day, read.hearing(day)),
        cleared=gap_facts(read, [row for name, row in held.items() if name not in now], day, before.hearing),
    )


def _prompts(read: Reading, children: Collection[ChildId], day: int, waits: Waits) -> Prompts:
    """Gaps and indicators of some children that have been so for long enough, by rule and day.

    A silence goes on while it is moved by a day on which a school saw the child: it goes by its rule alone.
    """
    begun = dict.fromkeys(_RECTANGLES, FOREVER)
    rows = queries.rectangles(read.connection, read.number, day, begun, children)
    held = [row for row in rows if waits.over(row[1], row[2])] + leads_who_left(read, day, children)
    found: Prompts = {}
    for row in held:
        found.setdefault(row[0], {})[row[1], row[2]] = row
    for row in _silences(read, children, day, waits):
        found.setdefault(row[0], {})[row[1], 0] = row
    return found


def _silences(read: Reading, children: Collection[ChildId], day: int, waits: Waits) -> list[queries.Rectangle]:
    """Those of whom no universal service was heard for long enough, since the last day on which a school saw each."""
    rule = NO_UNIVERSAL_CONTACT
    rows = reference_data.silent(read.connection, read.number, day, rule, waits.latest(rule), children)
    found: list[queries.Rectangle] = []
    for (child, _, since, start, end, positions, organisation), seen in rows:
        shown = as_shown(Indicator(rule, since, start, end, tuple(positions), organisation), waits, seen)
        if shown is not None:
            found.append((child, rule, shown.since, start, end, positions, organisation))
    return found
