"""England's bank holidays, as GOV.UK lists them (https://www.gov.uk/bank-holidays), with substitutes and proclaimed days."""

from datetime import date

import pytest

from domain.dates import to_day
from domain.holidays import bank_holidays, easter_sunday, is_working_day

LISTED = {
    2020: "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28",
    2021: "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28",
    2022: "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27",
    2023: "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26",
    2024: "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26",
    2025: "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
    2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
}


@pytest.mark.parametrize(("year", "days"), LISTED.items())
def test_a_year_has_the_days_that_are_listed(year: int, days: str) -> None:
    assert " ".join(sorted(f"{day:%m-%d}" for day in bank_holidays(year))) == days


@pytest.mark.parametrize("easter", ["2000-04-23", "2008-03-23", "2011-04-24", "2038-04-25", "2049-04-18", "2076-04-19"])
def test_easter_falls_where_the_calendar_has_it(easter: str) -> None:
    assert easter_sunday(int(easter[:4])) == date.fromisoformat(easter)


def test_a_working_day_is_neither_a_weekend_nor_a_bank_holiday() -> None:
    week = [to_day(date(2026, 12, day)) for day in range(24, 31)]  # a Thursday
    assert [is_working_day(day) for day in week] == [True, False, False, False, False, True, True]
