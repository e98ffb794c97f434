"""Compulsory school age, by the Act, and when a child is grown up."""

from datetime import date, timedelta
from functools import lru_cache

PRESCRIBED = ((3, 31), (8, 31), (12, 31))  # Education (Start of Compulsory School Age) Order 1998


@lru_cache(maxsize=16_384)
def school_age(born: int) -> tuple[int, int]:
    """Compulsory school age: from the prescribed day on or after the fifth birthday to the last Friday of June.

    That of the school year in which the child turns sixteen (Education Act 1996 s.8; School Leaving Date Order 1997).
    """
    fifth, sixteenth = (date.fromordinal(months_later(born, 12 * years)) for years in (5, 16))
    days = (date(year, *day) for year in (fifth.year, fifth.year + 1) for day in PRESCRIBED)
    start = min(day for day in days if day >= fifth)
    june = date(sixteenth.year + (sixteenth.month >= 9), 6, 30)
    while june.weekday() != 4:
        june -= timedelta(days=1)
    return start.toordinal(), june.toordinal()


@lru_cache(maxsize=16_384)
def grown_up(born: int) -> int:
    """From when nobody asks after a young person any more: the autumn after the school year in which it turns eighteen.

    A person is a child until eighteen (Children Act 1989 s.105); schools and colleges keep them to the end of that year.
    """
    return months_later(school_age(born)[1], 27)


@lru_cache(maxsize=16_384)
def months_later(day: int, months: int) -> int:
    """The same day of the month some months later, or the last day of that month."""
    civil = date.fromordinal(day)
    year, month = divmod(civil.year * 12 + civil.month - 1 + months, 12)
    ends = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(civil.day, ends)).toordinal()
