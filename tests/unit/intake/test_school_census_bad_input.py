"""Bad tables of the school census: files that are none are said, rows that cannot be read are kept, whole."""

import csv
import gzip
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.intake.connectors import BrokenFile, Converted
from adapters.intake.connectors.census import authority
from adapters.intake.connectors.school_census import SchoolCensus
from adapters.intake.connectors.school_census_tables import MAX_LINE, chosen_term
from domain.errors import Misuse
from domain.reasons import REASONS
from tests.builders.units import units_of

FIXTURES = Path(__file__).parents[2] / "fixtures" / "school-census"
ON_ROLL = "NativeId,dob,surname,forename,upn,sex,entrydate,enrolstatus"
ROW = "900001,2014-05-09,Ashdown,Wren,Z808900100001,F,2021-09-01,C"
LEFT = "NativeId,dob,surname,forename,upn,sex,entrydate,leavingdate"
EXCLUSIONS = "pupilonrolltableid,NativeId,startdate,sessions,reason1,category"
ROLL = "pupilonrolltableid," + ON_ROLL

Read = Callable[..., list[Converted]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads something as a file, and looks at what must hold for any."""

    def reader(data: str | bytes, name: str = "2024_autumn.csv", **options: Any) -> list[Converted]:
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        roll = tmp_path / "2024_autumn_roll.csv"
        roll.write_text(f"{ROLL}\nr1,{ROW}\n")
        units = list(units_of(SchoolCensus([path, roll], **options).read(path)))
        for unit in units:
            assert [bool(unit.events), unit.kept is not None, unit.ignored is not None].count(True) == 1
            if unit.kept is not None:
                assert unit.kept[0] in REASONS
                assert not re.search(r"\d{6}|Ashdown", " ".join(part or "" for part in unit.kept))
                assert unit.raw
        return units

    return reader


# --- files that are none


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("", "empty"),
        (f'{ON_ROLL},"x\n{ROW},y\n{ROW},"\n', "a quote that does not end"),
        ("\n", "columns"),
        ("<Message/>", "columns"),
        ("upn,entrydate\n", "columns"),  # no school
        ("NativeId,upn\n", "columns"),
        ("NativeId,NativeId,upn,entrydate\n", "one name"),
        (b"\x00\x01\x02\x03", "line 1|columns"),
        (f'{ON_ROLL}\n"{ROW}', "line 2"),
        (f'{ON_ROLL}\n"a"b,{ROW}', "line 2"),
        (f"{ON_ROLL}\n{'x' * (MAX_LINE + 1)}", "more than"),
        (f'{ON_ROLL}\n"{"x" * 50}\n' + "y\n" * MAX_LINE, "more than"),
        (gzip.compress(f"{ON_ROLL}\n{ROW}\n".encode() * 100)[:-12], "gzip"),
    ],
)
def test_what_is_no_table_is_said(read: Read, data: str | bytes, said: str) -> None:
    with pytest.raises(BrokenFile, match=said):
        read(data)


def test_the_term_must_be_told(read: Read) -> None:
    with pytest.raises(BrokenFile, match="--term"):
        read(f"{ON_ROLL}\n{ROW}\n", "roll.csv")
    assert read(f"{ON_ROLL}\n{ROW}\n", "roll.csv", term=chosen_term("2024_autumn"))[0].events


def test_exclusions_without_their_roll(read: Read) -> None:
    with pytest.raises(BrokenFile, match="together with"):
        read(f"{EXCLUSIONS}\nr1,900001,2025-01-20,2,PP,SUSP\n", "2025_spring.csv")


def test_a_table_of_nobody_is_a_table(read: Read) -> None:
    assert read(ON_ROLL) == []


@pytest.mark.parametrize(
    "option", [lambda: chosen_term("autumn"), lambda: authority("808"), lambda: authority("urn-900001")]
)
def test_options_that_say_nothing(option: Callable[[], object]) -> None:
    with pytest.raises(Misuse):
        option()


# --- rows


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("2021-09-01", "2021-02-30", ("impossible_date", "entrydate")),
        ("2021-09-01", "1821-09-01", ("impossible_date", "entrydate")),
        ("2021-09-01", "", ("missing_field", "entrydate")),
        ("Z808900100001", " ", ("no_identifier", "upn")),
        ("900001,", ",", ("missing_field", "nativeid")),
        (",C", "", ("bad_value", None)),
        (",C", ",C,D", ("bad_value", None)),
    ],
)
def test_a_row_on_roll_that_is_kept_whole(read: Read, old: str, new: str, expected: tuple[str, str | None]) -> None:
    row = ROW.replace(old, new, 1)
    kept, good = read(f"{ON_ROLL}\n{row}\n{ROW}\n")
    assert kept.kept is not None
    assert kept.kept[:2] == expected
    assert kept.raw == f"# icr import school-census --term 2024_autumn\n{ON_ROLL}\n{row}\n".encode()
    assert read(kept.raw) == [kept]
    assert len(good.events) == 1


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("2014-05-09", "2014-05-32", ("impossible_date", "subject.person.date_of_birth")),
        (",F,", ",Q,", ("unknown_code", "subject.person.sex")),
    ],
)
def test_what_is_wrong_with_the_person_is_set_aside(read: Read, old: str, new: str, expected: tuple[str, str]) -> None:
    [unit] = read(f"{ON_ROLL}\n{ROW.replace(old, new)}\n")
    assert unit.set_aside == (expected,)
    assert len(unit.events) == 1


@pytest.mark.parametrize(
    ("entered", "left", "types", "aside"),
    [
        ("2020-09-01", "2024-12-20", ["PupilAdmitted", "PupilRemovedFromRoll"], ()),
        ("2025-01-06", "2024-12-20", ["PupilRemovedFromRoll"], (("end_before_start", "entrydate"),)),
        ("2020-02-30", "2024-12-20", ["PupilRemovedFromRoll"], (("impossible_date", "entrydate"),)),
        ("", "2024-12-20", ["PupilRemovedFromRoll"], (("missing_field", "entrydate"),)),
    ],
)
def test_a_leavers_entry_is_set_aside_where_it_cannot_be(
    read: Read, entered: str, left: str, types: list[str], aside: tuple[tuple[str, str], ...]
) -> None:
    [unit] = read(f"{LEFT}\n900001,2014-05-09,A,B,Z808900100001,F,{entered},{left}\n")
    assert [event["event_type"] for event in unit.events] == types
    assert unit.set_aside == aside


def test_a_leaver_without_a_leaving_date_is_kept(read: Read) -> None:
    [unit] = read(f"{LEFT}\n900001,2014-05-09,A,B,Z808900100001,F,2020-09-01,\n")
    assert unit.kept is not None
    assert unit.kept[:2] == ("missing_field", "leavingdate")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("r9,900001,2024-09-20,2,PP,SUSP", ("no_identifier", "pupilonrolltableid")),
        (",900001,2024-09-20,2,PP,SUSP", ("no_identifier", "pupilonrolltableid")),
        ("r1,900001,2024-09-31,2,PP,SUSP", ("impossible_date", "startdate")),
        ("r1,900001,2024-09-20,2,PP,", ("unknown_code", "category")),
    ],
)
def test_an_exclusion_that_is_kept(read: Read, row: str, expected: tuple[str, str]) -> None:
    [unit] = read(f"{EXCLUSIONS}\n{row}\n")
    assert unit.kept is not None
    assert unit.kept[:2] == expected


@pytest.mark.parametrize(
    ("sessions", "told", "aside"),
    [
        ("2.0", 2, ()),
        ("", None, ()),
        ("0", None, ("bad_value",)),
        ("2.5", None, ("bad_value",)),
        ("91", None, ("too_many_sessions",)),
    ],
)
def test_sessions_of_a_suspension(read: Read, sessions: str, told: int | None, aside: tuple[str, ...]) -> None:
    [unit] = read(f"{EXCLUSIONS}\nr1,900001,2024-09-20,{sessions},PP,SUSP\n")
    assert unit.events[0]["sessions"] == told
    assert (unit.events[0]["effective"]["to"] is None) == (told is None)
    assert tuple(reason for reason, _ in unit.set_aside) == aside


def test_names_in_the_encoding_of_office_programs(read: Read) -> None:
    [unit] = read(f"{ON_ROLL}\n{ROW.replace('Ashdown', 'Brontë')}\n".encode("cp1252"))
    assert unit.events[0]["subject"]["person"]["names"][0]["family"] == "Brontë"


CELL = st.sampled_from(
    ["", "900001", "2014-05-09", "2024-Sep-02 00:00:00", "x", "Z808900100001", "F", "a,b", 'a"b', "a\nb", "SUSP", "ü"]
)


@given(
    st.sampled_from([ON_ROLL, LEFT, EXCLUSIONS, "pupilonrolltableid,NativeId,sessions,attendancereason"]),
    st.lists(st.lists(CELL, min_size=2, max_size=9)),
)
def test_each_row_is_read_once_whatever_it_holds(read: Read, head: str, rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    units = read(f"{head}\n{text.getvalue()}")
    assert len(units) == len([row for row in rows if any(row)])
