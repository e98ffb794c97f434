"""Gathers who leads, whom a worker works with, and where a lead is missing."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from adapters.questions.families import family_facts, out_of_touch
from adapters.questions.family_gaps import all_leading_families, leading_families, now_as_families
from adapters.questions.family_views import expect_family_views
from adapters.questions.index_line import gather_working, held_of, led
from adapters.questions.kin import SealedEntry, grouped, leads_of, others_in_families, sure_leads
from adapters.questions.naming import gather_concerned
from adapters.questions.paging import page_of
from adapters.questions.reading import Reading
from domain.answers.children import ChildInIndex
from domain.answers.families import FamilyFacts
from domain.answers.gaps import GapFacts
from domain.answers.leads import CaseloadFacts, ChildOfWorker, WorkerFamiliesFacts, WorkerFamilyFacts
from domain.answers.pages import Page
from domain.areas import area_key
from domain.dates import FOREVER
from domain.events import ChildId
from domain.feeds import Hearing
from domain.indicators.families import family_id, speaks, unheard
from domain.indicators.rules import NO_UNIVERSAL_CONTACT
from domain.indicators.waits import Waits
from domain.leads.active import GAP_RULES, GAPS, is_work_on, left_gaps, passed_on
from domain.leads.family import is_of_family
from domain.questions.about import ListGaps, ShowCaseload, ShowHandover, ShowMyFamilies
from domain.reference import StaffFact, workers_left
from domain.timeline.entries import Entry
from projections import behind, editions, persons, queries, reference_data
from projections.pipelined import Query, Steps

_HOWEVER_SHORT: Final = dict.fromkeys(GAP_RULES, FOREVER)


def gather_caseload(read: Reading, question: ShowCaseload, day: int) -> CaseloadFacts:
    """The children a worker (ORG:STAFF) works with or leads on a day, with the entries that make them so, and their gaps."""
    mine = entries_of_worker(read, question.worker, day)
    page = page_of(read, question, sorted(mine))
    leads = leads_of(read, page.items)
    with read.about(page.items, day) as records:
        shown = (one for child in page.items for one in (*mine[child], *leads[child]))
        keys = read.send_for_cells(records, shown)
        sent, found = led.send(read, leads, day), _gap_rows.send(read, day, page.items)
    keys.answer()
    lines = sent.answer()
    gaps = _gaps_of(read, day, lines, *found.answer())
    expect_family_views(read, [entry for child in page.items for entry, _ in mine[child]])

    def gathered(child: ChildId) -> ChildOfWorker:
        line = lines[child]
        own = held_of(read, mine[child], shielded=line.known.shielded)
        return ChildOfWorker(line, own, gaps.get(child, ()))

    return CaseloadFacts(question.worker, page.of(gathered))


def gather_handover(read: Reading, question: ShowHandover, day: int) -> CaseloadFacts:
    """What a worker would hand over: each child led or worked with, its gaps, and the leads that are open."""
    page = page_of(read, question, sorted(entries_of_worker(read, question.worker, day)))
    lines, leads = gather_working(read, page.items, day), leads_of(read, page.items)
    gaps = _gaps_of(read, day, lines, *_gap_rows(read, day, page.items))
    expect_family_views(read, [entry for some in leads.values() for entry, _ in some])

    def gathered(child: ChildId) -> ChildOfWorker:
        line = lines[child]
        open_leads = [
            (entry, contact)
            for entry, contact in leads[child]
            if entry.kind == "lead"
            and not entry.doubted
            and entry.start is not None
            and entry.start <= day
            and entry.status_at(day)[0] == "open"
        ]
        return ChildOfWorker(
            line, gaps=gaps.get(child, ()), leads=held_of(read, open_leads, shielded=line.known.shielded)
        )

    return CaseloadFacts(question.worker, page.of(gathered))


def gather_my_families(read: Reading, question: ShowMyFamilies, day: int) -> WorkerFamiliesFacts:
    """A worker's caseload by family: which children, which of them are the worker's, and what the family has lost touch with."""
    mine = set(entries_of_worker(read, question.worker, day))
    page = page_of(read, question, [family for family in grouped(read, mine, day) if mine & set(family)])
    everyone = {child for family in page.items for child in family}
    shielded = read.hidden(everyone, day)
    listed = {family.id: family for family in out_of_touch(read, day, everyone)}
    hidden = {child for family in page.items if shielded & set(family) for child in family}
    # A child may be in two families, and be shown as it is in the one that has no shielded child.
    lines = gather_working(read, sorted(everyone), day)
    lines_hidden = gather_working(read, sorted(hidden), day, hidden) if hidden else {}
    shown_of_mine = {child: line for child, line in lines.items() if child in mine}
    gaps = _gaps_of(read, day, shown_of_mine, *_gap_rows(read, day, shown_of_mine))
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
    waits = Waits(day, read.reference(day))
    begun = {rule: waits.latest(rule) for rule in GAP_RULES}
    stored, left = queries.rectangles(read.connection, read.number, day, begun), leads_who_left(read, day)
    led = all_leading_families(read, day)
    if question.area is not None:  # before families are looked for, which takes longer than where their children live
        within = _within(read, question.area, {*led, *(row[0] for row in (*stored, *left))}, day)
        stored, left = ([row for row in rows if row[0] in within] for rows in (stored, left))
        led = {child: some for child, some in led.items() if child in within}
    found = [*_long_enough(now_as_families(read, stored, led, day), waits), *left]
    kept = read.kept_from({row[0] for row in found})
    found = [row for row in found if row[0] not in kept and read.shows_prompt(row)]
    page = page_of(read, question, sorted(found, key=lambda row: (row[2], row[0], row[1])))
    return Page(gap_facts(read, page.items, day, read.hearing(day)), page.total, page.next)


def _within(read: Reading, area: str, children: Collection[ChildId], day: int) -> set[ChildId]:
    """Those of some children who are in an area on a day, on whatever map."""
    areas = read.areas_on_maps(children, day)
    return {child for child in children if area_key(area) in map(area_key, areas[child].values())}


def gap_facts(read: Reading, rows: Sequence[queries.Rectangle], day: int, hearing: Hearing) -> list[GapFacts]:
    """Gaps and indicators as their answers are made from, with what their feeds say of them."""
    children = {row[0] for row in rows}
    shielded, mended = read.hidden(children, day), read.being_mended(children)
    quiet = {row[0] for row in rows if row[1] == NO_UNIVERSAL_CONTACT}
    schools = read.schools(quiet, day) if quiet else {}

    said = [(row, silent_of(row, hearing, schools.get(row[0], ()))) for row in rows]
    said = [(row, silent) for row, silent in said if speaks(row[6], silent)]
    whom = gather_concerned(read, [(row[0], row[5], row[6]) for row, _ in said], day)
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
    found: list[tuple[ChildId, SealedEntry]] = []
    for child, records, entry, contact in queries.entries_of_worker(read.connection, read.number, worker, day):
        if is_work_on(entry, day):
            read.take_members({child: records})
            found.append((child, (entry, contact)))
    leads = leads_of(read, {child for child, (entry, _) in found if entry.kind == "lead"})
    waiting = _waiting_for(read, worker)
    kept = read.kept_from({*waiting, *(child for child, _ in found)})
    mine: dict[ChildId, list[SealedEntry]] = {}
    families: dict[ChildId, list[SealedEntry]] = {}
    for child, held in found:
        if child in kept or passed_on(held[0], sure_leads(leads.get(child, ())), day):
            continue
        mine.setdefault(child, []).append(held)
        if leads_the_family(held[0], day):
            families.setdefault(child, []).append(held)
    for child, some in others_in_families(read, families, day).items():
        for other in some:
            mine.setdefault(other, []).extend(families[child])
    return {**dict.fromkeys(waiting - kept, ()), **mine}


def leads_the_family(entry: Entry, day: int) -> bool:
    """Whether an entry is a lead of the whole family, accepted by a day."""
    return is_of_family(entry) and entry.accepted is not None and entry.accepted <= day


def _waiting_for(read: Reading, worker: str) -> set[ChildId]:
    """The children being mended of whom an event that was not taken in names a worker: what it says is not known yet."""
    if not read.edition.being_mended:
        return set()
    records = behind.naming(read.connection, read.edition, worker)
    return set(queries.children_of(read.connection, read.number, records).values())


def _long_enough(rows: Iterable[queries.Rectangle], waits: Waits) -> list[queries.Rectangle]:
    return [row for row in rows if waits.over(row[1], row[2])]


@Query
def _gap_rows(
    read: Reading, day: int, children: Collection[ChildId]
) -> Steps[tuple[list[queries.Rectangle], list[StaffFact]]]:
    """What the gaps of some children are made of: those that are stored, however short they have been so, and who ever left."""
    rows = queries.rectangles.send(read.connection, read.number, day, _HOWEVER_SHORT, children)
    staff = reference_data.workers.send(read.connection, read.edition.position)
    feeds = reference_data.feeds.send(read.connection, read.number)
    yield
    read.take_feeds(feeds.answer())
    return rows.answer(), staff.answer()


def _gaps_of(
    read: Reading,
    day: int,
    lines: Mapping[ChildId, ChildInIndex],
    rows: Sequence[queries.Rectangle],
    staff: Sequence[StaffFact],
) -> dict[ChildId, list[GapFacts]]:
    """The gaps of each of some children that has any, by the rows and staff of `_gap_rows`."""
    leads = {child: sure_leads(some) for child, some in leads_of(read, lines).items()}
    as_families = now_as_families(read, rows, leading_families(leads, day), day)
    held = _long_enough(as_families, Waits(day, read.reference(day)))
    if left := workers_left(staff, day):
        for child, line in lines.items():
            held += _left_gaps(child, line.known.person.death, leads[child], left, day)
    found: dict[ChildId, list[GapFacts]] = {}
    for one in gap_facts(read, [row for row in held if read.shows_prompt(row)], day, read.hearing(day)):
        found.setdefault(one.child, []).append(one)
    return found


def leads_who_left(read: Reading, day: int) -> list[queries.Rectangle]:
    """Gaps of all who are led by somebody who has left."""
    left = workers_left(reference_data.workers(read.connection, read.edition.position), day)
    if not left:
        return []
    led_by = queries.entries(
        read.connection,
        read.number,
        "kind = 'lead' AND why IS NULL AND NOT doubted AND worker = ANY(%(w)s)",
        w=list(left),
    )
    of = queries.children_of(read.connection, read.number, {entry.record for entry, _ in led_by})
    by_child = read.records_of(sorted(set(of.values())))
    lives, held = persons.people(read.connection, read.number, by_child), leads_of(read, by_child)
    return [
        row for child in by_child for row in _left_gaps(child, lives[child].death, sure_leads(held[child]), left, day)
    ]


def _left_gaps(
    child: ChildId, death: int | None, leads: Sequence[Entry], left: Mapping[str, int], day: int
) -> list[queries.Rectangle]:
    if death is not None and death <= day:
        return []
    return [
        (child, gap.rule, gap.since, gap.start, gap.end, list(gap.positions), None)
        for gap in left_gaps(leads, left, day)
    ]
