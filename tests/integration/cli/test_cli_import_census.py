"""`icr import cin` and `icr import school-census`: once only, whatever the order; what changed is told; totals that hold."""

import gzip
import itertools
import json
import os
import signal
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.builders.process import ROOT, icr, started, wait_for
from tests.builders.stream import counted
from tests.servers.plugin import Stack

FIXTURES = ROOT / "tests/fixtures"
CENSUS = FIXTURES / "cin/census.xml"
SCHOOL = FIXTURES / "school-census"
SAMPLES = ROOT.parent / "shared/samples"
NO_SAMPLES = "the published samples are not beside the repository"

Files = list[dict[str, Any]]


def imported(stack: Stack, kind: str, *arguments: Path | str) -> tuple[int, dict[str, Any]]:
    done = icr("import", kind, *map(str, arguments), "--json", environment=stack.environment)
    document: dict[str, Any] = json.loads(done.stdout)
    for file in document["files"]:
        assert file["read"] == file["accepted"] + file["duplicate"] + file["conflict"] + file["kept"]
        assert file["kept"] + file["conflict"] == sum(file["reasons"].values())
        assert file["set_aside"] == sum(file["set_aside_reasons"].values())
    return done.returncode, document


def totals(document: dict[str, Any]) -> dict[str, int]:
    words = ("read", "accepted", "duplicate", "conflict", "kept")
    return {word: sum(file[word] for file in document["files"]) for word in words}


def timeline(stack: Stack, identifier: str) -> list[dict[str, Any]]:
    done = icr("child", "timeline", "--id", identifier, "--json", environment=stack.environment)
    assert done.returncode == 0, done.stderr
    entries: list[dict[str, Any]] = json.loads(done.stdout)["entries"]
    return entries


def changed(tmp_path: Path, old: str, new: str, name: str = "changed.xml") -> Path:
    text = CENSUS.read_text()
    assert old in text
    (tmp_path / name).write_text(text.replace(old, new).replace("2025-06-02", "2026-06-01"))
    return tmp_path / name


# --- children in need


def test_a_census_and_again_and_next_years(embedded_stack: Stack, tmp_path: Path) -> None:
    code, first = imported(embedded_stack, "cin", CENSUS)
    assert (code, totals(first)) == (1, {"read": 16, "accepted": 15, "duplicate": 0, "conflict": 0, "kept": 1})
    assert first["files"][0]["unit"] == "dated element"
    assert first["files"][0]["reasons"] == {"unknown_event_type": 1}  # the target day of a conference
    assert first["files"][0]["set_aside_reasons"] == {
        "bad_check_letter": 2
    }  # the second child's UPN, in both its events
    before = counted(embedded_stack)
    code, again = imported(embedded_stack, "cin", CENSUS)
    assert (code, totals(again)) == (0, {"read": 16, "accepted": 0, "duplicate": 16, "conflict": 0, "kept": 0})
    assert counted(embedded_stack) == before
    _, later = imported(embedded_stack, "cin", changed(tmp_path, "<Year>2025", "<Year>2026"))
    assert totals(later) == {"read": 16, "accepted": 0, "duplicate": 15, "conflict": 0, "kept": 1}
    assert counted(embedded_stack)["event"] == before["event"]


def test_this_years_and_next_years_at_once(embedded_stack: Stack, tmp_path: Path) -> None:
    _, document = imported(embedded_stack, "cin", CENSUS, changed(tmp_path, "<Year>2025", "<Year>2026"))
    assert [file["accepted"] for file in document["files"]] == [15, 0]
    assert totals(document)["conflict"] == 0


def test_a_changed_end_shows(embedded_stack: Stack, tmp_path: Path) -> None:
    imported(embedded_stack, "cin", CENSUS)
    _, document = imported(embedded_stack, "cin", changed(tmp_path, "<CPPendDate>2025-01-20", "<CPPendDate>2025-01-27"))
    assert totals(document)["accepted"] == 1
    [plan] = [e for e in timeline(embedded_stack, "agency:la-808:cin:C1001") if e["kind"] == "child_protection"]
    assert (plan["from"], plan["to"], plan["status"]) == ("2024-07-08", "2025-01-27", "ended")


def plans(stack: Stack) -> list[tuple[str | None, str]]:
    entries = timeline(stack, "agency:la-808:cin:C1001")
    return [(entry["to"], entry["status"]) for entry in entries if entry["kind"] == "child_protection"]


