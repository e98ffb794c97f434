"""Gathers which shields and exclusions are in force: how many, and of whom."""

from collections import Counter

from adapters.questions.index_line import gather_lines
from adapters.questions.naming import names_of_workers
from adapters.questions.paging import page_of
from adapters.questions.reading import Reading
from domain.answers.pages import Page
from domain.answers.protecting import SHIELDS, CountedFacts, ProtectionsFacts
from domain.dates import FOREVER
from domain.questions.about import CountProtections, ListProtections
from domain.timeline.entries import Entry
from projections import queries


def gather_counts(read: Reading, _: CountProtections, day: int) -> CountedFacts:
    """How many are in force on a day, by kind and reason; records of sealed identities are sealed for ever."""
    counts = Counter((entry.kind, entry.reason) for kind in SHIELDS for entry in _in_force(read, kind, day))
    (sealed,) = read.connection.execute("SELECT count(*) FROM log.sealed").fetchone() or (0,)
    return CountedFacts(counts, int(sealed))


def gather_protections(read: Reading, question: ListProtections, day: int) -> ProtectionsFacts:
    """Those of a kind, what is to be looked at again first before others."""
    found = sorted(_in_force(read, question.kind, day), key=lambda one: (one.due or FOREVER, one.start or 0, one.main))
    page = page_of(read, question, found)
    child_of = queries.children_of(read.connection, read.number, {entry.record for entry in page.items})
    lines = gather_lines(read, sorted(set(child_of.values())), day) if child_of else {}
    shown = [(entry, lines[child_of[entry.record]]) for entry in page.items]
    workers = names_of_workers(read, {entry.worker for entry in page.items if entry.worker is not None}, day)
    return ProtectionsFacts(question.kind, Page(shown, page.total, page.next), workers)


def _in_force(read: Reading, kind: str, day: int) -> list[Entry]:
    where = "kind = %(k)s AND (starts IS NULL OR starts <= %(d)s) AND (ends IS NULL OR ends > %(d)s)"
    return [entry for entry, _ in queries.entries(read.connection, read.number, where, k=kind, d=day)]
