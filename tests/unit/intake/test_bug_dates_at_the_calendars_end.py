"""Dates that systems write for *none*, as 31/12/9999, ended the whole command where days were added to them."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from types import SimpleNamespace

import pytest

from adapters.intake.connectors import BrokenFile, Converted
from adapters.intake.connectors.cin import FACTS, read_cin
from adapters.intake.connectors.reference_files import KINDS, ReferenceFile
from adapters.intake.connectors.school_census import SchoolCensus
from tests.builders.cin import census, child
from tests.builders.units import units_of

PLACEHOLDERS = ("9999-12-31", "31/12/9999", "9999-01-01", "2999-12-31", "0001-01-01", "01/01/0001", "1900-01-01")
HEAD = "pupilonrolltableid,URN,dob,upn,entrydate"
ROLL = f"{HEAD}\nr1,900001,2014-05-09,Z808900100001,2021-09-01\n"


def read(path: Path, reader: Iterator[Converted]) -> list[str | None]:
    """Why each unit is kept, None where it is not; a file that is refused has none."""
    try:
        return [unit.kept and unit.kept[0] for unit in units_of(reader)]
    except BrokenFile:
        return []


@pytest.mark.parametrize("day", PLACEHOLDERS)
def test_an_exclusion(tmp_path: Path, day: str) -> None:
    roll, exclusions = tmp_path / "2024_autumn_roll.csv", tmp_path / "2024_autumn_exclusions.csv"
    roll.write_text(ROLL)
    rows = [f"r1,900001,{day},{sessions},PP,SUSP" for sessions in (1, 90)]
    exclusions.write_text("pupilonrolltableid,URN,startdate,sessions,reason1,category\n" + "\n".join(rows))
    kept = read(exclusions, SchoolCensus([exclusions, roll], "la-808").read(exclusions))
    assert kept == ([None] * 2 if day == "1900-01-01" else ["impossible_date"] * 2)


@pytest.mark.parametrize("day", PLACEHOLDERS)
def test_a_roll_and_who_left(tmp_path: Path, day: str) -> None:
    for number, filled in enumerate(product((day, "2020-09-01"), repeat=3)):
        path = tmp_path / f"2024_autumn_{number}.csv"
        path.write_text("URN,upn,dob,entrydate,leavingdate\n900001,Z808900100001," + ",".join(filled))
        assert len(read(path, SchoolCensus([path], "la-808").read(path))) == 1


@pytest.mark.parametrize("day", PLACEHOLDERS)
@pytest.mark.parametrize("said", ["ReferenceDate", "DateTime", "Year"])
def test_a_header_of_a_census_of_children_in_need(tmp_path: Path, day: str, said: str) -> None:
    whole = {"ReferenceDate": "2024-03-31", "DateTime": "2024-05-23T10:00:00", "Year": "2024"}
    path = tmp_path / "census.xml"
    for other in ([], [said]):  # with the others, and alone
        stated = {**({} if other else whole), said: day[:4] if said == "Year" else day}
        head = "".join(f"<{name}>{text}</{name}>" for name, text in stated.items())
        inner = child("<CINreferralDate>2024-01-10</CINreferralDate>")
        path.write_text(f"<Message><Header><LEA>808</LEA>{head}</Header><Children>{inner}</Children></Message>")
        kept = read(path, read_cin(path))
        assert len(kept) == 1 or other


@pytest.mark.parametrize("day", PLACEHOLDERS)
def test_what_such_a_census_tells(tmp_path: Path, day: str) -> None:
    path = tmp_path / "census.xml"
    leaves = "".join(f"<{name}>{day}</{name}>" for name in FACTS)
    path.write_text(census([child(f"{leaves}<ReasonForClosure>RC1</ReasonForClosure>")]))
    assert len(read(path, read_cin(path))) == len(FACTS)


@pytest.mark.parametrize("seconds", [-62_000_000_000, 253_402_300_799, 400_000_000_000])
def test_the_time_at_which_a_file_was_changed(tmp_path: Path, seconds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "thresholds.csv"
    path.write_text("rule,value\nno_gp,20\n")
    with monkeypatch.context() as patched:  # few file systems keep such a time
        patched.setattr(Path, "stat", lambda _: SimpleNamespace(st_mtime_ns=seconds * 1_000_000_000))
        with pytest.raises(BrokenFile, match="--recorded-at"):
            list(ReferenceFile(KINDS["thresholds"], "la-808").read(path))


@pytest.mark.parametrize("day", PLACEHOLDERS)
def test_reference_data(tmp_path: Path, day: str) -> None:
    path = tmp_path / "thresholds.csv"
    path.write_text(f"rule,value,from,to\nno_gp,20,{day},{day}\n")
    units = read(path, ReferenceFile(KINDS["thresholds"], "la-808").read(path))
    assert units == [None if day >= "1900" and not day.startswith("01/") else "impossible_date"]
