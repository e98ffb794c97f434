"""Queries in two steps: sent, and read later (projections.pipelined)."""

import pytest

from projections.pipelined import Query, Steps

done: list[str] = []


@Query
def doubled(number: int) -> Steps[int]:
    """Twice a number."""
    done.append(f"sent {number}")
    yield
    done.append(f"read {number}")
    return 2 * number


@pytest.fixture(autouse=True)
def _nothing_done() -> None:
    done.clear()


def test_called_it_is_sent_and_read() -> None:
    assert doubled(4) == 8
    assert done == ["sent 4", "read 4"]


def test_several_are_sent_before_any_is_read() -> None:
    one, other = doubled.send(1), doubled.send(2)
    assert done == ["sent 1", "sent 2"]
    assert (other.answer(), one.answer()) == (4, 2)
