"""Codes of attendance that are no longer in force were taken for ever; one school year late is as far as they go."""

import pytest

from domain.attendance import AUTHORISED, reduce_mark


@pytest.mark.parametrize("code", ["H", "F", "J"])
def test_bug_a_retired_code_was_taken_for_ever(code: str) -> None:
    assert [reduce_mark(code, year) for year in (2023, 2024, 2025)] == [AUTHORISED, AUTHORISED, None]


@pytest.mark.parametrize("code", ["C1", "C2"])
def test_a_new_code_may_come_a_year_early(code: str) -> None:
    assert [reduce_mark(code, year) for year in (2022, 2023, 2024)] == [None, AUTHORISED, AUTHORISED]


def test_the_afternoons_mark_is_read() -> None:
    assert reduce_mark("\\", 2025) == reduce_mark("/", 2025)
