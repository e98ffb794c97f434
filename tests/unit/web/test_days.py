"""Days as people type them: what is no day is said, and stays as it was typed."""

from datetime import date

import pytest

from adapters.web.days import as_typed, end_of, read_day


def typed(day: str = "", month: str = "", year: str = "") -> dict[str, str]:
    return {"on-day": day, "on-month": month, "on-year": year}


def test_a_day() -> None:
    assert read_day(typed("19", "12", "2025"), "on", "The day").day == date(2025, 12, 19)
    assert read_day(typed(" 1 ", "02", "2024"), "on", "The day").day == date(2024, 2, 1)


def test_nothing_is_no_day_and_nothing_is_wrong() -> None:
    found = read_day({}, "on", "The day")
    assert (found.day, found.wrong) == (None, None)


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        (typed("19", "12"), "The day must include a year"),
        (typed("", "", "2025"), "The day must include a day and a month"),
        (typed("30", "2", "2025"), "The day must be a real day, such as 19 12 2025"),
        (typed("19", "December", "2025"), "The day must be a real day, such as 19 12 2025"),
        (typed("\N{ARABIC-INDIC DIGIT ONE}", "12", "2025"), "The day must be a real day, such as 19 12 2025"),
        (typed("19", "12", "0025"), "The day must be between 1900 and 2199"),
        (typed("19", "12", "9" * 10_000), "The day must be a real day, such as 19 12 2025"),
    ],
)
def test_what_is_no_day_is_said(form: dict[str, str], wrong: str) -> None:
    found = read_day(form, "on", "The day")
    assert (found.day, found.wrong) == (None, wrong)


def test_what_was_typed_stays_typed() -> None:
    found = read_day(typed("30", "2", "2025"), "on", "The day")
    assert [one["value"] for one in found.items()] == ["30", "2", "2025"]
    assert all("govuk-input--error" in one["classes"] for one in found.items())
    assert [one["value"] for one in as_typed("on", date(2025, 2, 3)).items()] == ["3", "2", "2025"]


def test_a_day_ends_when_it_does_in_london() -> None:
    assert end_of(date(2025, 12, 19)) == "2025-12-19T23:59:59+00:00"
    assert end_of(date(2025, 6, 19)) == "2025-06-19T23:59:59+01:00"
