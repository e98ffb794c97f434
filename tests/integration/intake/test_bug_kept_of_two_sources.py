"""What was kept of one term, authority or child was taken for a duplicate of what was kept of another."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.builders.cin import census, imported
from tests.builders.process import icr
from tests.servers.plugin import Stack

ROLL = "URN,dob,surname,forename,upn,sex,entrydate,enrolstatus\n900001,2014-05-09,Ashdown,Wren,,F,2021-09-01,C\n"
NOBODY = "<Child><ChildIdentifiers/><CINdetails><CINreferralDate>2024-01-10</CINreferralDate></CINdetails></Child>"


def aside(stack: Stack) -> list[str]:
    """Ids of what is kept."""
    done = icr("quarantine", "list", "--json", environment=stack.environment)
    return sorted(one["id"] for one in json.loads(done.stdout)["aside"])


def kept(counts: dict[str, Any]) -> tuple[int, int]:
    return counts["kept"], counts["duplicate"]


def test_rows_of_a_roll(embedded_stack: Stack, tmp_path: Path) -> None:
    tables = [tmp_path / f"{term}_roll.csv" for term in ("2024_autumn", "2025_spring")]
    for table in tables:
        table.write_text(ROLL)
    ways = (("--organisation", "la-808"), ("--organisation", "la-301"), (), ("--pseudonymous",))
    for options in ways:
        for expected in ((1, 0), (0, 1)):
            _, files = imported(embedded_stack, "school-census", *tables, *options)
            assert [kept(counts) for counts in files] == [expected] * 2
    ids = aside(embedded_stack)
    assert len(ids) == 2 * len(ways)
    icr("quarantine", "redrive", *ids, environment=embedded_stack.environment)
    assert aside(embedded_stack) == ids


def test_rows_of_reference_data(embedded_stack: Stack, tmp_path: Path) -> None:
    path = tmp_path / "thresholds.csv"
    path.write_text("rule,value\nno_school,five\n")
    for organisation in ("la-808", "la-301"):
        for expected in ((1, 0), (0, 1)):
            done = icr(
                "load", "thresholds", str(path), "--organisation", organisation, "--json",
                environment=embedded_stack.environment,
            )  # fmt: skip
            assert kept(json.loads(done.stdout)["files"][0]) == expected


def test_children_without_a_number(embedded_stack: Stack, tmp_path: Path) -> None:
    path = tmp_path / "census.xml"
    path.write_text(census([NOBODY, NOBODY, NOBODY]))
    for expected in ((3, 0), (0, 3)):
        _, [counts] = imported(embedded_stack, "cin", path)
        assert kept(counts) == expected
    ids = aside(embedded_stack)
    icr("quarantine", "redrive", *ids, environment=embedded_stack.environment)
    assert (len(ids), aside(embedded_stack)) == (3, ids)


@pytest.mark.parametrize("mended", ["", "--pseudonymous"])
def test_a_kept_row_says_how_it_is_imported_once_mended(embedded_stack: Stack, tmp_path: Path, mended: str) -> None:
    table = tmp_path / "2024_autumn_roll.csv"
    table.write_text(ROLL)
    imported(embedded_stack, "school-census", table, "--organisation", "la-808", *([mended] if mended else []))
    done = icr(
        "quarantine", "show", *aside(embedded_stack), "--content", "--json", environment=embedded_stack.environment
    )
    stored = json.loads(done.stdout)["content"]
    row = tmp_path / "mended.csv"
    row.write_text(stored.replace("Wren,,", "Wren,Z808900100001,"))
    _, _, _, *options = stored.splitlines()[0].split()
    assert options[:1] == ["school-census"]
    _, [counts] = imported(embedded_stack, "school-census", row, *options[1:])
    assert counts["accepted"] == 1
