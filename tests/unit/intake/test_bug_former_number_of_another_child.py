"""A file said that one child's former number is another child's present one, and the two became one child where their births agree."""

from pathlib import Path
from typing import Any

import pytest

from adapters.intake.connectors import Converted
from adapters.intake.connectors.cin import read_cin
from adapters.intake.connectors.school_census import SchoolCensus
from tests.builders.cin import census, child
from tests.builders.stream import upn

HEAD = "URN,upn,formerupn,surname,forename,dob,gender,entrydate\n"
ANN = f"900001,{upn(1)},,Example,Ann,2014-09-01,F,2021-09-01\n"
BEN_OF_ANN = f"900001,{upn(2)},{upn(1)},Example,Ben,2014-09-01,M,2021-09-01\n"
ANN_ELSEWHERE = f"900002,{upn(3)},{upn(1)},Example,Ann,2014-09-01,F,2022-09-01\n"


def read(rows: str, tmp_path: Path, **more: Any) -> list[Converted]:
    path = tmp_path / "2024_autumn_pupilonroll.csv"
    path.write_text(HEAD + rows)
    units = list(SchoolCensus([path], "la-808", **more).read(path))
    return [unit for unit in units if not unit.of_the_file]


def replacements(units: list[Converted]) -> list[Any]:
    return [event["former"] for unit in units for event in unit.events if "former" in event]


@pytest.mark.parametrize("rows", [ANN + BEN_OF_ANN, BEN_OF_ANN + ANN], ids=["below", "above"])
@pytest.mark.parametrize("pseudonymous", [False, True])
def test_bug_in_a_roll_in_any_order(rows: str, pseudonymous: bool, tmp_path: Path) -> None:
    units = read(rows, tmp_path, pseudonymous=pseudonymous)
    assert [unit.kept for unit in units] == [None, None]  # each is told of, under its present number
    assert replacements(units) == []
    assert [aside for unit in units for aside in unit.set_aside] == [("number_of_two_children", "formerupn")]


def test_of_the_same_child_it_is_a_replacement(tmp_path: Path) -> None:
    units = read(ANN + ANN_ELSEWHERE, tmp_path)
    assert replacements(units) == [upn(1)]
    assert [unit.set_aside for unit in units] == [(), ()]


def test_bug_in_a_census_of_children_in_need(tmp_path: Path) -> None:
    referral = "<CINreferralDate>2024-05-01</CINreferralDate>"
    one = child(referral, number="C1").replace("</LAchildID>", f"</LAchildID><UPN>{upn(1)}</UPN>")
    other = child(referral, number="C2").replace("2015-03-27", "2013-01-09")
    other = other.replace("</LAchildID>", f"</LAchildID><UPN>{upn(2)}</UPN><FormerUPN>{upn(1)}</FormerUPN>")
    path = tmp_path / "census.xml"
    path.write_text(census([one, other]))
    units = list(read_cin(path))
    assert replacements(units) == []
    assert ("number_of_two_children", "formerupn") in [aside for unit in units for aside in unit.set_aside]
