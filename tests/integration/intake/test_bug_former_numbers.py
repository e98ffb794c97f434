"""A former number in a file was taken for a second number in use, and the child's enrolment for disputed."""

from datetime import date
from pathlib import Path

import pytest

from adapters.intake.connectors.cin import read_cin
from adapters.intake.connectors.nems import MAX_BYTES, read_nems
from adapters.intake.connectors.school_census import SchoolCensus
from adapters.intake.imports import FileCounts, FileImporter, Importer
from tests.builders.asking import asking
from tests.builders.cin import census
from tests.builders.service import Bench
from tests.builders.stream import event, upn

NOW, BEFORE = upn(2), upn(1)
PERSON = {"names": [{"given": ["Kim"], "family": "Vale"}], "date_of_birth": "2013-02-11"}
FIXTURES = Path(__file__).parents[2] / "fixtures"


def admitted(here: Bench, number: str, school: str, day: str) -> None:
    told = event("PupilAdmitted", f"adm-{school}", f"urn-{school}", {"upn": number}, day, school=school, person=PERSON)
    [outcome] = here.record(told)
    assert outcome.outcome == "accepted"


def statuses(here: Bench, identifier: str) -> dict[str, str]:
    here.projector.project()
    with asking(here.service) as asked:
        told = asked.timeline(identifier=identifier, effective_at=date(2026, 5, 30))
    assert told is not None
    return {entry["provider"]: entry["status"] for entry in told["entries"] if entry["kind"] == "enrolment"}


def by_content(here: Bench, read: object, path: Path) -> FileCounts:
    return FileImporter(here.recorder, read, unit="row", batch=100, by_content=True).take([path])[0]  # type: ignore[arg-type]


def roll(folder: Path, term: str) -> Path:
    path = folder / f"{term}_roll.csv"
    path.write_text(
        f"URN,dob,surname,forename,upn,formerupn,entrydate\n900002,2013-02-11,Vale,Kim,{NOW},{BEFORE},2024-09-02\n"
    )
    return path


def test_on_a_roll(here: Bench, tmp_path: Path) -> None:
    admitted(here, BEFORE, "900001", "2018-09-03")
    read = SchoolCensus([], "la-808").read
    assert by_content(here, read, roll(tmp_path, "2024_autumn")).accepted == 1
    assert statuses(here, f"upn:{NOW}") == statuses(here, f"upn:{BEFORE}") == {"900001": "open", "900002": "open"}
    before = len(here.events())
    assert by_content(here, read, roll(tmp_path, "2025_spring")).accepted == 1
    assert len(here.events()) == before + 2  # the row and the report of its roll: that the number was replaced is known


def test_in_a_census_of_children_in_need(here: Bench, tmp_path: Path) -> None:
    admitted(here, BEFORE, "900001", "2018-09-03")
    admitted(here, NOW, "900002", "2024-09-02")
    who = (
        f"<ChildIdentifiers><LAchildID>F1</LAchildID><UPN>{NOW}</UPN><FormerUPN>{BEFORE}</FormerUPN>"
        "<PersonBirthDate>2013-02-11</PersonBirthDate><Sex>F</Sex></ChildIdentifiers>"
    )
    path = tmp_path / "census.xml"
    path.write_text(
        census([f"<Child>{who}<CINdetails><CINreferralDate>2024-01-10</CINreferralDate></CINdetails></Child>"])
    )
    counts = by_content(here, read_cin, path)
    assert (counts.read, counts.accepted) == (1, 1)
    for identifier in (f"upn:{NOW}", f"upn:{BEFORE}", "agency:la-808:cin:F1"):
        assert statuses(here, identifier) == {"900001": "open", "900002": "open"}, identifier
    again = by_content(here, read_cin, path)
    assert (again.read, again.duplicate) == (1, 1)


@pytest.mark.parametrize("current", ["", "Z123"])
def test_where_the_current_number_is_none(here: Bench, tmp_path: Path, current: str) -> None:
    path = roll(tmp_path, "2024_autumn")
    path.write_text(path.read_text().replace(NOW, current))
    assert by_content(here, SchoolCensus([], "la-808").read, path).accepted == 1
    assert statuses(here, f"upn:{BEFORE}") == {"900002": "open"}


def test_an_old_nhs_number(here: Bench, tmp_path: Path) -> None:
    text = (FIXTURES / "nems/gp.xml").read_text()
    system = '<system value="https://fhir.nhs.uk/Id/nhs-number"/>'
    old = f'<identifier><use value="old"/>{system}<value value="9990000018"/></identifier>'
    before, patient, rest = text.partition("<Patient>")
    place = rest.index("<identifier>")
    path = tmp_path / "gp.xml"
    path.write_text(before + patient + rest[:place] + old + rest[place:])
    [counts] = Importer(here.recorder, read_nems, unit="message", most_bytes=MAX_BYTES, batch=10).take([path])
    assert (counts.accepted, counts.kept) == (1, 0)
    here.projector.project()
    number = next(
        i["value"]
        for e in here.events()
        if e.effect.event_type == "NhsNumberSuperseded"
        for i in e.body["subject"]["identifiers"]
    )
    with asking(here.service) as asked:
        found = [
            asked.timeline(identifier=f"nhs:{one}", effective_at=date(2026, 5, 30)) for one in (number, "9990000018")
        ]
    assert found[0] is not None
    assert found[1] is not None
    assert found[0]["child"] == found[1]["child"]
