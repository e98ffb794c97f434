"""`icr load`: reference data from plain files, and what it changes in the answers from its day on."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from adapters.log.keys.key_file import load_or_create
from adapters.log.messages import Message
from adapters.process.clock import FixedClock
from adapters.process.settings import Settings
from adapters.service.opened import Service
from tests.builders.example_family import ADA_UPN, example_family
from tools.main import main

EXAMPLES = Path(__file__).parents[2] / "fixtures" / "examples"
KINDS = ("areas", "calendar", "organisations", "agreements", "thresholds", "feeds", "services", "staff")
AUTHORITY = ("--organisation", "la-808")


class Office:
    """Where the authority sits: the example family is in the log, and commands are run as `icr` does."""

    def __init__(self, url: str, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self._url = url
        self._folder = folder
        self._capfd = capfd

    def run(self, *arguments: str, code: int = 0) -> tuple[str, str]:
        self._capfd.readouterr()
        assert main(list(arguments)) == code, self._capfd.readouterr().err
        written = self._capfd.readouterr()
        return written.out, written.err

    def load(
        self, kind: str, text: str | Path, *more: str, changed: str = "2025-09-01", code: int = 0
    ) -> dict[str, Any]:
        """Load a file that was last changed on a day; the counts."""
        path = self._folder / f"{kind}.csv"
        path.write_text(text.read_text() if isinstance(text, Path) else text)
        seconds = datetime.fromisoformat(f"{changed}T08:00:00+00:00").timestamp()
        os.utime(path, (seconds, seconds))
        out, _ = self.run("load", kind, str(path), *AUTHORITY, *more, "--json", code=code)
        [counts] = json.loads(out)["files"]
        assert counts["read"] == sum(counts[word] for word in ("accepted", "duplicate", "conflict", "kept"))
        assert isinstance(counts, dict)
        return counts

    def families(self, day: str, *more: str) -> list[dict[str, Any]]:
        """The families that are listed on a day."""
        out, _ = self.run("families", "list", "--effective-at", day, *more, "--json")
        listed: list[dict[str, Any]] = json.loads(out)["families"]
        return listed

    def indicators(self, day: str) -> list[tuple[str, str]]:
        """Each indicator that is shown on a day, and its status."""
        return sorted((one["id"], one["status"]) for family in self.families(day) for one in family["indicators"])

    def without_practice(self, day: str) -> int:
        """How many children are shown without a general practice on a day."""
        return sum(rule == "no_gp" for rule, _ in self.indicators(day))

    def events(self) -> int:
        """How many there are in the log."""
        with psycopg.connect(self._url) as connection:
            row = connection.execute("SELECT count(*) FROM log.event").fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
def office(
    any_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Office:
    monkeypatch.setenv("ICR_DATABASE_URL", any_database_url)
    monkeypatch.setenv("ICR_DATA_DIR", str(tmp_path))
    settings = Settings(data_dir=tmp_path, database_url=any_database_url)
    clock = FixedClock(datetime(2026, 10, 1, 12, tzinfo=UTC))
    service = Service(settings, any_database_url, None, None, False, load_or_create(tmp_path / "keys"), clock)
    recorder = service.recorder()
    recorder.record([Message(event) for event in example_family()])
    recorder.close()
    return Office(any_database_url, tmp_path, capfd)


# --- what it changes


def test_families_are_listed_by_the_areas_of_a_map(office: Office) -> None:
    day = "2026-10-01"
    assert [bool(office.families(day, "--area", area)) for area in ("ZE9", "Sands")] == [True, False]
    office.load("areas", EXAMPLES / "areas.csv", "--from", "2026-09-01")
    assert [bool(office.families(day, "--area", area)) for area in ("ZE9", "Sands", "North")] == [False, True, False]
    assert office.families(day)[0]["area"] == "Sands"
    assert office.families("2026-08-31", "--area", "ZE9")  # the map did not hold yet


def test_wards_are_areas_of_one_map_and_members_of_another(office: Office) -> None:
    text = (
        "map,by,area,member,through\nWards,postcode,Quay,ZE9 1,\nWards,,Hill,ZE9 2,\nParts,ward,East,Quay;Sands,Wards\n"
    )
    office.load("areas", text, "--from", "2026-09-01")
    found = [bool(office.families("2026-10-01", "--area", area)) for area in ("Quay", "East", "Hill")]
    assert found == [True, True, False]


def test_a_threshold_changes_what_is_shown_from_its_day(office: Office) -> None:
    """Ada has been without a practice since 1 June; 30 days are the rule."""
    office.load("thresholds", "rule,value,from\nno_gp,60,2026-07-16\n")
    days = ("2026-07-15", "2026-07-16", "2026-07-30", "2026-07-31")
    assert [office.without_practice(day) for day in days] == [2, 1, 1, 2]  # Ben, since 1 May, on all of them


def test_a_changed_file_stands_for_what_it_said_before(office: Office) -> None:
    day, head = "2026-07-15", "rule,value,from\n"
    for value, changed, shown in ((60, "2025-09-01", 1), (20, "2025-09-02", 2), (70, "2025-08-31", 2)):
        assert office.load("thresholds", f"{head}no_gp,{value},2026-07-01\n", changed=changed)["accepted"] == 1
        assert office.without_practice(day) == shown, value


def test_of_two_rows_about_one_thing_the_later_from_holds_whatever_their_order(office: Office) -> None:
    office.load("thresholds", "rule,value,from\nno_gp,60,2026-07-16\nno_gp,1,2026-07-01\n")
    assert [office.without_practice(day) for day in ("2026-07-15", "2026-07-16")] == [2, 1]


def test_school_days_are_those_of_the_calendar(office: Office) -> None:
    """Ada left the roll on 20 July without a place elsewhere: a lost leaver after fifteen school days."""
    days = ("2026-08-07", "2026-08-10", "2026-09-17", "2026-09-18")
    found = [any(one[0] == "lost_leaver" for one in office.indicators(day)) for day in days]
    assert found == [False, True, True, True]
    terms = "calendar,term,from,to\nYear,Summer,2026-04-13,2026-07-23\nYear,Autumn,2026-09-02,2026-12-19\n"
    office.load("calendar", terms)
    found = [any(one[0] == "lost_leaver" for one in office.indicators(day)) for day in days]
    assert found == [False, False, False, True]


def test_a_feed_that_is_expected_and_never_reported_leaves_it_not_known(office: Office) -> None:
    day = "2026-10-01"
    assert ("no_gp", "true") in office.indicators(day)
    office.load(
        "feeds", "organisation,feed,from\nods-K82057,GpRegistered,2026-09-01\nods-Z99999,GpRegistered,2026-09-01\n"
    )
    assert {status for rule, status in office.indicators(day) if rule == "no_gp"} == {"not_known"}
    [family] = office.families(day)
    out, _ = office.run("families", "show", family["family"], "--effective-at", day, "--json")
    assert json.loads(out)["feeds"]["no_gp"] == "1 of 2 organisations in reach do not publish"


def test_an_organisation_is_shown_by_its_name(office: Office) -> None:
    office.load("organisations", EXAMPLES / "organisations.csv")
    out, _ = office.run("child", "timeline", "--id", f"upn:{ADA_UPN}", "--effective-at", "2026-10-01", "--json")
    told = [entry for entry in json.loads(out)["entries"] if entry["kind"] == "gp_registration"]
    assert [(entry["agency"], entry["agency_name"]) for entry in told] == [("ods-K82057", "Mill Lane Surgery")]


# --- what becomes of a file


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_loaded_again_says_nothing_new(office: Office, kind: str) -> None:
    first = office.load(kind, EXAMPLES / f"{kind}.csv")
    before = office.events()
    assert (first["accepted"], first["kept"], first["set_aside"]) == (first["read"], 0, 0)
    again = office.load(kind, EXAMPLES / f"{kind}.csv")
    assert (again["duplicate"], office.events()) == (first["read"], before)


def test_a_row_that_cannot_be_read_is_kept_and_the_others_go_on(office: Office) -> None:
    text = "rule,value,from\nno_gp,soon,\nno_gp,60,2026-07-16\nno_such_rule,1,\ndropped_out,7,40/01/2026\n"
    counts = office.load("thresholds", text, code=1)
    assert (counts["accepted"], counts["kept"]) == (1, 3)
    assert counts["reasons"] == {"bad_value": 1, "impossible_date": 1, "unknown_code": 1}
    out, _ = office.run("quarantine", "list", "--json")
    kept = sorted((one["reason"], one["field"]) for one in json.loads(out)["aside"])
    assert kept == [("bad_value", "value"), ("impossible_date", "from"), ("unknown_code", "rule")]
    again = office.load("thresholds", text)
    assert (again["duplicate"], again["kept"]) == (4, 0)


def test_a_map_of_every_postcode_comes_in_parts_and_is_one_map(office: Office) -> None:
    """The families live at ZE9 1AA and ZE9 2AA; what stood of the map before is gone with its last version."""
    office.load("areas", "map,by,area,member\nAll,postcode,Old,ZE9\n", "--from", "2026-09-01")
    codes = [f"ZE{n // 100} {n // 10 % 10}{'ABCDEFGHJL'[n % 10]}A" for n in range(1000, 3000)]
    many = "".join(f"All,postcode,Elsewhere,{code}\n" for code in codes)
    text = f"map,by,area,member\n{many}All,postcode,Sands,ZE9 1AA\n"
    counts = office.load("areas", text, "--from", "2026-09-01", changed="2025-09-20")
    assert (counts["accepted"], counts["events"], counts["kept"]) == (1, 3, 0)
    found = [bool(office.families("2026-10-01", "--area", area)) for area in ("Old", "Sands", "Elsewhere")]
    assert found == [False, True, False]


def test_only_checked_nothing_is_recorded_and_no_database_is_needed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = office.events()
    monkeypatch.setenv("ICR_DATABASE_URL", "postgresql://127.0.0.1:1/nowhere")
    assert office.load("staff", EXAMPLES / "staff.csv", "--validate-only")["accepted"] == 7
    assert office.load("thresholds", "rule,value\nno_gp,soon\n", "--validate-only", code=1)["kept"] == 1
    office.run("load", "staff", str(EXAMPLES / "staff.csv"), *AUTHORITY, code=3)
    assert office.events() == before


def test_bug_membership_ended_before_it_began(office: Office) -> None:
    """Its end was recorded, and its start was kept: an end alone was in the log."""
    before = office.events()
    text = "kind,staff_id,team,from,to\nmember,W1,T1,2025-03-01,2025-02-01\nmember,W2,T1,2025-03-01,2025-03-01\n"
    counts = office.load("staff", text)
    assert (counts["accepted"], counts["kept"], counts["events"]) == (2, 0, 3)
    assert counts["set_aside_reasons"] == {"end_before_start": 1}
    assert office.events() == before + 3


WRONG_USE: list[tuple[list[str], int, str]] = [
    (["thresholds", "FILE", "--organisation", "ods-K82057"], 1, "wrong_organisation in --organisation"),
    (["staff", "FILE", "--organisation", "nobody"], 1, "wrong_organisation in --organisation"),
    (["thresholds", "FILE"], 2, "--organisation"),
    (["thresholds", "gone.csv", *AUTHORITY], 2, "no such file"),
    (["areas", "FILE", *AUTHORITY], 2, "column 1 is none of this kind of file, whose columns are: map, by, area"),
    (["thresholds", "FILE", *AUTHORITY, "--from", "soon"], 2, "--from: a date is written YYYY-MM-DD"),
    (["thresholds", "FILE", *AUTHORITY, "--from", "2026-02-30"], 2, "--from: a date is written YYYY-MM-DD"),
    (["thresholds", "FILE", *AUTHORITY, "--recorded-at", "2026-09-01"], 2, "--recorded-at: an RFC 3339 instant"),
    (["thresholds", "FILE", *AUTHORITY, "--recorded-at", "9999-12-31T23:59:59.999999Z"], 2, "--recorded-at: an"),
    (["thresholds", "FILE", *AUTHORITY, "--recorded-at", "0001-01-01T00:00:00+14:00"], 2, "--recorded-at: an"),
]


@pytest.mark.parametrize(("arguments", "code", "said"), WRONG_USE)
def test_wrong_use_says_what_is_wrong(office: Office, arguments: list[str], code: int, said: str) -> None:
    before = office.events()
    file = str(EXAMPLES / "thresholds.csv")
    out, err = office.run("load", *(file if word == "FILE" else word for word in arguments), code=code)
    assert (out, office.events()) == ("", before)
    assert said in " ".join(err.split())