def test_an_end_that_is_changed_back_shows(embedded_stack: Stack, tmp_path: Path) -> None:
    imported(embedded_stack, "cin", CENSUS, changed(tmp_path, "<CPPendDate>2025-01-20", "<CPPendDate>2025-01-27"))
    third = tmp_path / "third.xml"
    third.write_text(CENSUS.read_text().replace("2025-06-02", "2026-06-10"))
    _, document = imported(embedded_stack, "cin", third)
    assert totals(document)["accepted"] == 1
    assert plans(embedded_stack) == [("2025-01-20", "ended")]
    for path in (third, CENSUS, tmp_path / "changed.xml", third):  # none of them is news
        _, again = imported(embedded_stack, "cin", path)
        assert totals(again)["accepted"] == 0
    assert plans(embedded_stack) == [("2025-01-20", "ended")]


def test_an_end_that_is_told_no_more_was_told_in_error(embedded_stack: Stack, tmp_path: Path) -> None:
    imported(embedded_stack, "cin", CENSUS)
    reopened = changed(tmp_path, "<CPPendDate>2025-01-20</CPPendDate>", "")
    _, document = imported(embedded_stack, "cin", reopened)
    assert (totals(document)["accepted"], document["files"][0]["events"]) == (1, 15)
    assert plans(embedded_stack) == [(None, "open")]
    for path in (reopened, CENSUS):
        _, again = imported(embedded_stack, "cin", path)
        assert totals(again)["accepted"] == 0
    assert plans(embedded_stack) == [(None, "open")]
    ended = tmp_path / "ended.xml"
    ended.write_text(CENSUS.read_text().replace("2025-06-02", "2026-06-10"))
    imported(embedded_stack, "cin", ended)
    assert plans(embedded_stack) == [("2025-01-20", "ended")]


def test_an_older_census_that_comes_late_takes_nothing_back(embedded_stack: Stack, tmp_path: Path) -> None:
    imported(embedded_stack, "cin", changed(tmp_path, "<CPPendDate>2025-01-20", "<CPPendDate>2025-01-27"))
    older = tmp_path / "older.xml"
    older.write_text(CENSUS.read_text().replace("<CPPendDate>2025-01-20</CPPendDate>", ""))
    imported(embedded_stack, "cin", CENSUS, older)
    assert plans(embedded_stack) == [("2025-01-27", "ended")]


def test_a_childs_timeline(embedded_stack: Stack) -> None:
    imported(embedded_stack, "cin", CENSUS)
    entries = timeline(embedded_stack, "agency:la-808:cin:C1001")
    assert sorted((entry["kind"], entry["from"], entry["to"]) for entry in entries) == [
        ("assessment", "2024-05-02", "2024-06-20"),
        ("assessment", "2024-06-24", None),
        ("case_closed", "2025-01-31", None),
        ("child_in_need", "2024-06-21", "2024-07-08"),
        ("child_protection", "2024-07-08", "2025-01-20"),
        ("initial_conference", "2024-07-08", None),
        ("plan_review", "2024-10-01", None),
        ("plan_review", "2025-01-20", None),
        ("referral", "2024-05-01", None),
    ]


def test_a_death_is_the_health_services_to_notify(embedded_stack: Stack) -> None:
    code, document = imported(embedded_stack, "cin", FIXTURES / "cin/namespaced.xml")
    assert code == 1
    assert document["files"][0]["reasons"] == {"wrong_organisation": 1}
    assert document["files"][0]["accepted"] == 2


@pytest.mark.skipif(not SAMPLES.is_dir(), reason=NO_SAMPLES)
def test_the_published_children_in_need_samples(embedded_stack: Stack) -> None:
    paths = sorted((SAMPLES / "cin-census").glob("*.xml"))
    code, document = imported(embedded_stack, "cin", *paths)
    assert code == 1
    # The plan told twice in each file is one, and the second file tells most of the first again.
    assert [(f["read"], f["accepted"], f["duplicate"], f["kept"]) for f in document["files"]] == [
        (15, 11, 3, 1),
        (17, 5, 10, 2),
    ]
    assert [f["reasons"] for f in document["files"]] == [
        {"unknown_event_type": 1},
        {"impossible_date": 1, "unknown_event_type": 1},  # the assessment of 2028
    ]
    assert set(document["files"][0]["set_aside_reasons"]) == {"bad_check_letter"}
    _, again = imported(embedded_stack, "cin", *paths)
    assert totals(again)["duplicate"] == totals(again)["read"] == 32


def test_bug_redriven_census_lost_its_reason(embedded_stack: Stack, tmp_path: Path) -> None:
    """What was kept of a census was read as an NHS message, or as an event, and its reason became `undecodable`."""
    unsaid = changed(tmp_path, "<LEA>808</LEA>", "")
    row = tmp_path / "2024_autumn_pupilonroll.csv"
    row.write_text((SCHOOL / row.name).read_text().replace("2024-Sep-02", "2024-Feb-30"))
    imported(embedded_stack, "cin", CENSUS, unsaid, "--organisation", "la-358")
    imported(embedded_stack, "school-census", row)

    def aside() -> list[tuple[str, str]]:
        done = icr("quarantine", "list", "--json", environment=embedded_stack.environment)
        return sorted((one["id"], one["reason"]) for one in json.loads(done.stdout)["aside"])

    before = aside()
    assert {reason for _, reason in before} >= {"unknown_event_type", "impossible_date"}
    done = icr("quarantine", "redrive", *(one for one, _ in before), "--json", environment=embedded_stack.environment)
    assert done.returncode == 1
    assert aside() == before


