"""Of two files with one time in their headers chance said which end was shown: none may state `DateTime` at all."""

from pathlib import Path

import pytest

from tests.builders.cin import IN_NEED, PROTECTION, Office, census, child, plan
from tests.servers.plugin import Stack

START, FIRST, SECOND = "2024-01-10", "2024-02-20", "2024-03-05"
NUMBERS = tuple(f"E{number}" for number in range(6))


@pytest.fixture
def office(embedded_stack: Stack, tmp_path: Path) -> Office:
    return Office(embedded_stack, tmp_path)


def told(end: str | None, written: str | None = None) -> str:
    return census([child(plan(IN_NEED, START, end), number=number) for number in NUMBERS], written)


def shown(office: Office) -> set[str | None]:
    return {to for number in NUMBERS for _, _, to in office.shown(number)}


@pytest.mark.parametrize("written", [None, "2024-05-23T10:00:00.250"])
def test_the_file_that_came_later_holds(office: Office, written: str | None) -> None:
    files = [told(FIRST, written), told(SECOND, written), told(None, written)]
    for number, expected in enumerate((FIRST, SECOND, None)):
        office.hands_in(files[number])
        assert shown(office) == {expected}
    for counts in office.hands_in(*files):  # none of them is news
        assert (counts["accepted"], counts["duplicate"]) == (0, counts["read"])
    assert shown(office) == {None}
    office.hands_in(told(FIRST, "2024-06-01T10:00:00"))
    assert shown(office) == {FIRST}


def test_of_one_file_the_end_stands_that_is_told_last(office: Office) -> None:
    ends = (plan(PROTECTION, START, FIRST), plan(PROTECTION, START, SECOND))
    for number in NUMBERS:
        for told in (ends, ends):
            office.hands_in(census([child(*told, number=number)]))
            assert office.shown(number) == [("child_protection", START, SECOND)]
