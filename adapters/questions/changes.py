"""Gathers what changed for a worker's children since a position: two editions, held against each other on one day.

All children are asked about together, so that the number of statements does not grow with theirs.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from adapters.codec.times import KNOWN_AT_RULE, read_known_at
from adapters.questions.family_gaps import as_families, leading_families
from adapters.questions.family_views import expect_family_views
from adapters.questions.held import held_then_and_now
from adapters.questions.index_line import held_of
from adapters.questions.kin import SealedEntry, covers_at
from adapters.questions.leads import silent_of
from adapters.questions.paging import page_of
from adapters.questions.reading import LEAD, Reading
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
from domain.leads.active import GAP_RULES, left_gaps
from domain.leads.family import FamilyCover
from domain.questions.about import ShowChanges
from domain.reference import KINDS, StaffFact, workers_left
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

    A child that is lost has the entries by which it was the worker's; of `once_of_family` the worker led but the family.
    """

    around: tuple[Around, Around]
    prompts: tuple[Prompts, Prompts]
    hearing: tuple[Hearing, Hearing]
    mine: Collection[ChildId]
    lost: Mapping[ChildId, set[int]]
    once_of_family: Collection[ChildId]


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
    shown = {child: [held for part in entries[child] for held in part] for child in everyone}
    read.expect_cells(
        records, [one for child, some in shown.items() for one in some if child in open_to or one[0].kind == LEAD]
    )
    expect_family_views(read, [entry for some in shown.values() for entry, _ in some])
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
    around, held = held_then_and_now(read, then, worker, day, [r for some in waiting for r in some])
    read.take_members(around[NOW].records)
    mine = {*held[NOW], *(around[NOW].child_of[record] for record in waiting[NOW])}
    lost: dict[ChildId, set[int]] = {}
    once_of_family: set[ChildId] = set()
    for was, some in held[THEN].items():
        records = around[THEN].records[was]
        for entry in some:
            own = entry.record in records  # of a family that the worker led it may be another child's
            child = around[NOW].child_of[entry.record if own else records[0]]
            if child not in mine:
                lost.setdefault(child, set()).add(entry.main)
                once_of_family |= set() if own else {child}
    kept = read.kept_from({*mine, *lost})
    mine, once_of_family = mine - kept, once_of_family - kept
    lost = {child: some for child, some in lost.items() if child not in kept}
    were = {around[THEN].child_of[record] for child in mine for record in around[NOW].records[child]}
    silence = (NO_UNIVERSAL_CONTACT, waits.latest(NO_UNIVERSAL_CONTACT))
    stored = changes.prompts(read.connection, then, read.edition, day, _BEGUN, silence, were, mine)
    found = [
        _as_families(read, then, edition, some, {child: one.entries.get(child, ()) for child in children}, one, day)
        for edition, some, children, one in zip((then, read.edition), stored, (were, mine), around, strict=True)
    ]
    told = [fact for fact in staff if fact.position <= then.position], staff
    prompts = tuple(
        _by_rule(
            prompt
            for prompt in (*_long_enough(some, waits), *_leads_who_left(children, one, facts, day))
            if read.shows_prompt(prompt.row)
        )
        for some, children, one, facts in zip(found, (were, mine), around, told, strict=True)
    )
    expected = read.reference(day).expected_feeds()
    heard = tuple(Hearing(feeds, day, expected) for feeds in changes.feeds(read.connection, then, read.edition))
    return _Both(around, (prompts[THEN], prompts[NOW]), (heard[THEN], heard[NOW]), mine, lost, once_of_family)


def _as_families(
    read: Reading,
    then: editions.Edition,
    edition: editions.Edition,
    prompts: Sequence[Prompt],
    held: Mapping[ChildId, Iterable[SealedEntry]],
    around: Around,
    day: int,
) -> list[Prompt]:
    """Prompts of an edition as families leave them: closed by what was stated for others, or made by two leads of one."""

    def covers(children: Collection[ChildId], workers: Collection[str]) -> Mapping[ChildId, FamilyCover]:
        return covers_at(read, edition.number, children, day, workers)

    leads = {
        child: [e for e, _ in some if e.kind == "lead" and e.why is None and not e.doubted]
        for child, some in held.items()
    }
    left, contested = as_families([one.row for one in prompts], leading_families(leads, day), covers, day)
    found = [replace(one, row=row) for one, row in zip(prompts, left, strict=True) if row is not None]
    alive = [row for row in contested if day < around.deaths.get(row[0], FOREVER)]
    return [*found, *(Prompt(row, None, changes.is_news(read.connection, then, row[5])) for row in alive)]


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
    kinds = ("lead", "relationship") if child in both.once_of_family else ("lead",)
    kept_new, kept_gone = (
        [one for one in some if one[0].main in mains or one[0].worker == worker or one[0].kind in kinds]
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
