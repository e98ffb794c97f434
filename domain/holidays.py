"""England's bank holidays, and working days: by rule, with the days that were moved or added by proclamation.

Sources: Banking and Financial Dealings Act 1971 section 1 and schedule 1; common law holidays (Good Friday, Christmas Day); a
substitute follows one that falls on a weekend. Proclaimed days: https://www.gov.uk/bank-holidays. A day that is proclaimed after
this was written is not known here until it stands in the table.
"""

from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from domain.dates import from_day, is_weekday, to_day

MONDAY: Final = 0
# What was proclaimed since 2020: days that are holidays beside the rule, and days of the rule that are none.
PROCLAIMED: Final = frozenset({
    date(2020, 5, 8),  # seventy-five years of peace in Europe, in place of the first Monday of May
    date(2022, 6, 2), date(2022, 6, 3),  # the Platinum Jubilee; the first in place of the last Monday of May
    date(2022, 9, 19),  # the State Funeral of Queen Elizabeth II
    date(2023, 5, 8),  # the Coronation of King Charles III
})  # fmt: skip
MOVED: Final = frozenset({date(2020, 5, 4), date(2022, 5, 30)})


@lru_cache(maxsize=64)
def bank_holidays(year: int) -> frozenset[date]:
    """The bank holidays of a year in England."""
    easter = easter_sunday(year)
    by_rule = {
        easter - timedelta(days=2),
        easter + timedelta(days=1),
        _monday_from(date(year, 5, 1)),
        _monday_from(date(year, 5, 25)),
        _monday_from(date(year, 8, 25)),
    }
    for fixed in (date(year, 1, 1), date(year, 12, 26), date(year, 12, 25)):
        by_rule.add(_on_or_instead_of(fixed, by_rule))
    return frozenset(by_rule - MOVED | {one for one in PROCLAIMED if one.year == year})


def is_bank_holiday(day: int) -> bool:
    """Whether a day, since 1970-01-01, is a bank holiday in England."""
    civil = from_day(day)
    return civil in bank_holidays(civil.year)


def is_working_day(day: int) -> bool:
    """Monday to Friday, and no bank holiday in England."""
    return is_weekday(day) and not is_bank_holiday(day)


def easter_sunday(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the anonymous computus (Meeus, Astronomical Algorithms, chapter 8)."""
    century, of_century = divmod(year, 100)
    golden = year % 19
    moon = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (of_century // 4) - moon - of_century % 4) % 7
    late = (golden + 11 * moon + 22 * week) // 451
    month, before = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, before + 1)


def _monday_from(first: date) -> date:
    """The first Monday on or after a day."""
    return first + timedelta(days=(MONDAY - first.weekday()) % 7)


def _on_or_instead_of(fixed: date, taken: set[date]) -> date:
    """A holiday of a fixed date, or the next day instead that is no weekend and no holiday already."""
    while not is_weekday(to_day(fixed)) or fixed in taken:
        fixed += timedelta(days=1)
    return fixed
