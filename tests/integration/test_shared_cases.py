"""Inputs that once went wrong, handed on with the project: each is given to the service as its README says.

The folder lies beside the checkout and is no part of it. Each kind has a fixture of its own as well: in
`tests/unit/intake/test_bug_*.py`, `tests/integration/intake/` and `tests/unit/api/test_plain_json.py`.
"""

import json
from datetime import date

import pytest
from starlette.testclient import TestClient

from adapters.api.app import create_app
from adapters.intake.connectors.cin import read_cin
from adapters.intake.connectors.reference_files import KINDS, ReferenceFile
from adapters.intake.connectors.school_census import SchoolCensus
from adapters.intake.imports import FileCounts, FileImporter
from adapters.log.messages import Message, Outcome
from adapters.publishing.arrays import BrokenFile
from adapters.publishing.files import read_events
from tests.builders.asking import asking
from tests.builders.process import ROOT
from tests.builders.service import Bench

CASES = ROOT.parent / "shared" / "cases"

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the shared cases are not beside the repository")

# Of these the README tells all: a command, a burst of requests, or a script against a real broker, which other tests make.
NO_INPUTS = {"01", "02", "03", "04", "17", "19", "20", "21"}
LOOKED_AT = {
    "07-former-upn/2024_autumn_pupilonroll.csv", "07-former-upn/census.xml", "07-former-upn/events.jsonl",
    "07-former-upn/events2.jsonl", "08-one-number-two-children/2024_autumn_pupilonroll.csv",
    "08-one-number-two-children/census-id-twice.xml", "10-zone-in-census-date/2024_autumn_pupilonroll.csv",
    "10-zone-in-census-date/census.xml", "12-text-after-a-date/2024_autumn_pupilonroll.csv",
    "12-text-after-a-date/calendar.csv", "13-one-name/2024_autumn_pupilonroll.csv", "16-xml-breaks-off/census.xml",
    "18-utf16-lines/events.jsonl", "22-bom-on-the-wire/event.json", "23-sex-without-a-name/census.xml",
}  # fmt: skip


def imported(here: Bench, name: str) -> FileCounts:
    path = CASES / name
    read = read_cin if path.suffix == ".xml" else SchoolCensus([path], "la-808").read
    kind = "cin" if path.suffix == ".xml" else "school-census"
    [counts] = FileImporter(here.recorder, read, unit="unit", batch=100, by_content=True, kind=kind).take([path])
    assert counts.read == counts.accepted + counts.duplicate + counts.conflict + counts.kept
    return counts


def recorded(here: Bench, name: str) -> list[Outcome]:
    lines = (CASES / name).read_bytes().splitlines()
    return here.record(*(Message(line) for line in lines))


def shown(here: Bench, identifier: str, kind: str) -> list[tuple[str, str, str]]:
    """(provider, from, status) of a child's entries of a kind."""
    here.projector.project()
    with asking(here.service) as asked:
        told = asked.timeline(identifier=identifier, effective_at=date(2026, 5, 30))
    assert told is not None
    return [(entry["provider"], entry["from"], entry["status"]) for entry in told["entries"] if entry["kind"] == kind]


def people(here: Bench) -> list[tuple[list[str], str | None, str | None]]:
    """(family names, sex, date of birth) of each event that says who a child is."""
    said = [e.body["subject"]["person"] for e in here.events() if "subject" in e.body]
    return [([n["family"] for n in p["names"]], p["sex"], p["date_of_birth"]) for p in said if p is not None]


def test_every_input_is_looked_at() -> None:
    there = {
        str(path.relative_to(CASES))
        for path in CASES.glob("*/*")
        if path.name != "README" and path.suffix != ".py" and path.parent.name[:2] not in NO_INPUTS
    }
    assert there == LOOKED_AT


def test_07_a_former_upn_is_a_replaced_one(here: Bench) -> None:
    assert {one.outcome for one in recorded(here, "07-former-upn/events.jsonl")} == {"accepted"}
    assert imported(here, "07-former-upn/census.xml").accepted == 1
    for number in ("L808240850002", "X808240850001"):
        assert shown(here, f"upn:{number}", "enrolment") == [
            ("900001", "2018-09-03", "open"),
            ("900002", "2024-09-02", "open"),
        ]


