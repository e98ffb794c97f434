"""Given statements of one instant, when they are compared, then the same one wins in every installation."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.order import tie_of, version_rank


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (None, "0"),
        ("", "0"),
        ("final", "1"),
        ("9", "10"),
        ("09", "10"),
        ("1", "1.0"),
        ("1.9", "1.10"),
        ("v2", "v10"),
        ("2025-09-30T23:59:59Z", "2025-10-01T00:00:00Z"),
        ("18446744073709551614", "18446744073709551615"),
    ],
)
def test_versions_are_compared_as_numbers(earlier: str | None, later: str) -> None:
    assert version_rank(earlier) < version_rank(later)


@pytest.mark.parametrize(("one", "other"), [("7", "007"), ("a7", "b7"), (None, "x"), ("9" * 30, "8" * 40)])
def test_versions_that_are_equal(one: str | None, other: str) -> None:
    assert version_rank(one) == version_rank(other)


@given(
    st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=8),
    st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=8),
)
def test_parts_are_compared_one_by_one(one: list[int], other: list[int]) -> None:
    ranks = [version_rank(".".join(map(str, parts))) for parts in (one, other)]
    assert (ranks[0] < ranks[1]) == (one < other)


def test_the_winner_hangs_on_no_key() -> None:
    """Two installations hash the same events under two keys."""
    picker = random.Random(7)
    for number in range(200):
        events = [("la-808", f"e{number}-{n}", None) for n in range(2)]
        winners = [
            max(events, key=lambda event: tie_of(*event, key=keys[event]))
            for keys in ({event: picker.randbytes(16) for event in events} for _ in range(2))
        ]
        assert winners[0] == winners[1]


def test_little_is_told_of_the_event_id() -> None:
    """What stands in the clear beside a fact must not tell an id that holds a child's number (design D8)."""
    key = bytes(16)
    assert len(tie_of("la-808", "seen-9990000018", None, key)) == 1 + 2 + 16