# --- school census


def test_terms_in_any_order(embedded_stack: Stack) -> None:
    spring = sorted(SCHOOL.glob("2025_spring_*.csv"))
    autumn = sorted(SCHOOL.glob("2024_autumn_*.csv"))
    code, later = imported(embedded_stack, "school-census", *spring, "--organisation", "la-808")
    assert (code, later["pairs"]) == (0, [])
    code, earlier = imported(embedded_stack, "school-census", *autumn, "--organisation", "la-808")
    expected = [{"from": "2024_autumn", "to": "2025_spring", "admissions": 1, "leavers": 1, "moves": 1}]
    assert (code, earlier["pairs"]) == (1, expected)
    found = {Path(file["file"]).stem: file for file in earlier["files"]}
    exclusions = found["2024_autumn_termlyexclusionsonroll"]
    assert (exclusions["accepted"], exclusions["reasons"]) == (3, {"no_identifier": 1})
    sessions = found["2024_autumn_termlysessiondetailsonroll"]
    assert (sessions["read"], sessions["ignored"]) == (0, {"unknown_event_type": 2})
    before = counted(embedded_stack)
    code, again = imported(embedded_stack, "school-census", *autumn, *spring, "--organisation", "la-808")
    assert (code, again["pairs"], totals(again)["duplicate"]) == (0, expected, totals(again)["read"])
    assert counted(embedded_stack) == before


def test_an_enrolment_ends_with_the_leaving_date(embedded_stack: Stack) -> None:
    imported(embedded_stack, "school-census", *sorted(SCHOOL.glob("*roll.csv")), "--organisation", "la-808")
    moved = [e for e in timeline(embedded_stack, "upn:R808900100004") if e["kind"] == "enrolment"]
    assert sorted((e["from"], e["to"], e["status"]) for e in moved) == [
        ("2020-09-01", "2024-12-20", "ended"),
        ("2025-01-06", None, "open"),
    ]


def test_a_term_between_two_known_ones_parts_their_pair(embedded_stack: Stack, tmp_path: Path) -> None:
    autumn = SCHOOL / "2024_autumn_pupilonroll.csv"
    text = autumn.read_text()
    for name in ("2025_autumn.csv", "2025_summer.csv"):
        (tmp_path / name).write_text(text)
    _, document = imported(
        embedded_stack, "school-census", tmp_path / "2025_autumn.csv", autumn, tmp_path / "2025_summer.csv"
    )
    assert [(pair["from"], pair["to"]) for pair in document["pairs"]] == [
        ("2024_autumn", "2025_summer"),
        ("2025_summer", "2025_autumn"),
    ]


def test_joining_a_second_school_is_no_move(embedded_stack: Stack, tmp_path: Path) -> None:
    head, row, *_ = (SCHOOL / "2024_autumn_pupilonroll.csv").read_text().splitlines()
    other = row.replace("900001", "900003")
    (tmp_path / "2024_autumn.csv").write_text(f"{head}\n{row}")
    (tmp_path / "2025_spring.csv").write_text(f"{head}\n{row}\n{other}")
    (tmp_path / "2025_summer.csv").write_text("\n".join([head, other.replace("900003", "900004"), row]))
    _, document = imported(embedded_stack, "school-census", *sorted(tmp_path.glob("*.csv")))
    assert [(p["admissions"], p["leavers"], p["moves"]) for p in document["pairs"]] == [(0, 0, 0), (0, 0, 1)]


def test_pseudonyms_taken_for_upns_are_kept_and_the_option_is_named(embedded_stack: Stack, tmp_path: Path) -> None:
    table = tmp_path / "2024_autumn.csv"
    table.write_text((SCHOOL / "2024_autumn_pupilonroll.csv").read_text().replace("808900100", "ab-c"))
    done = icr("import", "school-census", str(table), environment=embedded_stack.environment)
    assert done.returncode == 1
    assert "--pseudonymous" in done.stderr
    code, document = imported(embedded_stack, "school-census", table, "--pseudonymous")
    assert (code, totals(document)["accepted"]) == (0, 4)
    assert [e["kind"] for e in timeline(embedded_stack, "agency:la-000:school-census:Zab-c001")] == ["enrolment"]


