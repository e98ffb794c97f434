"""Measures of the system, as at a day and by area (docs/measures.md).

What leaves here are counts and days; of a measure of time the children behind it, where they are asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from typing_extensions import TypedDict

from domain.answers.children import ShownName
from domain.answers.concerned import NamedChild, named_child
from domain.answers.entries import AsAt
from domain.answers.fields import Day, Discloses, Written
from domain.answers.not_shown import DerivedFrom, without
from domain.areas import area_key
from domain.dates import iso_day
from domain.events import ChildId
from domain.measures.figures import MINIMUM, Figure, figures
from domain.measures.of_child import Measure, Part, Unit

_COUNT: Final = Discloses.COUNT
_Count = Annotated[int | None, Written("null: suppressed"), _COUNT]


class ShownFigure(TypedDict):
    """A figure. `children` are those it is about, `numerator` of `denominator` what was counted of them."""

    value: Annotated[
        float | int | None, Written("The share, the median of days, or how many children, as `unit` says"), _COUNT
    ]
    numerator: _Count
    denominator: _Count
    children: _Count
    median: Annotated[float | int | None, Written("Days, of those counted"), _COUNT]
    worst: Annotated[
        float | int | None, Written("Days, of all: of those still waiting, until the day asked about"), _COUNT
    ]
    suppressed: Annotated[
        bool, Written(f"It counts fewer than {MINIMUM} children, or would tell of another that does"), _COUNT
    ]
    status: Annotated[
        Literal["known", "not_known"], Written("not_known: a feed it relies on was not heard"), Discloses.FEED
    ]
    feed: Annotated[str, Discloses.FEED]


class AreaFigure(ShownFigure):
    """The figure of an area; of children in none that is known, or may be told, where `area` is null."""

    area: Annotated[str | None, Discloses.NOTHING]


class WaitingChild(NamedChild):
    """A child who waits, or waited too long; its name is not shown where it is shielded."""

    days: Annotated[int | None, Written("How long it has waited, where the measure counts days"), Discloses.DERIVED]


class ShownMeasure(TypedDict):
    """A measure: of the whole authority (null where one area is asked for), and by area."""

    id: Annotated[str, Discloses.NOTHING]
    title: Annotated[str, Discloses.NOTHING]
    unit: Annotated[Unit, Discloses.NOTHING]
    all: ShownFigure | None
    areas: list[AreaFigure]
    waiting: Annotated[
        list[WaitingChild] | None,
        Written(
            "Of one measure of time, where they are asked for: the children behind it who wait, or waited too long, longest first"
        ),
    ]


class Measures(DerivedFrom):
    """Measures of the system, as at a day, by the areas of one map."""

    as_at: Annotated[Day, Discloses.NOTHING]
    map: Annotated[
        str | None,
        Written("Whose areas they are; null: none is loaded, and they are outward postcodes"),
        Discloses.NOTHING,
    ]
    measures: list[ShownMeasure]


@dataclass(frozen=True, slots=True)
class MeasureFacts:
    """What each child adds to a measure, and what the measure relies on and was not heard."""

    measure: Measure
    parts: Sequence[Part]
    silent: str | None


@dataclass(frozen=True, slots=True)
class WaitingFacts:
    """A child behind a measure of time, its name where it may be shown, and how many days."""

    child: ChildId
    name: ShownName | None
    days: int | None


@dataclass(frozen=True, slots=True)
class MeasuresFacts:
    """What measures are made from: the children's areas on a map, and the area asked for, if any.

    `asked`: those that were asked for; `measures`: those of them that may be shown.
    `waiting`: the children behind the one measure, where they were asked for.
    """

    asked: Sequence[Measure]
    measures: Sequence[MeasureFacts]
    areas: Mapping[ChildId, str | None]
    only: str | None
    map: str | None
    waiting: Sequence[WaitingFacts] | None


def measures(of: MeasuresFacts, at: AsAt) -> Measures:
    """Every measure that was asked for, of the whole authority and by area."""
    return {
        "as_at": iso_day(at.day),
        "map": of.map,
        "measures": [_measure(one, of) for one in of.measures],
        **without(of.asked, at),
    }


def _measure(one: MeasureFacts, of: MeasuresFacts) -> ShownMeasure:
    whole, by_area = figures(one.measure.unit, one.parts, of.areas)
    shown = [figure for figure in by_area if of.only is None or area_key(figure.area or "") == area_key(of.only)]
    return {
        "id": one.measure.id,
        "title": one.measure.title,
        "unit": one.measure.unit,
        "all": None if of.only is not None else _figure(whole, one.silent),
        "areas": [{"area": figure.area, **_figure(figure, one.silent)} for figure in shown],
        "waiting": None
        if of.waiting is None
        else [{**named_child(w.child, w.name), "days": w.days} for w in of.waiting],
    }


def _figure(said: Figure, silent: str | None) -> ShownFigure:
    return {
        "value": said.value, "numerator": said.numerator, "denominator": said.denominator, "children": said.children,
        "median": said.median, "worst": said.worst, "suppressed": said.suppressed,
        "status": "known" if silent is None else "not_known", "feed": silent or "heard",
    }  # fmt: skip
