"""Indicators that hold while any of several grounds does, and counts of what happened within some months."""

from collections.abc import Iterator, Sequence

from domain.dates import add_months
from domain.indicators.rules import Indicator
from domain.spans import union
from domain.timeline.child import Child, not_silenced
from domain.timeline.entries import Entry

Ground = tuple[int, int, tuple[int, ...]]  # days from, to, and the positions of what makes it so


def grounded(child: Child, rule: str, grounds: Sequence[Ground]) -> Iterator[Indicator]:
    """One indicator for each stretch of days that any of its grounds covers, resting on all that touch it."""
    held = [ground for ground in grounds if ground[0] < ground[1]]
    for a, b in not_silenced(child, union((start, end) for start, end, _ in held)):
        positions = {p for start, end, said in held if start < b and end > a for p in said}
        yield Indicator(rule, a, a, b, tuple(sorted(positions)))


def days_of(entries: Sequence[Entry]) -> list[int]:
    """The first days of some entries, in order, as often as they occur."""
    return sorted(e.start for e in entries if e.start is not None)


def between(entries: Sequence[Entry], first: int, last: int) -> tuple[int, ...]:
    """Positions of the entries that begin on the days from `first` to `last`."""
    return tuple(p for e in entries if e.start is not None and first <= e.start <= last for p in e.positions)


def within(days: Sequence[int], count: int, months: int) -> Iterator[tuple[int, int]]:
    """First and last day of every `count` days in a row of which the last lies within some months of the first."""
    for last in range(count - 1, len(days)):
        first = last - count + 1
        if days[last] < add_months(days[first], months):
            yield days[first], days[last]
