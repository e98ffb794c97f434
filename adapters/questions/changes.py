"""Gathers what changed for a worker's children since a position: two editions, held against each other on one day.

All children are asked about together, so that the number of statements does not grow with theirs.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from adapters.codec.times import KNOWN_AT_RULE, read_known_at
from adapters.questions.index_line import held_of
from adapters.questions.kin import SealedEntry, covers_at
from adapters.questions.leads import silent_of, uncovered_row
from adapters.questions.paging import page_of
from adapters.questions.reading import Reading
from domain.agreements import Shared
from domain.answers.children import KnownChild
from domain.answers.concerned import ConcernedFacts
from domain.answers.gaps import GapFacts
from domain.answers.leads import ChangesFacts, ChangesOfChild
from domain.dates import FOREVER
from domain.errors import Misuse
from domain.events import ChildId
from domain.feeds import Hearing
from domain.indicators.families import as_shown, speaks
from domain.indicators.rules import EXCLUDED_WITHOUT_PROVISION, NO_GP, NO_UNIVERSAL_CONTACT, RULES, Indicator
from domain.indicators.waits import Waits
from domain.leads.active import GAP_RULES, left_gaps, passed_on
from domain.leads.family import CLOSED_BY_A_LEAD, NOT_COVERED
from domain.questions.about import ShowChanges
from domain.reference import KINDS, StaffFact, workers_left
from domain.timeline.entries import Entry
from projections import behind, changes, editions, persons, reference_data
from projections.changes import NOW, THEN, Around, Prompt

_BEGUN: Final = dict.fromkeys((rule for rule in (*GAP_RULES, *RULES) if rule != NO_UNIVERSAL_CONTACT), FOREVER)

# Of these it is not their day alone that says whether they are shown.
_AS_SHOWN: Final = (NO_UNIVERSAL_CONTACT, EXCLUDED_WITHOUT_PROVISION, NO_GP)

# Gaps and indicators by rule and day, of each child: two leads may have the same gap since one day.
Prompts = dict[ChildId, dict[tuple[str, int], list[Prompt]]]


@dataclass(frozen=True, slots=True)
class _Both:
    """What was found of both editions: each pair is then, now. `mine` are the worker's children now, `lost` those of before.

    A child that is lost has the entries by which it was the worker's.
    """

    around: tuple[Around, Around]
    prompts: tuple[Prompts, Prompts]
    hearing: tuple[Hearing, Hearing]
    mine: Collection[ChildId]
    lost: Mapping[ChildId, set[int]]


@dataclass(frozen=True, slots=True)
class _Links:
    """Records that were joined to the worker's own of a child, and that were parted from them."""

    joined: frozenset[UUID]
    parted: frozenset[UUID]


_SAME: Final = _Links(frozenset(), frozenset())


def gather_changes(read: Reading, question: ShowChanges, day: int) -> ChangesFacts:
    """What changed for a worker's children since a position or an instant, and which are no longer its own.

    Children by id; entries new, changed and taken back by their first day; prompts come and gone by rule and day. Raises
    Misuse where `since` cannot be read. What was sent as backfill or snapshot is no news.
    """
    then = _edition_since(read, question.since)
    both = _both(read, question.worker, then, day)
    everyone = sorted({*both.mine, *both.lost})
    by_child = read.records_of(everyone)
    records = [record for child in everyone for record in by_child[child]]
    new, gone = (
        _by_child(held, both.around[NOW]) for held in changes.changed(read.connection, then, read.edition, records)
    )
    entries = {child: _told(read, _kept_of(child, question.worker, both, new, gone)) for child in everyone}
    open_to = set(everyone) - read.hidden(everyone, day)
    links = _links_of(read, question.worker, then, both)
    read.expect_cells(records, (held for child in open_to for part in entries[child] for held in part))
    known = read.known(persons.people(read.connection, read.number, by_child), (), day)
    told = [_changes_of(read, known[child], both, links.get(child, _SAME), *entries[child]) for child in everyone]
    return ChangesFacts(question.worker, then.position, page_of(read, question, [one for one in told if _is_news(one)]))


def _links_of(read: Reading, worker: str, then: editions.Edition, both: _Both) -> dict[ChildId, _Links]:
    """What was joined to the records on which a worker's own entries are, and parted from them, between both editions.

    A child's id tells nothing of it: it is that of any of its records. A record that was sealed is named to nobody.
    """
    found: dict[ChildId, _Links] = {}
    for child in both.mine:
        mine = [entry for entry, _ in both.around[NOW].entries.get(child, ()) if entry.worker == worker]
        # Under a number of which the worker's work was told only since then it is what was joined.
        own = {e.record for e in mine if e.positions[0] <= then.position} or {e.record for e in mine}
        were = {both.around[THEN].child_of.get(record, ChildId(record)) for record in own}
        before = own | {record for was in were for record in both.around[THEN].records.get(was, ())}
        now = set(both.around[NOW].records.get(child, ()))
        if own:
            found[child] = _Links(frozenset(now - before), frozenset(before - now))
    reloaded = changes.reloaded(read.connection, then, read.edition, {r for one in found.values() for r in one.joined})
    hidden = read.shielded_records({r for one in found.values() for r in one.parted})
    return {child: _Links(one.joined - reloaded, one.parted - hidden) for child, one in found.items()}


