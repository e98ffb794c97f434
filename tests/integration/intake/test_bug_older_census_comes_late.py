"""An older census that came late ended what a newer one had told as open: the answer hung on the order of arrival."""

from itertools import permutations
from pathlib import Path

import pytest

from tests.builders.cin import IN_NEED, PROTECTION, Office, census, child, plan
from tests.servers.plugin import Stack

START, END, ANOTHER = "2023-01-10", "2023-01-20", "2025-02-03"


@pytest.fixture
def office(embedded_stack: Stack, tmp_path: Path) -> Office:
    return Office(embedded_stack, tmp_path)


def told(end: str | None, year: int, number: str) -> str:
    module = child(plan(IN_NEED, START, end), plan(PROTECTION, START), number=number)
    return census([module], f"{year}-05-23T10:00:00")


def test_what_a_newer_census_tells_as_open_stays_open(office: Office) -> None:
    for number, order in enumerate(permutations(((END, 2024), (None, 2025)))):
        files = [told(end, year, f"C{number}") for end, year in order]
        for _ in range(2):
            counts = office.hands_in(*files)
            assert office.shown(f"C{number}") == [("child_in_need", START, None), ("child_protection", START, None)]
        assert [file["duplicate"] for file in counts] == [file["read"] for file in counts]


def test_what_a_still_newer_one_ends_is_ended(office: Office) -> None:
    for number, order in enumerate(permutations(((END, 2023), (None, 2024), (ANOTHER, 2025)))):
        office.hands_in(*(told(end, year, f"D{number}") for end, year in order))
        assert ("child_in_need", START, ANOTHER) in office.shown(f"D{number}")
