"""One number that a file gave to two children made them one, and nothing was said."""

from pathlib import Path
from typing import Any

import pytest

from adapters.intake.connectors.census import subject_block
from adapters.intake.connectors.one_number import NumbersOfFile
from adapters.intake.connectors.school_census import SchoolCensus
from adapters.intake.connectors.school_census_rolls import SYSTEM
from domain.dates import from_day
from domain.errors import Rejected
from domain.names import stated_name
from tests.builders.stream import upn

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


def test_an_exclusion_of_the_second(tmp_path: Path) -> None:
    """The table of exclusions names pupils by rows of the roll: an exclusion of the second child was the first's."""
    roll, table = tmp_path / "2024_autumn_roll.csv", tmp_path / "2024_autumn_exclusions.csv"
    roll.write_text(
        "pupilonrolltableid,nativeid,dob,surname,forename,upn,sex,entrydate\n"
        f"r1,900001,2014-05-09,Ash,Wren,{upn(1)},F,2021-09-01\nr2,900001,2011-12-25,Birch,Noor,{upn(1)},M,2018-09-01\n"
    )
    table.write_text(
        "pupilonrolltableid,nativeid,category,reason1,startdate,sessions\nr1,900001,SUSP,PP,2024-09-10,2\nr2,900001,SUSP,PP,2024-09-11,2\n"
    )
    first, second = SchoolCensus([roll, table], "la-808").read(table)
    assert [event["event_type"] for event in first.events] == ["SuspensionStarted"]
    assert second.kept is not None
    assert second.kept[0] == "number_of_two_children"