def beginning(path: Path, rows: int | None, folder: Path) -> Path:
    """A file with so many rows of a packed table, or with all."""
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as table:
        (folder / path.stem).write_text("".join(itertools.islice(table, rows and rows + 1)), newline="")
    return folder / path.stem


# Of so many rows of each table: those read, the children who came, left and moved, and those told of before their birth.
@pytest.mark.parametrize(
    ("rows", "read", "changes", "before_birth"),
    [(500, 1683, (18, 18, 22), 36), pytest.param(None, 19269, (423, 13, 355), 340, marks=pytest.mark.nightly)],
    ids=["beginning", "whole"],
)
@pytest.mark.skipif(not SAMPLES.is_dir(), reason=NO_SAMPLES)
def test_the_published_school_census_samples(
    embedded_stack: Stack, tmp_path: Path, rows: int | None, read: int, changes: tuple[int, int, int], before_birth: int
) -> None:
    rolls = sorted((SAMPLES / "school-census").glob("*roll.csv.gz"), reverse=True)
    rolls = [path for path in rolls if "exclusions" not in path.name and "session" not in path.name]
    tables = [beginning(path, rows, tmp_path) for path in rolls]
    code, document = imported(embedded_stack, "school-census", *tables, "--pseudonymous")
    assert code == 0
    assert totals(document) == {"read": read, "accepted": read, "duplicate": 0, "conflict": 0, "kept": 0}
    [pair] = document["pairs"]
    assert (pair["from"], pair["to"]) == ("2024_autumn", "2025_spring")
    assert (pair["admissions"], pair["leavers"], pair["moves"]) == changes
    assert sum(file["set_aside_reasons"].get("before_birth", 0) for file in document["files"]) == before_birth


# --- both


@pytest.mark.parametrize("kind", ["cin", "school-census"])
def test_files_that_cannot_be_read_are_said_and_the_others_go_on(
    embedded_stack: Stack, tmp_path: Path, kind: str
) -> None:
    good = CENSUS if kind == "cin" else SCHOOL / "2024_autumn_pupilonroll.csv"
    (tmp_path / "empty").touch()
    (tmp_path / "garbage").write_bytes(os.urandom(5000))
    (tmp_path / "other").write_bytes((SCHOOL / "2024_autumn_pupilonroll.csv" if kind == "cin" else CENSUS).read_bytes())
    names = ("empty", "garbage", "other", "missing")
    code, document = imported(
        embedded_stack, kind, *(tmp_path / name for name in names), tmp_path, "/proc/self/mem", good
    )
    assert code == 1
    *bad, last = document["files"]
    assert all("error" in file and not file["read"] for file in bad)
    assert [file["error"] for file in bad[3:5]] == ["no such file or directory", "is a directory"]
    assert last["accepted"] == (15 if kind == "cin" else 4)
    code, document = imported(embedded_stack, kind, tmp_path, tmp_path / "missing")
    assert code == 2
    code, document = imported(embedded_stack, kind, tmp_path / "empty")
    assert (code, document["files"][0]["error"]) == (1, "the file is empty")


def test_an_option_that_names_nobody_is_wrong_use(embedded_stack: Stack) -> None:
    done = icr("import", "cin", str(CENSUS), "--organisation", "Northmoor", environment=embedded_stack.environment)
    assert done.returncode == 2


ROWS = 3000  # in fifteen batches, so that an import is interrupted in the middle


@pytest.fixture
def large(tmp_path: Path) -> Path:
    head, row, *_ = (SCHOOL / "2024_autumn_pupilonroll.csv").read_text().splitlines()
    path = tmp_path / "2024_autumn_large.csv"
    with path.open("w") as stream:
        stream.write(f"{head}\n")
        stream.writelines(row.replace("Z808900100001", f"p{number}") + "\n" for number in range(ROWS))
    return path


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_import_is_taken_up_by_running_it_again(
    embedded_stack: Stack, large: Path, tmp_path: Path, number: signal.Signals
) -> None:
    embedded_stack.environment["ICR_BATCH_SIZE"] = "200"
    log = tmp_path / "log"
    command = ("import", "school-census", str(large), "--pseudonymous")
    with started(*command, environment=embedded_stack.environment, log=log) as life:
        wait_for(lambda: _events(embedded_stack) > 0)
        life.send_signal(number)
        wait_for(lambda: not life.runs())
    there = _events(embedded_stack)
    assert 0 < there < ROWS
    assert "run it again" in log.read_text()
    code, document = imported(embedded_stack, *command[1:])
    assert (code, totals(document)["duplicate"], totals(document)["accepted"]) == (0, there, ROWS - there)


def _events(stack: Stack) -> int:
    with psycopg.connect(stack.database_url) as connection:
        row = connection.execute("SELECT count(*) FROM log.event").fetchone()
        assert row is not None
        return int(row[0])
