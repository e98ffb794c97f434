"""An end of which a later file said otherwise was shown all the same, when its day was mistyped as one still to come."""

from pathlib import Path

import pytest

from tests.builders.cin import IN_NEED, Office, census, child, plan
from tests.servers.plugin import Stack

START, MISTYPED, RIGHT = "2024-01-10", "2025-02-20", "2024-02-20"


@pytest.fixture
def office(embedded_stack: Stack, tmp_path: Path) -> Office:
    return Office(embedded_stack, tmp_path)


def told(end: str | None, written: str) -> str:
    return census([child(plan(IN_NEED, START, end))], written)


def test_a_mistyped_end_is_corrected_by_the_next_file(office: Office) -> None:
    office.hands_in(told(MISTYPED, "2024-05-23T10:00:00"), told(RIGHT, "2024-06-01T10:00:00"))
    assert office.shown() == [("child_in_need", START, RIGHT)]


def test_a_mistyped_end_is_taken_back_by_the_next_file(office: Office) -> None:
    office.hands_in(told(MISTYPED, "2024-05-23T23:30:00"), told(None, "2024-05-23T23:45:00"))
    assert office.shown() == [("child_in_need", START, None)]


def test_the_order_of_arrival_changes_nothing(office: Office) -> None:
    office.hands_in(told(RIGHT, "2024-06-01T10:00:00"), told(MISTYPED, "2024-05-23T10:00:00"))
    assert office.shown() == [("child_in_need", START, RIGHT)]