def _is_news(one: ChangesOfChild) -> bool:
    joined = (one.records_joined or one.records_parted) and not one.known.shielded
    return (
        bool(joined or one.entries or one.taken_back or one.began or one.cleared) or one.known.being_mended is not None
    )


def _edition_since(read: Reading, since: str) -> editions.Edition:
    said = read_known_at(since.strip())
    if said is None:
        raise Misuse(f"since: {KNOWN_AT_RULE}")
    if not isinstance(said, tuple):
        return editions.edition_since(read.connection, said, read.edition.generation)
    of, number = said
    if of is not None and of != read.edition.generation:
        raise Misuse("since: a position of another generation of the log")
    return editions.edition_since(read.connection, number, read.edition.generation)


def _both(read: Reading, worker: str, then: editions.Edition, day: int) -> _Both:
    """What is known of a worker's children at both editions."""
    after = read.reference_until()
    said, staff = reference_data.reference_and_workers(read.connection, after, read.edition.position, KINDS)
    read.take_reference(day, after, said)
    waits = Waits(day, read.reference(day))  # of now for both: a threshold that was set is no news of a child
    waiting = [_waiting(read, edition, worker) for edition in (then, read.edition)]
    around = changes.around(read.connection, then, read.edition, worker, day, [r for some in waiting for r in some])
    held = [_held_by(worker, one, day) for one in around]
    mine = {*held[NOW], *(around[NOW].child_of[record] for record in waiting[NOW])} - read.kept_from
    read.take_members(around[NOW].records)
    were = {around[THEN].child_of[record] for child in mine for record in around[NOW].records[child]}
    lost: dict[ChildId, set[int]] = {}
    for entry in (entry for some in held[THEN].values() for entry in some):
        child = around[NOW].child_of[entry.record]
        if child not in mine and child not in read.kept_from:
            lost.setdefault(child, set()).add(entry.main)
    silence = (NO_UNIVERSAL_CONTACT, waits.latest(NO_UNIVERSAL_CONTACT))
    found = changes.prompts(read.connection, then, read.edition, day, _BEGUN, silence, were, mine)
    found = _uncovered(read, then, found[THEN], day), _uncovered(read, read.edition, found[NOW], day)
    told = [fact for fact in staff if fact.position <= then.position], staff
    prompts = tuple(
        _by_rule([*_long_enough(some, waits), *_leads_who_left(children, one, facts, day)])
        for some, children, one, facts in zip(found, (were, mine), around, told, strict=True)
    )
    expected = read.reference(day).expected_feeds()
    heard = tuple(Hearing(feeds, day, expected) for feeds in changes.feeds(read.connection, then, read.edition))
    return _Both(around, (prompts[THEN], prompts[NOW]), (heard[THEN], heard[NOW]), mine, lost)


def _uncovered(read: Reading, edition: editions.Edition, prompts: Sequence[Prompt], day: int) -> list[Prompt]:
    """Prompts of an edition as leads that were stated for others of the family leave them."""
    missing = {one.row[0] for one in prompts if one.row[1] in CLOSED_BY_A_LEAD}
    cover = covers_at(read, edition.number, missing, day)
    left = [(one, uncovered_row(one.row, cover.get(one.row[0], NOT_COVERED), day)) for one in prompts]
    return [replace(one, row=row) for one, row in left if row is not None]


def _waiting(read: Reading, edition: editions.Edition, worker: str) -> list[UUID]:
    """The records being mended at an edition of which an event that was not taken in names a worker: what it says is not known yet."""
    return behind.naming(read.connection, edition, worker) if edition.being_mended else []


def _kept_of(
    child: ChildId,
    worker: str,
    both: _Both,
    new: Mapping[ChildId, Sequence[SealedEntry]],
    gone: Mapping[ChildId, Sequence[SealedEntry]],
) -> tuple[Sequence[SealedEntry], Sequence[SealedEntry]]:
    """Of a child that is no longer the worker's only what took it off the caseload: what else is new is no longer the worker's."""
    mains = both.lost.get(child)
    if mains is None:
        return new.get(child, ()), gone.get(child, ())
    kept_new, kept_gone = (
        [one for one in some if one[0].main in mains or one[0].worker == worker or one[0].kind == "lead"]
        for some in (new.get(child, ()), gone.get(child, ()))
    )
    return kept_new, kept_gone


