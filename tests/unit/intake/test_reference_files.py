"""Reference data and staff from plain files: what each row becomes, whenever it is read."""

import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.codec import decode_json
from adapters.intake.connectors import Converted
from adapters.intake.connectors.reference_files import KINDS, ReferenceFile

EXAMPLES = Path(__file__).parents[2] / "fixtures" / "examples"
WRITTEN = datetime(2026, 9, 1, 23, 30, tzinfo=UTC)  # in London it is the second


def converted(kind: str, path: Path, **more: Any) -> list[Converted]:
    more = {"written": WRITTEN} | more
    return list(ReferenceFile(KINDS[kind], "la-808", **more).read(path))


def events(kind: str, source: str | bytes | Path, tmp_path: Path, **more: Any) -> list[dict[str, Any]]:
    """The events of a file, or of a text as a file; each is one that the contract takes."""
    path = source if isinstance(source, Path) else tmp_path / "file.csv"
    if not isinstance(source, Path):
        path.write_bytes(source.encode() if isinstance(source, str) else source)
    units = converted(kind, path, **more)
    assert [unit.kept for unit in units] == [None] * len(units)
    found = [event for unit in units for event in unit.events]
    for event in found:
        decode_json(event)
    return found


def own(event: dict[str, Any]) -> dict[str, Any]:
    """What an event says beside what every one says."""
    common = ("event_type", "event_id", "source", "mode", "recorded_at", "effective")
    return {name: value for name, value in event.items() if name not in common}


@pytest.mark.parametrize(
    ("kind", "types"),
    [
        ("areas", {"AreaMapPublished": 4}),
        ("calendar", {"SchoolTermsPublished": 2}),
        ("organisations", {"OrganisationRegistered": 3}),
        ("agreements", {"SharingAgreementMade": 1}),
        ("thresholds", {"ThresholdSet": 2}),
        ("feeds", {"FeedExpected": 3}),
        ("services", {"ServiceListed": 1}),
        (
            "staff",
            {
                "TeamRegistered": 1, "WorkerRegistered": 2, "TeamMembershipStarted": 2, "TeamMembershipEnded": 1,
                "WorkerLeft": 1, "DutyLinePublished": 1,
            },
        ),
    ],
)  # fmt: skip
def test_every_kind_of_file(kind: str, types: dict[str, int], tmp_path: Path) -> None:
    found = [event["event_type"] for event in events(kind, EXAMPLES / f"{kind}.csv", tmp_path)]
    assert {one: found.count(one) for one in found} == types


def test_rows_of_one_map_are_one_event(tmp_path: Path) -> None:
    maps = {event["name"]: own(event) for event in events("areas", EXAMPLES / "areas.csv", tmp_path)}
    assert maps["Localities"]["areas"] == [
        {"area": "North", "members": ["ZE91", "ZE92"]},
        {"area": "Sands", "members": ["ZE91AA"]},
        {"area": "South", "members": ["ZE934"]},
    ]
    assert (maps["Neighbourhoods"]["by"], maps["Neighbourhoods"]["through"]) == ("ward", "Wards")
    assert maps["School groups"]["areas"] == [{"area": "Learning Together", "members": ["900001", "900002"]}]


def test_services_that_work_in_every_area_are_named_in_a_maps_first_row(tmp_path: Path) -> None:
    text = "map,by,area,member,authority_wide\nM,school,A,urn-900001,youth justice ; police\nM,,A,900002,\n"
    [event] = events("areas", text, tmp_path)
    assert event["authority_wide"] == ["youth justice", "police"]
    assert event["areas"] == [{"area": "A", "members": ["900001", "900002"]}]


def test_a_calendar_holds_from_its_first_day(tmp_path: Path) -> None:
    later = datetime(2026, 10, 5, tzinfo=UTC)
    year, academy = events("calendar", EXAMPLES / "calendar.csv", tmp_path, written=later)
    assert year["effective"] == {"from": "2026-09-02", "to": None}
    assert [term["name"] for term in year["terms"]] == ["Autumn first half", "Autumn second half", "Spring"]
    assert year["closed"] == [{"from": "2026-11-27", "to": "2026-11-28"}]
    assert (year["schools"], academy["schools"]) == ([], ["900002"])


