"""Dates and instants as people and files write them: by the calendar, within bounds, London's where no zone is stated."""

from datetime import UTC, date, datetime

import pytest

from adapters.codec.times import read_day, read_known_at, read_of_file, read_zoned, stated_day
from domain.errors import Rejected


@pytest.mark.parametrize(
    "text",
    ["2025-W01-1", "20250101", "2025-1-01", "2025-02-30", "1899-12-31", "2200-01-01", "٢٠٢٥-01-01", "2025-01-01 "],
)
def test_what_is_no_date_of_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(Rejected, match="impossible_date"):
        read_day(text, "day")


@pytest.mark.parametrize(
    "text", ["2025-W01-1T09:00:00Z", "2025-01-01T09:00:00", "2300-01-01T00:00:00Z", "20250101T090000Z", ""]
)
def test_what_is_no_instant_with_a_zone_is_none(text: str) -> None:
    assert read_zoned(text) is None


def test_a_position_may_say_its_generation() -> None:
    assert (read_known_at("8000"), read_known_at("2:8000"), read_known_at("2:")) == ((None, 8000), (2, 8000), None)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2025-06-01T09:30:00", datetime(2025, 6, 1, 8, 30, tzinfo=UTC)),
        ("2025-12-01T09:30:00", datetime(2025, 12, 1, 9, 30, tzinfo=UTC)),
        ("2025-10-26T01:30:00", datetime(2025, 10, 26, 0, 30, tzinfo=UTC)),  # comes twice: the first is meant
        ("1970-01-01T09:30:00", datetime(1970, 1, 1, 8, 30, tzinfo=UTC)),  # London kept summer time all year
        ("2025-06-01T09:30:00+05:00", datetime(2025, 6, 1, 4, 30, tzinfo=UTC)),
    ],
)
def test_an_instant_of_a_file_without_a_zone_is_londons(text: str, instant: datetime) -> None:
    assert read_of_file(text) == instant


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-03-31", date(2024, 3, 31)),
        ("2024-Mar-31 00:00:00", date(2024, 3, 31)),
        ("31/03/2024 09:30", date(2024, 3, 31)),
        ("31-03-2024", date(2024, 3, 31)),
        ("31-MAR-2024", date(2024, 3, 31)),
        ("01 September 2021", date(2021, 9, 1)),
        ("01/Sep/2021 00:00:00", date(2021, 9, 1)),
        ("2024-03-31Z", date(2024, 3, 31)),  # a date has no midnight of its own
        ("2015-03-31T23:00:00Z", date(2015, 4, 1)),  # London's midnight in summer
        ("2015-03-31 23:00:00+00", date(2015, 4, 1)),
        ("2015-03-31T23:00:00.000+0000", date(2015, 4, 1)),
        ("2015-04-01T00:00:00+01:00", date(2015, 4, 1)),
        ("2015-12-31T23:00:00Z", date(2015, 12, 31)),  # in winter London's clock is UTC
        ("1970-01-31T23:30:00Z", date(1970, 2, 1)),  # London kept summer time all year
        ("31/03/2015 20:00:00 -05:00", date(2015, 4, 1)),
        ("2024-05-01Tgarbage", None),
        ("2014-05-09 approx", None),
        ("2021-09-01 - 2024-07-20", None),
        ("2024-05-01T24:00:00", None),
        ("2024-05-01T10:00:00+25:00", None),
        ("2024-05-01T10:00:00+01:75", None),
        ("2024-W18-3", None),
        ("20240501", None),
        ("31/03-2024", None),
        ("31 Marches 2024", None),
        ("31 03 2024", date(2024, 3, 31)),
        ("31-Mar 2024", None),
        ("03-31-2024", None),
        ("2024-02-30", None),
        ("1899-12-31", None),
        ("2200-01-01", None),
        ("\u0662\u0660\u0662\u0664-01-01", None),
    ],
)
def test_the_day_that_a_file_states(text: str, day: date | None) -> None:
    assert stated_day(text) == day


def test_the_last_year_may_be_any_of_the_calendar() -> None:
    assert stated_day("9999-12-31", 9999) == date(9999, 12, 31)
    assert stated_day("9999-12-31T23:00:00-05:00", 9999) is None  # no calendar has London's day
