"""The day after which nothing has been so for long enough is never before the day that counts at a school (domain.indicators.waits)."""

from importlib.resources import files
from types import SimpleNamespace
from typing import Any

import pytest

from domain.dates import parse_day
from domain.indicators.waits import WAITS, Waits
from domain.reference import SCHOOL_TERMS, Reference
from schemas.registry import CODES, read_codes

TODAY = parse_day("2025-06-18")
HALF_TERM = {"from": parse_day("2025-05-24"), "to": parse_day("2025-06-02")}
TERMS = {
    "schools": ["100001"],
    "terms": [{"from": parse_day("2024-09-02"), "to": parse_day("2025-07-22")}],
    "closed": [HALF_TERM],
}


def _reference(*calendars: dict[str, Any]) -> Reference:
    said: list[Any] = [SimpleNamespace(kind=SCHOOL_TERMS, position=number) for number in range(len(calendars))]
    return Reference(said, lambda position: calendars[position])


@pytest.mark.parametrize("rule", sorted(WAITS))
@pytest.mark.parametrize("school", [None, "100001", "100002"])
def test_it_leaves_out_nothing_that_is_over(rule: str, school: str | None) -> None:
    waits = Waits(TODAY, _reference(TERMS))
    over = [since for since in range(TODAY - 200, TODAY + 1) if waits.over(rule, since, school)]
    assert all(since <= waits.latest(rule) for since in over)


def test_holidays_make_a_wait_longer_than_the_bound() -> None:
    waits = Waits(TODAY, _reference(TERMS))
    rule = "excluded_without_provision"
    first = next(since for since in range(TODAY, 0, -1) if waits.over(rule, since, "100001"))
    assert first == waits.latest(rule) == parse_day("2025-06-11")
    during = Waits(parse_day("2025-06-04"), _reference(TERMS))
    assert during.over(rule, parse_day("2025-05-20"), "100001")
    assert not during.over(rule, during.latest(rule), "100001")


def test_a_threshold_may_be_set_of_every_rule_that_waits() -> None:
    """What `ThresholdSet` says of a rule that the list does not name is set aside: the wait could not be changed."""
    lists = read_codes((files("schemas") / CODES).read_bytes())
    assert set(lists["threshold_rule"].codes) == set(WAITS)
