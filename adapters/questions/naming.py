"""Gathers names that stand beside ids in lists: of children, and of the agencies and workers whose word something rests on."""

from collections.abc import Collection, Mapping, Sequence

from adapters.questions.kin import SealedEntry
from adapters.questions.reading import Reading, owners
from domain.answers.children import ShownName
from domain.answers.concerned import ConcernedFacts
from domain.checks import is_organisation
from domain.events import ChildId
from domain.reference import StaffFact
from projections import persons, queries, reference_data
from projections.uuids import uuids

# A child, the positions that something about it rests on, and the organisation whose word that is, where it is one's alone.
Finding = tuple[ChildId, Sequence[int], str | None]


def gather_names(read: Reading, children: Collection[ChildId], day: int) -> dict[ChildId, ShownName | None]:
    """The name of each of some children that stands; none of a child that is hidden."""
    open_to = set(children) - read.hidden(children, day)
    people = persons.people(read.connection, read.number, read.records_of(open_to))
    read.cells.expect(owners(read.records_of(open_to)))
    return {child: read.name(people[child]) if child in people else None for child in children}


def gather_concerned(
    read: Reading, findings: Sequence[Finding], day: int, hide: Collection[ChildId] = ()
) -> list[ConcernedFacts]:
    """Whom each finding is about; of shielded children nothing but who they are, nor agencies and workers of those to `hide`."""
    children = {child for child, _, _ in findings}
    names = gather_names(read, children, day)
    told = _told(read, findings, children - read.hidden(children, day) - set(hide))
    workers = _names_of_workers(read, [one for some in told.values() for one in some])

    def of(finding: Finding) -> ConcernedFacts:
        child, positions, organisation = finding
        if child not in told:
            return ConcernedFacts(child, names[child])
        entries = [entry for entry, _ in told[child] if not set(positions).isdisjoint(entry.positions)]
        agencies = {entry.organisation for entry in entries}
        if organisation is not None and is_organisation(organisation):
            agencies.add(organisation)
        named = sorted({entry.worker for entry in entries if entry.worker is not None})
        return ConcernedFacts(child, names[child], sorted(agencies), [(one, workers.get(one)) for one in named])

    return [of(finding) for finding in findings]


def registered_names(read: Reading, codes: Collection[str]) -> dict[str, str]:
    """The names of those of some organisations and workers that are registered, also of workers who have left, by code."""
    organisations = read.reference(read.today).organisations() if codes else {}
    found = {code: str(organisations[code]["name"]) for code in codes if code in organisations}
    workers = [code for code in codes if ":" in code]
    return dict(sorted((found | (_registered(read, workers) if workers else {})).items()))


def names_of_workers(read: Reading, workers: Collection[str], day: int) -> dict[str, str]:
    """The names under which organisations registered some workers, of those that have one on a day."""
    last: dict[str, StaffFact] = {}
    for fact in reference_data.staff(read.connection, read.edition.position, workers, ()):
        if fact.kind == "worker" and fact.worker is not None and fact.start <= day < fact.end:
            known = last.get(fact.worker)
            if known is None or fact.order > known.order:
                last[fact.worker] = fact
    read.expect_bodies(fact.position for fact in last.values())
    named = {worker: read.body(fact.position)["worker"]["name"] for worker, fact in last.items()}
    return {worker: name for worker, name in named.items() if name is not None}


def _told(read: Reading, findings: Sequence[Finding], open_to: Collection[ChildId]) -> dict[ChildId, list[SealedEntry]]:
    """The entries of some children that rest on any of the positions that their findings do."""
    owner = owners(read.records_of(open_to))
    positions = sorted({p for child, some, _ in findings if child in open_to for p in some})
    found: dict[ChildId, list[SealedEntry]] = {child: [] for child in open_to}
    where = "record = ANY(%(r)s) AND positions && %(p)s::bigint[] AND NOT doubted"
    for entry, contact in queries.entries(read.connection, read.number, where, r=uuids(owner), p=positions):
        found[owner[entry.record]].append((entry, contact))
    return found


def _names_of_workers(read: Reading, told: Sequence[SealedEntry]) -> Mapping[str, str | None]:
    """The name of each worker, as the organisation registered it, else as the event says that names the worker."""
    named = [one for one in told if one[0].worker is not None]
    workers = {entry.worker for entry, _ in named if entry.worker is not None}
    if not workers:
        return {}
    read.expect_cells((), named)
    found: dict[str, str | None] = {}
    for entry, sealed in named:
        said = read.contact(entry, sealed)
        if entry.worker is not None and said is not None and said["worker"] is not None:
            found[entry.worker] = said["worker"]["name"]
    return found | _registered(read, workers)


def _registered(read: Reading, workers: Collection[str]) -> dict[str, str]:
    """The name of each worker as the organisation last registered it, also of one who has left."""
    facts = reference_data.staff(read.connection, read.edition.position, workers, ())
    registered = sorted((fact for fact in facts if fact.kind == "worker"), key=lambda fact: fact.order)
    read.expect_bodies(fact.position for fact in registered)
    found = {fact.worker: read.body(fact.position)["worker"]["name"] for fact in registered}
    return {worker: name for worker, name in found.items() if worker is not None and name is not None}
