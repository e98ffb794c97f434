"""One number that a file gave to two children made them one, and nothing was said."""

from typing import Any

import pytest

from adapters.intake.connectors.census import subject_block
from adapters.intake.connectors.one_number import NumbersOfFile
from adapters.intake.connectors.school_census_rolls import SYSTEM
from domain.dates import from_day
from domain.errors import Rejected
from domain.names import stated_name

NUMBER = f"agency:la-808:{SYSTEM}"


def subject(forename: str | None = "Wren", born: int | None = 16_000, sex: str | None = "F") -> dict[str, Any]:
    name = stated_name([forename], "Ash") if forename else None
    day = None if born is None else from_day(born)
    return subject_block([(NUMBER, "7")], names=[name] if name else [], born=day, sex=sex)


def after_the_first(second: dict[str, Any]) -> None:
    numbers = NumbersOfFile()
    numbers.check(subject())
    numbers.check(second)


@pytest.mark.parametrize(
    "second", [subject(sex="M"), subject(born=16_001), subject("Noor")], ids=["sex", "date of birth", "twins"]
)
def test_another_child(second: dict[str, Any]) -> None:
    with pytest.raises(Rejected, match="the file gave it before") as rejected:
        after_the_first(second)
    assert rejected.value.reason == "number_of_two_children"


@pytest.mark.parametrize(
    "second",
    [subject(), subject("WREN"), subject("Wrenna"), subject(None), subject(born=None), subject(sex=None)],
    ids=["the same", "in capitals", "a longer form", "no name", "no date of birth", "no sex"],
)
def test_perhaps_the_same_child(second: dict[str, Any]) -> None:
    after_the_first(second)  # raises nothing
