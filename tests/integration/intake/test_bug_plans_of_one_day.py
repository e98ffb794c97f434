"""Of plans that began on one day the census's silence about one end took back another's."""

from pathlib import Path

import pytest

from tests.builders.cin import IN_NEED, PROTECTION, Office, census, child, plan
from tests.servers.plugin import Stack

START = "2024-01-10"
YEARS = ("2024-05-23T10:00:00", "2025-05-23T10:00:00", "2026-05-23T10:00:00")


@pytest.fixture
def office(embedded_stack: Stack, tmp_path: Path) -> Office:
    return Office(embedded_stack, tmp_path)


def test_an_open_plan_of_protection_takes_back_no_end_of_a_plan_in_need(office: Office) -> None:
    told = child(plan(IN_NEED, START, "2024-01-20"), plan(PROTECTION, START))
    for written in YEARS[:2]:
        [counts] = office.hands_in(census([told], written))
    assert (counts["duplicate"], counts["events"]) == (3, 3)
    assert office.shown() == [("child_in_need", START, "2024-01-20"), ("child_protection", START, None)]


def test_of_one_plan_told_twice_the_end_that_is_stated_stands(office: Office) -> None:
    ended, open_ = plan(IN_NEED, START, "2024-01-20"), plan(IN_NEED, START)
    for told in (
        [child(ended, open_)],
        [child(open_, ended)],
        [child(open_), child(ended)],
        [child(ended), child(open_)],
    ):
        for written in YEARS:
            office.hands_in(census(told, written))
            assert office.shown() == [("child_in_need", START, "2024-01-20")]


def test_of_one_plan_told_with_two_ends_one_stands_year_after_year(office: Office) -> None:
    told = [child(plan(IN_NEED, START, "2024-01-20"), plan(IN_NEED, START, "2024-02-02"))]
    office.hands_in(census(told, YEARS[0]))
    first = office.shown()
    for written in YEARS:
        [counts] = office.hands_in(census(told, written))
        assert counts["duplicate"] == 4
        assert office.shown() == first


def test_a_plan_that_is_told_as_open_alone_is_open_again(office: Office) -> None:
    office.hands_in(census([child(plan(PROTECTION, START, "2024-01-20"))], YEARS[0]))
    [counts] = office.hands_in(census([child(plan(PROTECTION, START), plan(PROTECTION, START))], YEARS[1]))
    assert (counts["accepted"], counts["events"]) == (1, 4)
    assert office.shown() == [("child_protection", START, None)]