def test_07_on_a_roll(here: Bench) -> None:
    recorded(here, "07-former-upn/events2.jsonl")
    assert imported(here, "07-former-upn/2024_autumn_pupilonroll.csv").accepted == 1
    assert ("900002", "2024-09-02", "open") in shown(here, "upn:P808240850004", "enrolment")


@pytest.mark.parametrize("name", ["2024_autumn_pupilonroll.csv", "census-id-twice.xml"])
def test_08_the_second_child_is_kept_and_never_joined(here: Bench, name: str) -> None:
    counts = imported(here, f"08-one-number-two-children/{name}")
    assert (counts.accepted, counts.kept, dict(counts.reasons)) == (1, 1, {"number_of_two_children": 1})
    assert len({person[2] for person in people(here)}) == 1


def test_10_the_day_is_londons(here: Bench) -> None:
    assert imported(here, "10-zone-in-census-date/census.xml").accepted == 1
    assert shown(here, "agency:la-808:cin:Z1", "referral") == [("la-808", "2024-04-01", "moment")]
    assert imported(here, "10-zone-in-census-date/2024_autumn_pupilonroll.csv").accepted == 1
    assert shown(here, "upn:R808240870001", "enrolment") == [("900001", "2021-09-01", "open")]
    born = {day for _, _, day in people(here)}
    assert born == {(date(2015, 4, 1) - date(1970, 1, 1)).days, (date(2014, 5, 9) - date(1970, 1, 1)).days}


def test_12_text_behind_a_day_is_no_day(here: Bench) -> None:
    counts = imported(here, "12-text-after-a-date/2024_autumn_pupilonroll.csv")
    assert dict(counts.reasons) == {"impossible_date": 1}
    units = list(ReferenceFile(KINDS["calendar"], "la-808").read(CASES / "12-text-after-a-date/calendar.csv"))
    assert [unit.kept and unit.kept[0] for unit in units] == ["impossible_date"]


def test_13_the_one_name_is_the_name(here: Bench) -> None:
    assert imported(here, "13-one-name/2024_autumn_pupilonroll.csv").accepted == 1
    assert [names for names, _, _ in people(here)] == [["Suharto"]]


def test_16_what_stood_before_the_break_is_recorded(here: Bench) -> None:
    counts = imported(here, "16-xml-breaks-off/census.xml")
    assert (counts.accepted, counts.error) == (3, "not well-formed XML at line 1: what stands before it was read")


def test_18_the_file_is_named_as_not_utf_8(here: Bench) -> None:
    with pytest.raises(BrokenFile, match="the file is UTF-16: save it as UTF-8"):
        list(read_events(CASES / "18-utf16-lines/events.jsonl"))
    [one] = here.record(Message((CASES / "18-utf16-lines/events.jsonl").read_bytes()))
    assert (one.reason, one.rule) == ("undecodable", "the text is UTF-16: send UTF-8")


def test_22_the_mark_is_named(here: Bench) -> None:
    data = (CASES / "22-bom-on-the-wire/event.json").read_bytes()
    [one] = here.record(Message(data))
    assert one.reason == "undecodable"
    assert "byte order mark" in (one.rule or "")
    with TestClient(create_app(here.service), base_url="http://localhost") as client:
        answer = client.post("/v1/events", content=data, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert "byte order mark" in json.dumps(answer.json())
    assert len(list(read_events(CASES / "22-bom-on-the-wire/event.json"))) == 1  # a file may have it


def test_23_sex_and_birth_are_told_without_a_name(here: Bench) -> None:
    assert imported(here, "23-sex-without-a-name/census.xml").accepted == 1
    assert [(names, sex) for names, sex, _ in people(here)] == [([], "F")]
    here.projector.project()
    with asking(here.service) as asked:
        line = asked.child(identifier="agency:la-808:cin:S1", effective_at=date(2026, 5, 30))
    assert (line["name"], line["sex"], line["date_of_birth"]) == (None, "F", "2015-03-31")