def test_what_holds_from_when(tmp_path: Path) -> None:
    """A row's own days come first, then those of the command, then the day in London on which the file was changed."""
    text = "rule,value,from,to\nno_gp,60,,\ndropped_out,7,2026-10-01,2026-12-01\n"
    assert [event["effective"] for event in events("thresholds", text, tmp_path)] == [
        {"from": "2026-09-02", "to": None},
        {"from": "2026-10-01", "to": "2026-12-01"},
    ]
    assert [event["effective"]["from"] for event in events("thresholds", text, tmp_path, since=date(2026, 11, 1))] == [
        "2026-11-01",
        "2026-10-01",
    ]


def test_staff_are_the_publishers_own(tmp_path: Path) -> None:
    found = {event["event_type"]: event for event in events("staff", EXAMPLES / "staff.csv", tmp_path)}
    line = found["DutyLinePublished"]
    assert line["team"] == {"organisation": "la-808", "code": "T3", "name": None, "contact": "01632 960002"}
    assert line["hours"] == [
        {"days": "mon-fri", "from": "09:00", "to": "17:00"},
        {"days": "sat", "from": "10:00", "to": "12:00"},
    ]
    assert found["TeamMembershipEnded"]["effective"] == {"from": "2026-09-01", "to": None}
    assert found["WorkerLeft"]["reason"] == "left"
    assert found["TeamRegistered"]["team"]["name"] == "Early help north"


def test_cells_that_list_several(tmp_path: Path) -> None:
    *_, quay = events("organisations", EXAMPLES / "organisations.csv", tmp_path)
    assert quay["successors"] == ["urn-900001", "urn-900002"]
    [agreement] = events("agreements", EXAMPLES / "agreements.csv", tmp_path)
    assert (agreement["parties"], agreement["classes"]) == (["la-808", "ods-*", "urn-*"], ["education", "health"])


# --- when it was written, and what is the same


def test_it_was_written_when_the_file_was_changed(tmp_path: Path) -> None:
    path = tmp_path / "thresholds.csv"
    path.write_text("rule,value\nno_gp,60\n")
    os.utime(path, ns=(0, 1_788_000_000_123_456_789))
    [event] = events("thresholds", path, tmp_path, written=None)
    assert event["recorded_at"] == "2026-08-29T10:40:00.123456Z"


def test_the_same_file_gives_the_same_ids_and_a_later_one_others(tmp_path: Path) -> None:
    later = WRITTEN.replace(day=2)
    ids = [
        {event["event_id"] for event in events("thresholds", EXAMPLES / "thresholds.csv", tmp_path, written=when)}
        for when in (WRITTEN, WRITTEN, later)
    ]
    assert ids[0] == ids[1]
    assert not ids[0] & ids[2]


def test_a_row_that_holds_from_a_later_day_was_written_later(tmp_path: Path) -> None:
    text = "rule,value,from\nno_gp,60,2026-10-01\nno_gp,30,2026-01-01\n"
    found = {event["value"]: event["recorded_at"] for event in events("thresholds", text, tmp_path)}
    assert found == {30: "2026-09-01T23:30:00Z", 60: "2026-09-01T23:30:00.000001Z"}


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfrule,value,from\r\nno_gp,60,2026-10-01\r\n",
        b"from,value,rule\n2026-10-01,60,no_gp",
        b'"Rule","VALUE", from\n\n" no_gp ",60,01/10/2026\n,,\n',
    ],
    ids=["byte order mark, CRLF", "other order, no last line end", "quotes, capitals, British days, blank lines"],
)
def test_a_table_is_read_however_it_was_saved(data: bytes, tmp_path: Path) -> None:
    [event] = events("thresholds", data, tmp_path)
    assert (event["rule"], event["value"], event["effective"]["from"]) == ("no_gp", 60, "2026-10-01")