def _told(
    read: Reading, some: tuple[Sequence[SealedEntry], Sequence[SealedEntry]]
) -> tuple[Sequence[SealedEntry], Sequence[SealedEntry]]:
    """Without what the viewer may know nothing of: that something is new of a child would tell of it."""
    new, gone = ([one for one in part if read.sharing.of(one[0], (), ())[0] is not Shared.NOTHING] for part in some)
    return new, gone


def _changes_of(
    read: Reading,
    known: KnownChild,
    both: _Both,
    links: _Links,
    new: Sequence[SealedEntry],
    gone: Sequence[SealedEntry],
) -> ChangesOfChild:
    entries, taken_back = (held_of(read, some, shielded=known.shielded) for some in (new, gone))
    if known.child in both.lost:
        return ChangesOfChild(known, on_caseload=False, entries=entries, taken_back=taken_back)
    now, then = both.prompts[NOW].get(known.child, {}), both.around[THEN]
    were = {then.child_of[record] for record in known.records}
    held = [one for was in sorted(were) for one in both.prompts[THEN].get(was, {}).items()]
    held_by_then = {name for name, _ in held}
    # Two children of before that are one now may both have had it, on the same grounds.
    gone_by = {(*name, *one.row[5]): one for name, some in held if name not in now for one in some}
    came = [one for name, some in now.items() if name not in held_by_then for one in some if one.news]
    return ChangesOfChild(
        known,
        on_caseload=True,
        records_joined=sorted(links.joined),
        records_parted=sorted(links.parted),
        entries=entries,
        taken_back=taken_back,
        began=_gaps(known, came, both, NOW),
        cleared=_gaps(known, gone_by.values(), both, THEN),
    )


def _gaps(known: KnownChild, prompts: Iterable[Prompt], both: _Both, moment: int) -> list[GapFacts]:
    schools, hearing = both.around[NOW].schools[known.child], both.hearing[moment]
    name = None if known.shielded else next(iter(known.person.names), None)
    ordered = sorted(prompts, key=lambda one: (*one.row[1:3], one.row[5]))
    found = [(one.row, silent_of(one.row, hearing, schools)) for one in ordered]
    return [
        GapFacts(ConcernedFacts(known.child, name), row[1], row[2], row[5], silent, known.shielded, known.being_mended)
        for row, silent in found
        if speaks(row[6], silent)
    ]


def _by_child(held: Iterable[SealedEntry], around: Around) -> dict[ChildId, list[SealedEntry]]:
    found: dict[ChildId, list[SealedEntry]] = {}
    for one in held:
        found.setdefault(around.child_of[one[0].record], []).append(one)
    return found


def _held_by(worker: str, around: Around, day: int) -> dict[ChildId, list[Entry]]:
    """What is open of a worker's on a day, by child; a lead that was passed on is not."""
    found: dict[ChildId, list[Entry]] = {}
    for child, held in around.entries.items():
        leads = [entry for entry, _ in held if entry.kind == "lead" and entry.why is None and not entry.doubted]
        mine = [
            entry
            for entry, _ in held
            if entry.worker == worker
            and (first := entry.first_day()) is not None
            and first <= day
            and entry.status_at(day)[0] == "open"
            and not passed_on(entry, leads, day)
        ]
        if mine:
            found[child] = mine
    return found


def _long_enough(prompts: Iterable[Prompt], waits: Waits) -> list[Prompt]:
    """Those that have been so for long enough; a silence since the last day on which a school saw the child."""
    found = []
    for prompt in prompts:
        child, rule, since, start, end, positions, organisation = prompt.row
        if rule not in _AS_SHOWN:
            if waits.over(rule, since):
                found.append(prompt)
            continue
        shown = as_shown(Indicator(rule, since, start, end, tuple(positions), organisation), waits, prompt.seen)
        if shown is not None:
            found.append(
                Prompt((child, rule, shown.since, start, end, positions, organisation), prompt.seen, prompt.news)
            )
    return found


def _leads_who_left(children: Iterable[ChildId], around: Around, staff: Iterable[StaffFact], day: int) -> list[Prompt]:
    """Leads whose worker has left the organisation."""
    left = workers_left(staff, day)
    found: list[Prompt] = []
    for child in children:
        death = around.deaths.get(child)
        if death is None or day < death:
            leads = [
                e for e, _ in around.entries.get(child, ()) if e.kind == "lead" and e.why is None and not e.doubted
            ]
            found += [
                Prompt(
                    (child, gap.rule, gap.since, gap.start, gap.end, list(gap.positions), None),
                    None,
                    gap.positions not in around.no_news,
                )
                for gap in left_gaps(leads, left, day)
            ]
    return found


def _by_rule(prompts: Iterable[Prompt]) -> Prompts:
    """By child, rule and day. A silence goes on while it is moved by a day on which a school saw the child: by its rule alone."""
    found: Prompts = {}
    for prompt in prompts:
        child, rule, since = prompt.row[:3]
        name = (rule, 0 if rule == NO_UNIVERSAL_CONTACT else since)
        found.setdefault(child, {}).setdefault(name, []).append(prompt)
    return found
