"""Which parts of an old answer are others today, and why."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from domain.access.parts import NOBODY, Part
from domain.answers.compared import PartName, Since, compared

CHILD, ONE, TWO = (UUID(int=number) for number in (1, 2, 3))
FRAME = Part(NOBODY, None, {"$part": 1})
WHOLE = Part(CHILD, None, {"name": "Ada", "gp": {"$part": 2, "$item": 0}})
RECORD = Part(CHILD, ONE, [{"service": "gp"}])
THEN = (FRAME, WHOLE, RECORD)
NOTHING = Since()
OTHER = Part(CHILD, ONE, [{"service": "other"}])


def stored(parts: Sequence[Part]) -> list[tuple[PartName, Any]]:
    return [((one.child, one.record), one.content) for one in parts]


def why(
    now: Sequence[Part], since: Since = NOTHING, again: Sequence[Part] | None = THEN
) -> list[tuple[int | None, str]]:
    return [(place, because) for place, _, because in compared(stored(THEN), again, now, since)]


def test_what_is_the_same_differs_in_nothing() -> None:
    assert why(THEN) == []


def test_a_part_that_stands_at_another_place_is_no_other() -> None:
    new = Part(CHILD, TWO, [{"service": "new"}])
    whole = Part(CHILD, None, {"name": "Ada", "gp": {"$part": 3, "$item": 0}})
    assert why([FRAME, whole, new, RECORD]) == [(None, "joined")]


@pytest.mark.parametrize(
    ("since", "again", "because"),
    [
        (Since(), THEN, "told_since"),
        (Since(corrected={ONE}), THEN, "corrected"),
        (Since(other_day=True), THEN, "other_day"),
        (Since(corrected={ONE}, other_day=True), THEN, "corrected"),
        # Today's code says something else although no more is known: it is not what was told since.
        (Since(code=True), (FRAME, WHOLE, OTHER), "code"),
        (Since(code=True, policy=True, corrected={ONE}), (FRAME, WHOLE, OTHER), "policy"),
        (Since(code=True), THEN, "told_since"),
    ],
)
def test_why_a_part_is_another(since: Since, again: Sequence[Part], because: str) -> None:
    assert why([FRAME, WHOLE, OTHER], since, again) == [(2, because)]


def test_what_is_gone_was_parted_or_is_not_shown_any_more() -> None:
    assert why([FRAME, WHOLE]) == [(2, "no_more_shown")]
    assert why([FRAME, WHOLE], Since(parted={ONE})) == [(2, "parted")]
    assert why([]) == [(0, "no_more_shown"), (1, "no_more_shown"), (2, "no_more_shown")]


def test_what_is_erased_is_said_to_be_whatever_stands_there_today() -> None:
    then = [*stored((FRAME, WHOLE)), ((CHILD, ONE), None)]
    assert compared(then, None, THEN, Since(corrected={ONE})) == [(2, (CHILD, ONE), "erased")]
