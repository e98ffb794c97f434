"""Gathers who leads, whom a worker works with, and where a lead is missing."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from adapters.questions.families import family_facts, out_of_touch
from adapters.questions.index_line import gather_led, gather_lines, held_of
from adapters.questions.kin import SealedEntry, grouped, leads_of, leads_of_families
from adapters.questions.naming import gather_concerned
from adapters.questions.paging import page_of
from adapters.questions.reading import Reading
from domain.answers.families import FamilyFacts
from domain.answers.leads import (
    CaseloadFacts,
    ChildOfWorker,
    GapFacts,
    WorkerFamiliesFacts,
    WorkerFamilyFacts,
)
from domain.answers.pages import Page
from domain.areas import area_key
from domain.events import ChildId
from domain.feeds import Hearing
from domain.indicators.families import family_id, speaks, unheard
from domain.indicators.rules import NO_UNIVERSAL_CONTACT
from domain.indicators.waits import Waits
from domain.leads.active import GAP_RULES, GAPS, Gap, left_gaps, passed_on
from domain.leads.family import CLOSED_BY_A_LEAD, FAMILY, NOT_COVERED, FamilyCover, others_of_families, uncovered
from domain.questions.about import ListGaps, ShowCaseload, ShowHandover, ShowMyFamilies
from domain.reference import workers_left
from projections import behind, editions, queries, reference_data


def gather_caseload(read: Reading, question: ShowCaseload, day: int) -> CaseloadFacts:
    """The children a worker (ORG:STAFF) works with or leads on a day, with the entries that make them so, and their gaps."""
    mine = entries_of_worker(read, question.worker, day)
    page = page_of(read, question, sorted(mine))
    lines, gaps = gather_led(read, page.items, day), _gaps_of(read, day, page.items)
    read.expect_contacts(one for child, line in lines.items() if not line.known.shielded for one in mine[child])

    def gathered(child: ChildId) -> ChildOfWorker:
        line = lines[child]
        own = held_of(read, mine[child], shielded=line.known.shielded)
        return ChildOfWorker(line, own, gaps.get(child, ()))

    return CaseloadFacts(question.worker, page.of(gathered))


def gather_handover(read: Reading, question: ShowHandover, day: int) -> CaseloadFacts:
    """What a worker would hand over: each child led or worked with, its gaps, and the leads that are open."""
    page = page_of(read, question, sorted(entries_of_worker(read, question.worker, day)))
    lines, gaps, led = gather_lines(read, page.items, day), _gaps_of(read, day, page.items), leads_of(read, page.items)

    def gathered(child: ChildId) -> ChildOfWorker:
        line = lines[child]
        open_leads = [
            (entry, contact)
            for entry, contact in led[child]
            if entry.start is not None and entry.start <= day and entry.status_at(day)[0] == "open"
        ]
        leads = held_of(read, open_leads, shielded=line.known.shielded)
        return ChildOfWorker(line, gaps=gaps.get(child, ()), leads=leads)

    return CaseloadFacts(question.worker, page.of(gathered))


def gather_my_families(read: Reading, question: ShowMyFamilies, day: int) -> WorkerFamiliesFacts:
    """A worker's caseload by family: which children, which of them are the worker's, and what the family has lost touch with."""
    mine = set(entries_of_worker(read, question.worker, day))
    page = page_of(read, question, [family for family in grouped(read, mine, day) if mine & set(family)])
    everyone = {child for family in page.items for child in family}
    shielded = read.shielded(everyone)
    listed = {family.id: family for family in out_of_touch(read, day, everyone)}
    hidden = {child for family in page.items if shielded & set(family) for child in family}
    # A child may be in two families, and be shown as it is in the one that has no shielded child.
    lines = gather_lines(read, sorted(everyone), day)
    lines_hidden = gather_lines(read, sorted(hidden), day, hidden)
    gaps = _gaps_of(read, day, mine)
    of_page = [listed[name] for family in page.items if (name := family_id(family)) in listed]
    told = {one.family.id: one for one in family_facts(read, of_page, {}, day)}

    def gathered(members: tuple[ChildId, ...]) -> WorkerFamilyFacts:
        shown = lines_hidden if shielded & set(members) else lines
        found = listed.get(family_id(members))
        facts: FamilyFacts | None = None if found is None else told[found.id]
        hide = bool(shielded & set(members))
        own = [replace(gap, shielded=gap.shielded or hide) for child in members for gap in gaps.get(child, ())]
        return WorkerFamilyFacts([shown[child] for child in members], mine, facts, own)

    return WorkerFamiliesFacts(question.worker, page.of(gathered))


def gather_gaps(read: Reading, question: ListGaps, day: int) -> Page[GapFacts]:
    """Children whose lead is missing, gone, contested or not accepted on a day, longest first."""
    editions.look_at_many(read.connection)
    found = gaps_on(read, day)
    if question.area is not None:
        areas = read.areas_on_maps({row[0] for row in found}, day)
        found = [row for row in found if area_key(question.area) in map(area_key, areas[row[0]].values())]
    page = page_of(read, question, sorted(found, key=lambda row: (row[2], row[0], row[1])))
    return Page(gap_facts(read, page.items, day, read.hearing(day)), page.total, page.next)


def gap_facts(read: Reading, rows: Sequence[queries.Rectangle], day: int, hearing: Hearing) -> list[GapFacts]:
    """Gaps and indicators as their answers are made from, with what their feeds say of them."""
    children = {row[0] for row in rows}
    shielded, mended = read.shielded(children), read.being_mended(children)
    quiet = {row[0] for row in rows if row[1] == NO_UNIVERSAL_CONTACT}
    schools = read.schools(quiet, day) if quiet else {}

    said = [(row, silent_of(row, hearing, schools.get(row[0], ()))) for row in rows]
    said = [(row, silent) for row, silent in said if speaks(row[6], silent)]
    whom = gather_concerned(read, [(row[0], row[5], row[6]) for row, _ in said])
    return [
        GapFacts(one, row[1], row[2], row[5], silent, row[0] in shielded, mended[row[0]])
        for (row, silent), one in zip(said, whom, strict=True)
    ]


def silent_of(row: queries.Rectangle, hearing: Hearing, schools: Collection[str]) -> str | None:
    """What a gap or an indicator relies on and was not heard; a silence also on the `schools` that the child is at."""
    gap = GAPS.get(row[1])
    return unheard(hearing, row[1], row[6], schools) if gap is None else hearing.unheard(gap, [row[6]])


def entries_of_worker(read: Reading, worker: str, day: int) -> dict[ChildId, Sequence[SealedEntry]]:
    """What is open of a worker's on a day, by child; a lead that was passed on is not. Nothing of those that wait for it.

    Who leads a family leads each of its children.
    """
    found = [
        (entry, contact)
        for entry, contact in queries.entries(read.connection, read.number, "worker = %(w)s", w=worker)
        if (first := entry.first_day()) is not None and first <= day and entry.status_at(day)[0] == "open"
    ]
    owners = queries.children_of(read.connection, read.number, {entry.record for entry, _ in found})
    led = {owners[entry.record] for entry, _ in found if entry.kind == "lead"}
    leads = {child: [entry for entry, _ in held if entry.why is None] for child, held in leads_of(read, led).items()}
    mine: dict[ChildId, list[SealedEntry]] = {}
    families: dict[ChildId, list[SealedEntry]] = {}
    for entry, contact in found:
        child = owners[entry.record]
        if not passed_on(entry, leads.get(child, ()), day):
            mine.setdefault(child, []).append((entry, contact))
            if (entry.kind, entry.scope) == ("lead", FAMILY) and entry.accepted is not None and entry.accepted <= day:
                families.setdefault(child, []).append((entry, contact))
    for child, some in others_of_families(families, grouped(read, families, day) if families else ()).items():
        for other in some:
            mine.setdefault(other, []).extend(families[child])
    return {**dict.fromkeys(_waiting_for(read, worker), ()), **mine}


def _waiting_for(read: Reading, worker: str) -> set[ChildId]:
    """The children being mended of whom an event that was not taken in names a worker: what it says is not known yet."""
    if not read.edition.being_mended:
        return set()
    records = behind.naming(read.connection, read.edition, worker)
    return set(queries.children_of(read.connection, read.number, records).values())


def gaps_on(read: Reading, day: int, children: Collection[ChildId] | None = None) -> list[queries.Rectangle]:
    """Gaps that have been so for long enough on a day, of some children or of all."""
    waits = Waits(day, read.reference(day))
    begun = {rule: waits.latest(rule) for rule in GAP_RULES}
    rows = queries.rectangles(read.connection, read.number, day, begun, children)
    held = [row for row in _uncovered(read, rows, day) if waits.over(row[1], row[2])]
    return [*held, *leads_who_left(read, day, children)]


def _uncovered(read: Reading, rows: Sequence[queries.Rectangle], day: int) -> list[queries.Rectangle]:
    """Gaps as leads that were stated for others of the family leave them."""
    missing = {row[0] for row in rows if row[1] in CLOSED_BY_A_LEAD}
    cover = leads_of_families(read, missing, day).cover
    return [found for row in rows if (found := uncovered_row(row, cover.get(row[0], NOT_COVERED), day)) is not None]


def uncovered_row(row: queries.Rectangle, cover: FamilyCover, day: int) -> queries.Rectangle | None:
    """A row of a gap, as a lead of the family leaves it."""
    child, rule, since, start, end, positions, organisation = row
    left = uncovered(Gap(rule, since, start, end, tuple(positions), organisation), cover, day)
    return None if left is None else (child, rule, left.since, left.start, end, positions, organisation)


def _gaps_of(read: Reading, day: int, children: Collection[ChildId]) -> dict[ChildId, list[GapFacts]]:
    """The gaps of each of some children that has any."""
    found: dict[ChildId, list[GapFacts]] = {}
    for one in gap_facts(read, gaps_on(read, day, children), day, read.hearing(day)):
        found.setdefault(one.child, []).append(one)
    return found


def leads_who_left(read: Reading, day: int, children: Collection[ChildId] | None) -> list[queries.Rectangle]:
    """Gaps of those who are led by somebody who has left, of some children or of all."""
    left = workers_left(reference_data.workers(read.connection, read.edition.position), day)
    if not left:
        return []
    led = queries.entries(
        read.connection,
        read.number,
        "kind = 'lead' AND why IS NULL AND NOT doubted AND worker = ANY(%(w)s)",
        w=list(left),
    )
    owners = queries.children_of(read.connection, read.number, {entry.record for entry, _ in led})
    wanted = set(owners.values()) if children is None else set(owners.values()) & set(children)
    by_child = read.records_of(sorted(wanted))
    lives, held = queries.people(read.connection, read.number, by_child), leads_of(read, by_child)
    found: list[queries.Rectangle] = []
    for child in by_child:
        death = lives[child].death
        leads = [entry for entry, _ in held[child] if entry.why is None]
        if death is None or day < death:
            found += [
                (child, gap.rule, gap.since, gap.start, gap.end, list(gap.positions), None)
                for gap in left_gaps(leads, left, day)
            ]
    return found
