"""Civil dates as days since 1970-01-01 (the Avro `date`), school years and compulsory school age.

Half-open intervals `[from, to)`, Europe/London; `FOREVER` stands for an open end.
Source of school age: Education Act 1996 s.8; Education (Start of Compulsory School Age) Order 1998; Education (School Leaving Date) Order 1997.
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

EPOCH: Final = date(1970, 1, 1)
DATE_FORM: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
LONDON: Final = ZoneInfo("Europe/London")
FOREVER: Final = 2_000_000
EARLIEST: Final = (date(1900, 1, 1) - EPOCH).days


def to_day(civil: date) -> int:
    """Days since 1970-01-01."""
    return (civil - EPOCH).days


def from_day(day: int) -> date:
    """The civil date of a day number."""
    return EPOCH + timedelta(days=day)


def iso(day: int | None) -> str | None:
    """ISO 8601 text of a day number; None for none and for an open end."""
    return None if day is None or day >= FOREVER else iso_day(day)


@lru_cache(maxsize=16_384)  # all days of forty-odd years
def iso_day(day: int) -> str:
    """ISO 8601 text of a day number."""
    return from_day(day).isoformat()


def parse_day(text: str) -> int:
    """Day number of `YYYY-MM-DD`; raises ValueError for anything else, a week date among others."""
    if not DATE_FORM.fullmatch(text):
        raise ValueError("not a date of the form YYYY-MM-DD")
    return to_day(date.fromisoformat(text))


def london_day(instant: int) -> int:
    """The civil date in London of an instant, in microseconds since 1970."""
    return to_day(datetime.fromtimestamp(instant // 1_000_000, UTC).astimezone(LONDON).date())


@lru_cache(maxsize=4096)
def school_year_of(day: int) -> int:
    """School year of a day: the calendar year of its September."""
    civil = from_day(day)
    return civil.year if civil.month >= 9 else civil.year - 1


@lru_cache(maxsize=1024)
def school_year_starts(year: int) -> int:
    """First of September of a year."""
    return to_day(date(year, 9, 1))


def add_months(day: int, months: int) -> int:
    """The same day of the month some months later or earlier, or the month's last day where that one is missing."""
    civil = from_day(day)
    index = civil.year * 12 + civil.month - 1 + months
    year, month = divmod(index, 12)
    for last in (civil.day, 30, 29, 28):
        try:
            return to_day(date(year, month + 1, min(last, civil.day)))
        except ValueError:
            continue
    raise ValueError("no such month")


@lru_cache(maxsize=16_384)  # all days of forty-odd years
def school_age(birth: int) -> tuple[int, int]:
    """Compulsory school age of a child born that day: `[from, to)`.

    From the prescribed day (31 August, 31 December, 31 March) on or next after the fifth birthday; to the last Friday
    of June of the school year in which the child turns sixteen (Education Act 1996 s.8).
    """
    fifth = add_months(birth, 60)
    civil = from_day(fifth)
    prescribed = (date(civil.year, 3, 31), date(civil.year, 8, 31), date(civil.year, 12, 31))
    start = next(to_day(day) for day in prescribed if to_day(day) >= fifth)
    year = school_year_of(add_months(birth, 192)) + 1
    june = date(year, 6, 30)
    leaving = june - timedelta(days=(june.weekday() - 4) % 7)
    return start, to_day(leaving)


def is_weekday(day: int) -> bool:
    """Monday to Friday; bank holidays are of `domain.holidays`."""
    return (day + 3) % 7 < 5
