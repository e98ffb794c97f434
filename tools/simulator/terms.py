"""A made-up school calendar: three terms of about 190 school days, two sessions each. It takes no notice of Easter."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

_DAY = timedelta(days=1)
TRAINING_DAYS = 5


def year_of(day: date) -> int:
    """The calendar year in which the school year of `day` began; it begins on 1 September."""
    return day.year if day.month >= 9 else day.year - 1


def september_of(day: int) -> int:
    """The day (an ordinal) on which the school year after that of `day` begins."""
    return date(year_of(date.fromordinal(day)) + 1, 9, 1).toordinal()


def _weekdays(first: date, last: date) -> Iterator[date]:
    while first <= last:
        if first.weekday() < 5:
            yield first
        first += _DAY


def _week_of(day: date) -> set[date]:
    monday = day - timedelta(days=day.weekday())
    return {monday + timedelta(days=n) for n in range(5)}


@lru_cache(maxsize=8)
def school_days(year: int) -> frozenset[date]:
    """Days on which schools are open to pupils, in the school year that begins in September of `year`."""
    may_day = next(day for day in _weekdays(date(year + 1, 5, 1), date(year + 1, 5, 8)) if day.weekday() == 0)
    terms = (
        (date(year, 9, 1), date(year, 12, 19), _week_of(date(year, 10, 28))),
        (date(year + 1, 1, 4), date(year + 1, 3, 31), _week_of(date(year + 1, 2, 17))),
        (date(year + 1, 4, 14), date(year + 1, 7, 21), _week_of(date(year + 1, 5, 28)) | {may_day}),
    )
    days = [day for first, last, off in terms for day in _weekdays(first, last) if day not in off]
    # The first two days of the year and the last ones of it are for training.
    return frozenset(days[2 : len(days) - (TRAINING_DAYS - 2)])


def is_school_day(day: date) -> bool:
    """Whether schools take registers on this day."""
    return day in school_days(year_of(day))


def year_group(born: date, day: date) -> int:
    """National curriculum year at `day`: 0 is reception, 1 to 13; below 0 before school, above 13 after it."""
    entry = born.year + (4 if (born.month, born.day) < (9, 1) else 5)
    return year_of(day) - entry
