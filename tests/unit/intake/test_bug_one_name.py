"""A child with one name had none: of a forename without a surname nothing was left, and nothing was said."""

from pathlib import Path
from typing import Any

import pytest

from adapters.intake.connectors.nems import read_nems
from adapters.intake.connectors.school_census import SchoolCensus

FIXTURES = Path(__file__).parents[2] / "fixtures"
COLUMNS = "URN,upn,entrydate,forename,middlenames,surname,preferredsurname,formersurname"


def said(names: list[dict[str, Any]]) -> list[tuple[str, str, str | None]]:
    return [(" ".join(name["given"]), name["family"], name["use"]) for name in names]


@pytest.mark.parametrize(
    ("cells", "names"),
    [
        ("Suharto,,,,", [("", "Suharto", "official")]),
        (",,Suharto,,", [("", "Suharto", "official")]),
        ("Maria,Luisa,,,", [("", "Maria Luisa", "official")]),
        ("Wren,,,Ash,", [("Wren", "Ash", "usual")]),
        ("Wren,,,,Okoro", [("", "Wren", "official"), ("Wren", "Okoro", "former")]),
        ("Wren,Mae,Ash,,", [("Wren Mae", "Ash", "official")]),
    ],
)
def test_on_a_roll(tmp_path: Path, cells: str, names: list[tuple[str, str, str]]) -> None:
    path = tmp_path / "2024_autumn_roll.csv"
    path.write_text(f"{COLUMNS}\n900001,Z808900100001,2021-09-01,{cells}\n")
    unit = next(iter(SchoolCensus([path], "la-808").read(path)))
    assert said(unit.events[0]["subject"]["person"]["names"]) == names


@pytest.mark.parametrize("left", ["family", "given"])
def test_in_a_health_message(left: str) -> None:
    text = (FIXTURES / "nems/gp.xml").read_text()
    before, patient, rest = text.partition("<Patient>")
    lines = [line for line in rest.splitlines() if f"<{'given' if left == 'family' else 'family'} " not in line]
    unit = next(iter(read_nems((before + patient + "\n".join(lines)).encode())))
    name = unit.events[0]["subject"]["person"]["names"][0]
    assert (name["given"], bool(name["family"])) == ([], True)
