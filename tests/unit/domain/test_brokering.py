"""Requests for contact, from what was told of them in any order."""

from itertools import permutations
from typing import Any

import pytest

from domain.brokering import ANSWERED, REQUESTED, Told, event_of, reference_of, requests, working_days_after
from domain.dates import parse_day

FIRST, SECOND = "a-" + "1" * 32, "a-" + "2" * 32


def told(kind: str, day: str, order: int, event: str, **body: Any) -> Told:
    worker = {"organisation": "la-808", "staff_id": body.pop("by"), "name": None, "contact": "01632 960001"}
    return Told(kind, parse_day(day), order, {"event_id": event_of(event), "worker": worker, **body})


def asked(reference: str, day: str, order: int, promised: str) -> Told:
    return told(REQUESTED, day, order, reference, by="W1", child="c-1", purpose="other", answer_by=parse_day(promised))


def answered(of: str, day: str, order: int, outcome: str) -> Told:
    return told(ANSWERED, day, order, "a-" + "9" * 32, by="I1", request=event_of(of), outcome=outcome)


HISTORY = [
    asked(FIRST, "2025-12-01", 1, "2025-12-02"),
    asked(SECOND, "2025-12-01", 2, "2025-12-01"),
    answered(FIRST, "2025-12-01", 3, "in_hand"),
    answered(FIRST, "2025-12-02", 4, "passed_on"),
]


def test_the_last_word_stands_whatever_came_first() -> None:
    for history in permutations(HISTORY):
        second, first = requests(history)
        assert (first.reference, first.outcome, first.holder, first.waits) == (FIRST, "passed_on", "la-808:I1", False)
        assert (second.reference, second.outcome, second.waits) == (SECOND, None, True)


def test_that_somebody_has_it_in_hand_is_no_answer_yet() -> None:
    _, first = requests(HISTORY[:3])
    assert (first.outcome, first.waits) == ("in_hand", True)


def test_an_answer_to_what_nobody_asked_says_nothing() -> None:
    assert requests([answered(FIRST, "2025-12-02", 4, "passed_on")]) == []


def test_a_reference_and_its_event_name_each_other() -> None:
    assert reference_of(event_of(FIRST)) == FIRST


@pytest.mark.parametrize(
    ("day", "count", "after"),
    [("2025-12-19", 1, "2025-12-22"), ("2025-12-18", 1, "2025-12-19"), ("2025-12-20", 1, "2025-12-22"), ("2025-12-20", 0, "2025-12-20")],
)  # fmt: skip
def test_a_promise_is_of_working_days(day: str, count: int, after: str) -> None:
    assert working_days_after(parse_day(day), count) == parse_day(after)
