"""Bad files of reference data: those that are none are said, rows that cannot be read are kept, whole."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.codec.limits import MAX_ENTRIES
from adapters.intake.connectors import BrokenFile, Converted
from adapters.intake.connectors.reference_files import KINDS, ReferenceFile
from adapters.intake.connectors.reference_tables import MAX_BYTES
from domain.errors import Misuse
from domain.reasons import REASONS

WRITTEN = datetime(2026, 9, 1, tzinfo=UTC)
AREAS = "map,by,area,member,through"
TERMS = "calendar,term,from,to,school"
STAFF = "kind,staff_id,team,contact,hours,from,to"

Read = Callable[..., list[Converted]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads something as a file of a kind, and looks at what must hold for any."""

    def reader(kind: str, data: str | bytes) -> list[Converted]:
        path = tmp_path / "file.csv"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        units = list(ReferenceFile(KINDS[kind], "la-808", written=WRITTEN).read(path))
        for unit in units:
            assert bool(unit.events) != (unit.kept is not None)
            if unit.kept is not None:
                assert unit.kept[0] in REASONS
                assert unit.raw
        return units

    return reader


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the file is empty"),
        (b"rule,value\n", "no row below its head line"),
        (b"rule,value\nno_gp,60,\xe9\n", "not in UTF-8"),
        (b'rule,value\n"no_gp,60\n', "not CSV at line 2"),
        (b"rule,value\n" + b"," * MAX_BYTES, "more than"),
    ],
)
def test_a_file_that_is_none_is_said(read: Read, data: bytes, said: str) -> None:
    with pytest.raises(BrokenFile, match=said):
        read("thresholds", data)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("rule,value,colour", "column 3 is none of this kind of file, whose columns are: rule, value"),
        ("rule,value,value", "two columns have one name"),
        ("rule,from", "there is no column value"),
        ("Ada Example,9990200017", "column 1 is none"),
    ],
)
def test_columns_of_another_file_are_wrong_use_and_never_quoted(read: Read, head: str, said: str) -> None:
    with pytest.raises(Misuse, match=said) as wrong:
        read("thresholds", f"{head}\nno_gp,60,\n")
    assert not any(word in str(wrong.value) for word in ("Ada", "9990200017", "colour"))


KEPT: list[tuple[str, str, str, tuple[str, str | None]]] = [
    ("areas", AREAS, "M,postcode,,ZE91,", ("missing_field", "area")),
    ("areas", AREAS, ",postcode,A,ZE91,", ("missing_field", "map")),
    ("areas", AREAS, "M,,A,ZE91,", ("missing_field", "by")),
    ("areas", AREAS, "M,postcode,A,Castle,", ("bad_value", "member")),
    ("areas", AREAS, "M,ward,A,Castle,", ("missing_field", "through")),
    ("areas", AREAS, "M,postcode,A,ZE91", ("bad_value", None)),
    ("calendar", TERMS, "C,Autumn,2026-09-02,,", ("missing_field", "to")),
    ("calendar", TERMS, "C,Autumn,2026-09-31,2026-12-19,", ("impossible_date", "from")),
    ("calendar", TERMS, "C,Autumn,2026-12-19,2026-09-02,", ("end_before_start", "to")),
    ("calendar", TERMS, "C,closed,2026-09-02,2026-09-03,", ("missing_field", "term")),
    ("organisations", "code,name,kind", "urn-900001,,school", ("missing_field", "name")),
    ("organisations", "code,name,kind,to", "urn-900001,A,school,soon", ("impossible_date", "to")),
    ("agreements", "name,parties,classes,purposes,shares", "A,la-808,health,lead,", ("missing_field", "shares")),
    ("thresholds", "rule,value", "no_gp,-1", ("bad_value", "value")),
    ("thresholds", "rule,value", "no_gp,", ("missing_field", "value")),
    ("feeds", "organisation,feed", "urn-900001,Attendance", ("unknown_event_type", "feed")),
    ("feeds", "organisation,feed,allowance_days", "urn-900001,AttendanceMarked,week", ("bad_value", "allowance_days")),
    ("services", "service,contact", ",01632 960001", ("missing_field", "service")),
    ("staff", STAFF, "boss,W1,,,,,", ("unknown_code", "kind")),
    ("staff", STAFF, "worker,,,,,,", ("missing_field", "staff_id")),
    ("staff", STAFF, "member,W1,,,,,", ("missing_field", "team")),
    ("staff", STAFF, "duty,,T3,,,,", ("missing_field", "contact")),
    ("staff", STAFF, "duty,,T3,01632 960001,weekdays,,", ("bad_value", "hours")),
    ("staff", STAFF, "duty,,T3,01632 960001,mon-fri 25:00-26:00,,", ("bad_value", "hours")),
]


