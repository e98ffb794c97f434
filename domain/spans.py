"""Sets of days as sorted, disjoint, non-touching half-open spans `(from, to)` of day numbers.

The plain counterpart of PostgreSQL's `datemultirange`, for the reference definitions; `FOREVER` is an open end.
"""

from collections.abc import Iterable

from domain.dates import FOREVER

Span = tuple[int, int]
Spans = tuple[Span, ...]


def union(spans: Iterable[Span]) -> Spans:
    """All days in any of the spans; empty spans vanish, touching ones merge."""
    merged: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return tuple(merged)


def subtract(spans: Spans, taken: Spans) -> Spans:
    """The days of `spans` that are in none of `taken`."""
    left: list[Span] = []
    for start, end in spans:
        at = start
        for take_from, take_to in taken:
            if take_to <= at or take_from >= end:
                continue
            if take_from > at:
                left.append((at, take_from))
            at = max(at, take_to)
        if at < end:
            left.append((at, end))
    return union(left)


def intersect(one: Spans, other: Spans) -> Spans:
    """The days in both."""
    return union((max(a, c), min(b, d)) for a, b in one for c, d in other)


def until_death(spans: Spans, death: int | None) -> Spans:
    """The days before a death, or all of them where there is none."""
    return spans if death is None else subtract(spans, ((death, FOREVER),))
