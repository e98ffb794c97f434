"""Figures of a measure: for the whole authority and by area, with small numbers suppressed (docs/measures.md).

A figure counts children three ways: in it, counted, not counted. Any of them that is not none and below the minimum
hides the whole figure; and more areas are hidden until what the others and the whole leave over is no small number.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Final

from domain.events import ChildId
from domain.measures.of_child import Part

MINIMUM: Final = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of an area (`area` None: of children in no area that is known or may be told).

    `children` are those it is about; `worst` is in days. All are None where it is suppressed.
    """

    area: str | None
    children: int | None
    numerator: int | None
    denominator: int | None
    value: float | int | None
    median: float | None
    worst: int | None
    suppressed: bool


Counts = tuple[int, int, int]


def figures(
    unit: str, found: Iterable[Part], area_of: Mapping[ChildId, str | None], minimum: int = MINIMUM
) -> tuple[Figure, list[Figure]]:
    """The figure of the whole authority, and those of its areas by name, children in no area last."""
    by_area: dict[str | None, list[Part]] = defaultdict(list)
    for part in found:
        by_area[area_of.get(part.child)].append(part)
    everyone = [part for held in by_area.values() for part in held]
    hidden = suppressed({area: _counts(held) for area, held in by_area.items()}, minimum)
    listed = sorted(by_area, key=lambda area: (area is None, area or ""))
    whole = _figure(None, unit, everyone, hidden=is_small(_counts(everyone), minimum))
    return whole, [_figure(area, unit, by_area[area], hidden=area in hidden) for area in listed]


def is_small(counts: Counts, minimum: int) -> bool:
    """Whether any of some counts of children is small; none at all is not."""
    return any(0 < count < minimum for count in counts)


def suppressed(counted: Mapping[str | None, Counts], minimum: int) -> set[str | None]:
    """Which areas must be hidden: those with small counts, and more where these could be worked out from the whole.

    What the whole less the areas shown leaves over is the sum of the hidden ones: there are two of them at least, and
    their sum is no small number, unless the whole is hidden too.
    """
    hidden = {area for area, counts in counted.items() if is_small(counts, minimum)}
    rest = sorted((area for area in counted if area not in hidden), key=lambda a: (counted[a], a is None, a or ""))
    if is_small(_sum(counted.values()), minimum):
        return hidden
    while hidden and rest and (len(hidden) == 1 or is_small(_sum(counted[area] for area in hidden), minimum)):
        hidden.add(rest.pop(0))
    return hidden


def _sum(counted: Iterable[Counts]) -> Counts:
    held = list(counted)
    return sum(c[0] for c in held), sum(c[1] for c in held), sum(c[2] for c in held)


def _counts(held: Collection[Part]) -> Counts:
    """Children in it, counted, and not counted; one with several parts may be in both."""
    counted = {part.child for part in held if part.counted}
    others = {part.child for part in held if not part.counted}
    return len(counted | others), len(counted), len(others)


def _figure(area: str | None, unit: str, held: Collection[Part], *, hidden: bool) -> Figure:
    if hidden:
        return Figure(area, None, None, None, None, None, None, True)
    numerator, denominator = sum(p.numerator for p in held), sum(p.denominator for p in held)
    days = [p.days for p in held if p.days is not None]
    reached = [p.days for p in held if p.days is not None and p.counted]
    middle = float(median(reached)) if reached else None
    value = {"days": middle, "children": numerator}.get(
        unit, round(numerator / denominator, 4) if denominator else None
    )
    children = len({p.child for p in held if p.denominator})
    return Figure(area, children, numerator, denominator, value, middle, max(days, default=None), False)
