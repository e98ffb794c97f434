"""Gathers what measures of the system are made from (docs/measures.md)."""

from collections.abc import Collection, Iterable, Sequence

from adapters.questions.kin import leads_of_families
from adapters.questions.naming import gather_names
from adapters.questions.reading import Reading
from domain.answers.measures import MeasureFacts, MeasuresFacts, WaitingFacts
from domain.areas import area_key
from domain.errors import Misuse
from domain.events import ChildId
from domain.measures.of_child import MEASURES, WITH_LEAD, Measure, Part, led_by_family, unheard
from domain.questions.about import ShowMeasures
from projections import editions, persons
from projections import measures as served


def gather_measures(read: Reading, question: ShowMeasures, day: int) -> MeasuresFacts:
    """Every measure, or the one of an id, by the areas of one map. Raises Misuse for a map that is not loaded."""
    editions.look_at_many(read.connection)
    asked = list(MEASURES.values()) if question.measure is None else [MEASURES[question.measure]]
    wanted = [one for one in asked if read.may_derive(one)]
    told = parts_of(read, wanted, day)
    chosen = _map(read, question.map, day)
    on_maps = read.areas_on_maps({part.child for parts in told.values() for part in parts}, day)
    areas = {child: found.get(chosen or "") for child, found in on_maps.items()}
    feeds, expected = read.feeds(), read.reference(day).expected_feeds()
    found = [MeasureFacts(one, told[one.id], unheard(one, feeds, day, expected)) for one in wanted]
    waiting = _waiting(read, found[0], areas, question.area, day) if question.children and found else None
    return MeasuresFacts(asked, found, areas, question.area, chosen, waiting)


def parts_of(read: Reading, wanted: Sequence[Measure], day: int) -> dict[str, list[Part]]:
    """What each child adds to some measures on a day."""
    told = served.parts(read.connection, read.number, wanted, day, lambda sealed: births(read, sealed))
    if WITH_LEAD in told:
        alone = {part.child for part in told[WITH_LEAD] if not part.counted}
        told[WITH_LEAD] = led_by_family(
            MEASURES[WITH_LEAD], told[WITH_LEAD], leads_of_families(read, alone, day).active
        )
    return told


def _map(read: Reading, asked: str | None, day: int) -> str | None:
    """The name of the map that is asked for, else the first by name; None where none is loaded."""
    names = sorted(one.name for one in read.reference(day).area_maps)
    if asked is None:
        return next(iter(names), None)
    for name in names:
        if area_key(name) == area_key(asked):
            return name
    raise Misuse(f"map: no such map is loaded: there are {', '.join(names)}" if names else "map: no map is loaded")


def _waiting(
    read: Reading, of: MeasureFacts, areas: dict[ChildId, str | None], only: str | None, day: int
) -> list[WaitingFacts]:
    """The children behind a measure of time who wait, or waited too long: longest first, of one area or of all."""

    def asked_about(found: Iterable[Part]) -> list[Part]:
        return [p for p in found if only is None or area_key(areas.get(p.child) or "") == area_key(only)]

    parts = asked_about(part for part in of.parts if part.counted is of.measure.waiting)
    parts.sort(key=lambda part: (-(part.days or 0), part.child))
    names = gather_names(read, {part.child for part in parts}, day)
    return [WaitingFacts(part.child, names.get(part.child), part.days) for part in parts]


def births(read: Reading, sealed: Collection[tuple[ChildId, persons.Sealed]]) -> dict[ChildId, int]:
    """Dates of birth, opened; those of erased records are left out."""
    read.cells.expect({cell.record for _, cell in sealed})
    opened = {child: read.cells.birth(cell) for child, cell in sealed}
    return {child: said["birth"] for child, said in opened.items() if said is not None and said["birth"] is not None}
