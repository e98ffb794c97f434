"""Gathers what measures of the system are made from (docs/measures.md)."""

from collections.abc import Collection

from adapters.questions.reading import Reading
from domain.answers.measures import MeasureFacts, MeasuresFacts
from domain.events import ChildId
from domain.measures.of_child import MEASURES, unheard
from domain.questions.about import ShowMeasures
from projections import editions, queries
from projections import measures as served


def gather_measures(read: Reading, question: ShowMeasures, day: int) -> MeasuresFacts:
    """Every measure, or the one of an id."""
    editions.look_at_many(read.connection)
    wanted = list(MEASURES.values()) if question.measure is None else [MEASURES[question.measure]]
    told = served.parts(read.connection, read.number, wanted, day, lambda sealed: births(read, sealed))
    areas = read.areas({part.child for parts in told.values() for part in parts}, day)
    feeds, expected = read.feeds(), read.reference(day).expected_feeds()
    found = [MeasureFacts(one, told[one.id], unheard(one, feeds, day, expected)) for one in wanted]
    return MeasuresFacts(found, areas, question.area)


def births(read: Reading, sealed: Collection[tuple[ChildId, queries.Sealed]]) -> dict[ChildId, int]:
    """Dates of birth, opened; those of erased records are left out."""
    read.cells.expect({cell.record for _, cell in sealed})
    opened = {child: read.cells.birth(cell) for child, cell in sealed}
    return {child: said["birth"] for child, said in opened.items() if said is not None and said["birth"] is not None}
