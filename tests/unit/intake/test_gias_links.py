"""The links file of Get Information about Schools: which school took over from which, as `icr load organisations` reads it."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.codec import decode_json
from adapters.intake.connectors import Converted
from adapters.intake.connectors.reference_files import KINDS, ReferenceFile
from domain.errors import Misuse

HEAD = "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\r\n"
WRITTEN = datetime(2026, 9, 1, tzinfo=UTC)


def read(source: str | bytes, tmp_path: Path) -> list[Converted]:
    path = tmp_path / "links.csv"
    path.write_bytes(source.encode() if isinstance(source, str) else source)
    return list(ReferenceFile(KINDS["organisations"], "la-808", written=WRITTEN).read(path))


def registered(source: str | bytes, tmp_path: Path) -> dict[str, dict[str, Any]]:
    """What is registered, by code; each is an event that the contract takes."""
    events = [event for unit in read(source, tmp_path) for event in unit.events]
    for event in events:
        decode_json(event)
    return {event["code"]: event for event in events}


def test_a_link_stands_in_two_rows_and_is_one_thing(tmp_path: Path) -> None:
    both = (
        "900003,900004,Harbour Academy,Successor,31-08-2025\r\n900004,900003,Harbour School,Predecessor,01-09-2025\r\n"
    )
    units = read(HEAD + both, tmp_path)
    assert [len(unit.events) for unit in units] == [1]
    school = units[0].events[0]
    assert (school["code"], school["name"], school["organisation_kind"], school["successors"]) == (
        "urn-900003", "Harbour School", "school", ["urn-900004"],
    )  # fmt: skip
    assert school["effective"] == {"from": "2025-08-30", "to": "2025-08-31"}  # its own row's day


@pytest.mark.parametrize(
    ("row", "name", "to"),
    [
        ("900003,900004,Harbour Academy,Successor,01/09/2025", "URN 900003", "2025-09-01"),
        ("900004,900003,Harbour School,Predecessor,2025-09-01", "Harbour School", "2025-09-01"),
        ("900004,900003,Harbour School,predecessor - Amalgamated,01-09-2025", "Harbour School", "2025-09-01"),
    ],
)
def test_either_row_is_enough(row: str, name: str, to: str, tmp_path: Path) -> None:
    school = registered(HEAD + row, tmp_path)["urn-900003"]
    assert (school["name"], school["successors"], school["effective"]["to"]) == (name, ["urn-900004"], to)


def test_all_successors_of_a_school_are_told_together(tmp_path: Path) -> None:
    rows = "900003,900005,B,Successor - Split School,01-09-2025\n900003,900004,A,Successor - Split School,\n"
    assert registered(HEAD + rows, tmp_path)["urn-900003"]["successors"] == ["urn-900004", "urn-900005"]


def test_what_says_nothing_of_when_or_of_a_successor_is_counted_and_neither_recorded_nor_kept(tmp_path: Path) -> None:
    rows = (
        "900003,900004,A,Successor,\n900004,900003,B,Predecessor,\n"
        "900005,900006,C,Merged - expansion in school capacity and changer in age range,01-09-2025\n"
        "900007,900008,D,Result of Amalgamation,01-09-2025\n"
    )
    units = read(HEAD + rows, tmp_path)
    assert Counter(unit.ignored for unit in units) == {"missing_field": 2, "unknown_code": 2}
    assert all(unit.events == () and unit.kept is None for unit in units)


def test_the_encoding_of_windows(tmp_path: Path) -> None:
    row = "900004,900003,St Anne\N{RIGHT SINGLE QUOTATION MARK}s Café School,Predecessor,01-09-2025\r\n"
    for encoding in ("utf-8", "utf-8-sig", "cp1252"):
        school = registered((HEAD + row).encode(encoding), tmp_path)["urn-900003"]
        assert school["name"] == "St Anne\N{RIGHT SINGLE QUOTATION MARK}s Café School"


@pytest.mark.parametrize(
    ("row", "reason", "field"),
    [
        ("90003X,900004,A,Successor,01-09-2025", "bad_value", "URN"),
        ("900003,,A,Successor,01-09-2025", "missing_field", "linkurn"),
        ("900003,900003,A,Successor,01-09-2025", "bad_value", "LinkURN"),
        ("900003,900004,A,,01-09-2025", "missing_field", "linktype"),
        ("900003,900004,A,Successor,31-09-2025", "impossible_date", "linkestablisheddate"),
        ("900003,900004,A,Successor", "bad_value", None),
    ],
)
def test_a_row_that_cannot_be_read_is_kept_and_can_be_loaded_once_mended(
    row: str, reason: str, field: str | None, tmp_path: Path
) -> None:
    good = "900008,900009,B,Successor,01-09-2025\n"
    units = read(f"{HEAD}{row}\n{good}", tmp_path)
    [kept] = [unit for unit in units if unit.kept is not None]
    assert kept.kept is not None
    assert kept.kept[:2] == (reason, field)
    assert [event["code"] for unit in units for event in unit.events] == ["urn-900008"]
    mended = kept.raw.replace(row.encode(), good.strip().encode())
    assert registered(mended, tmp_path).keys() == {"urn-900008"}


def test_a_table_with_other_columns_is_as_before_one_of_ours(tmp_path: Path) -> None:
    with pytest.raises(Misuse, match="column 1 is none of this kind of file"):
        read("URN,LinkURN,LinkType\n900003,900004,Successor\n", tmp_path)
