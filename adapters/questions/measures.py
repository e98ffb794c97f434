"""How the system does, as at a day and by area (docs/measures.md). What leaves here are counts and days, never a child."""

from collections.abc import Collection
from datetime import date
from typing import Any

from adapters.questions.reading import Reading
from domain.answers import plain
from domain.dates import to_day
from domain.errors import Misuse
from domain.events import ChildId
from domain.measures.figures import Figure, figures
from domain.measures.of_child import MEASURES, Measure, Part, unheard
from projections import editions, queries
from projections import measures as served


class AboutMeasures(Reading):
    """Questions about how the system does."""

    def measures(self, *, name: str | None = None, area: str | None = None, effective_at: date) -> dict[str, Any]:
        """Every measure, or the one of a name, of the whole authority and by area; raises Misuse for a name there is not."""
        editions.look_at_many(self._connection)
        day = to_day(effective_at)
        wanted = list(MEASURES.values()) if name is None else [named(name)]
        told = served.parts(self._connection, self._number, wanted, day, self._births)
        areas = self._areas({part.child for parts in told.values() for part in parts}, day)
        feeds, expected = self._feeds(), self._reference(day).expected_feeds()
        only = None if area is None else plain.area(area)
        return {
            "as_at": effective_at.isoformat(),
            "position": self._outward(self._edition.position),
            "edition": self._number,
            "records_being_mended": self._edition.being_mended,
            "measures": [_measure(m, told[m.id], areas, unheard(m, feeds, day, expected), only) for m in wanted],
        }

    def _births(self, sealed: Collection[tuple[ChildId, queries.Sealed]]) -> dict[ChildId, int]:
        """Dates of birth, opened; those of erased records are left out."""
        self._cells.expect({cell.record for _, cell in sealed})
        opened = {child: self._cells.birth(cell) for child, cell in sealed}
        return {
            child: said["birth"] for child, said in opened.items() if said is not None and said["birth"] is not None
        }


def named(name: str) -> Measure:
    """The measure of an id; raises Misuse, naming all, where there is none."""
    if name not in MEASURES:
        raise Misuse(f"no such measure: there are {', '.join(MEASURES)}")
    return MEASURES[name]


def _measure(
    measure: Measure, told: list[Part], areas: dict[ChildId, str | None], silent: str | None, only: str | None
) -> dict[str, Any]:
    whole, by_area = figures(measure.unit, told, areas)
    shown = [one for one in by_area if only is None or plain.area(one.area or "") == only]
    return {
        "id": measure.id,
        "title": measure.title,
        "unit": measure.unit,
        "all": None if only is not None else _figure(whole, silent),
        "areas": [{"area": one.area, **_figure(one, silent)} for one in shown],
    }


def _figure(said: Figure, silent: str | None) -> dict[str, Any]:
    return {
        "value": said.value, "numerator": said.numerator, "denominator": said.denominator, "children": said.children,
        "median": said.median, "worst": said.worst, "suppressed": said.suppressed,
        "status": "known" if silent is None else "not_known", "feed": silent or "heard",
    }  # fmt: skip