@pytest.mark.parametrize(("kind", "head", "row", "why"), KEPT)
def test_a_row_that_cannot_be_read_is_kept_with_its_head(
    read: Read, kind: str, head: str, row: str, why: tuple[str, str | None]
) -> None:
    [unit] = read(kind, f"{head}\n{row}\n")
    assert unit.kept is not None
    assert unit.kept[:2] == why
    assert unit.raw.decode() == f"# icr load {kind} --organisation la-808\n{head}\n{row}\n"
    [again] = read(kind, unit.raw)
    assert again == unit
    assert not any(cell in (unit.kept[2] or "") for cell in row.split(",") if len(cell) > 4 and cell != "postcode")


@pytest.mark.parametrize(
    ("kind", "head", "rows", "why"),
    [
        ("areas", AREAS, ("M,postcode,A,ZE91,", "M,ward,B,ZE92,", "M,,B,ZE93,"), ("bad_value", "by")),
        ("areas", AREAS, ("M,postcode,A,ZE91,", "M,,B,ZE9 1;ZE92,", "M,,B,ZE93,"), ("bad_value", "member")),
        (
            "calendar",
            TERMS,
            ("C,A,2026-09-02,2026-10-24,", "C,closed,2026-09-09,2026-09-10,900001", "C,B,2026-11-02,2026-12-19,"),
            ("bad_value", "school"),
        ),
    ],
)
def test_a_row_at_odds_with_the_first_of_its_name_is_kept_and_the_others_stand(
    read: Read, kind: str, head: str, rows: tuple[str, str, str], why: tuple[str, str]
) -> None:
    odd, whole = read(kind, "\n".join([head, *rows]))
    assert odd.kept is not None
    assert (odd.kept[:2], odd.raw.decode()) == (
        why,
        f"# icr load {kind} --organisation la-808\n{head}\n{rows[1]}\n",
    )
    assert len(whole.events[0]["areas" if kind == "areas" else "terms"]) == 2


def test_a_row_that_was_kept_has_no_say_in_what_is_at_odds(read: Read) -> None:
    _, whole = read("areas", f"{AREAS}\nM,postcode,A,Castle,\nM,ward,A,Castle,Wards\n")
    assert whole.events[0]["by"] == "ward"


def test_a_map_too_large_for_a_message_comes_in_parts(read: Read) -> None:
    rows = [
        f"M,postcode,{'AB'[n % 2]},ZE{n // 100} {n // 10 % 10}A{'ABCDEFGHJL'[n % 10]}," for n in range(2 * MAX_ENTRIES)
    ]
    [whole] = read("areas", "\n".join([AREAS, *rows]))
    assert [event["part"] for event in whole.events] == ["1 of 3", "2 of 3", "3 of 3"]
    assert len({event["version"] for event in whole.events}) == 1
    held = [len(event["areas"]) + sum(len(area["members"]) for area in event["areas"]) for event in whole.events]
    assert max(held) < MAX_ENTRIES
    assert sum(len(area["members"]) for event in whole.events for area in event["areas"]) == len(rows)
    [small] = read("areas", "\n".join([AREAS, *rows[:100]]))
    assert [(event["part"], event["version"]) for event in small.events] == [(None, None)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(kind=st.sampled_from(sorted(KINDS)), cells=st.lists(st.text(max_size=12), min_size=1, max_size=40))
def test_no_row_ends_it(read: Read, kind: str, cells: list[str]) -> None:
    columns = (*KINDS[kind].needed, *KINDS[kind].optional)
    quoted = ['"' + cell.replace('"', '""') + '"' for cell in cells]
    rows = [",".join(quoted[at : at + len(columns)]) for at in range(0, len(quoted), len(columns))]
    try:
        units = read(kind, ("\n".join([",".join(columns), *rows])).encode("utf-8", "replace"))
    except BrokenFile:
        return
    assert len(units) <= len(rows)
