"""Points of a space that is the product of some values: all of them, or each so many."""

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any, Final

# A prime, which divides no number of values: so every value of each attribute comes with every other one's.
A_STEP: Final = 61


def points(of: Sequence[Sequence[Any]], step: int = 1) -> Iterator[tuple[Any, ...]]:
    """Each so many of all points, in the order of `itertools.product`; those between are not made."""
    for number in range(0, prod(map(len, of)), step):
        left, point = number, []
        for values in reversed(of):
            left, place = divmod(left, len(values))
            point.append(values[place])
        yield tuple(reversed(point))
