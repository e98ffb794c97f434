"""Dates and instants as people and files write them: by the calendar, within bounds, London's where no zone is stated."""

from datetime import UTC, datetime

import pytest

from adapters.codec.times import read_day, read_known_at, read_of_file, read_zoned
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
