"""How long a record is kept: a number of years for each retention class, as the authority has set it (docs/decisions/0068).

No single period fits (domain.md G4): of looked-after children seventy-five years from birth are usual, of school registers six from the
last entry. So none stands here. A class without a period is kept.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.dates import from_day, to_day
from domain.effects import RETENTION_CLASSES

# About no child: it is not due with one.
OF_NO_CHILD: Final = frozenset({"reference", "staff"})
CLASSES: Final = RETENTION_CLASSES - OF_NO_CHILD
# Of no record: the access log's own time, by its months (docs/decisions/0072).
ACCESS_LOG: Final = "access_log"
MOST_YEARS: Final = 100


class CountedFrom(StrEnum):
    """From when the years of a class are counted."""

    BIRTH = "birth"
    LAST = "last"  # the last day of which anything of the class tells; of what is open, never over


@dataclass(frozen=True, slots=True)
class Period:
    """How long a class is kept, and on whose word: an Act, or the authority's own schedule."""

    years: int
    counted_from: CountedFrom
    source: str


@dataclass(frozen=True, slots=True)
class HeldOf:
    """What a record holds: of each class the last day of which it tells, None where something is open; the date of birth, where known."""

    last: Mapping[str, int | None]
    birth: int | None = None


def over_on(held: HeldOf, periods: Mapping[str, Period]) -> int | None:
    """The first day on which a record is due: when the time of the last of its classes is over; None where that never is."""
    ends: list[int] = []
    for name, last in held.last.items():
        period = periods.get(name)
        begins = None if period is None else held.birth if period.counted_from is CountedFrom.BIRTH else last
        if period is None or begins is None:
            return None
        ends.append(years_after(begins, period.years))
    return max(ends, default=None)


def years_after(day: int, years: int) -> int:
    """The same day of the year so many years later; of 29 February the first of March where there is none."""
    begins = from_day(day)
    try:
        return to_day(begins.replace(year=begins.year + years))
    except ValueError:
        return to_day(begins.replace(year=begins.year + years, month=3, day=1))


def needs_birth(names: Collection[str], periods: Mapping[str, Period]) -> bool:
    """Whether a date of birth decides of any of some classes."""
    return any(name in periods and periods[name].counted_from is CountedFrom.BIRTH for name in names)
