"""Vaccinations, screening, examinations and reviews, by example: a contact of a kind on a day, or one that was missed."""

from pathlib import Path
from typing import Any

import pytest

from adapters.codec import decode_json
from adapters.intake.connectors import Converted
from adapters.intake.connectors.nems import KINDS, read_nems
from adapters.intake.connectors.nems_child_health import CONTACT_KINDS

FIXTURES = Path(__file__).parents[2] / "fixtures" / "nems"
RECORD = "vaccinations-1:https://clinic.example/vaccinations|vac-501"


def text_of(name: str) -> str:
    return (FIXTURES / f"{name}.xml").read_text(encoding="utf-8")


def unit(text: str) -> Converted:
    [converted] = read_nems(text.encode())
    return converted


def told(text: str) -> list[tuple[str, Any, str]]:
    return [(e["event_type"], e.get("service"), e["effective"]["from"]) for e in unit(text).events]


def test_a_vaccination_is_a_contact_on_its_day() -> None:
    [event] = unit(text_of("vaccination")).events
    assert (event["event_type"], event["service"]) == ("ContactTookPlace", "vaccination")
    assert event["effective"] == {"from": "2026-04-27", "to": None}
    assert event["source"]["source_record_id"] == RECORD
    assert event["recorded_at"] == "2026-05-01T14:00:00Z"  # when it was written down


def test_a_vaccination_that_was_not_given_was_missed_and_why_is_not_said() -> None:
    text = text_of("vaccination-not-given")
    assert told(text) == [("ContactMissed", "vaccination", "2026-04-27")]
    assert "consent" not in str(unit(text).events)


@pytest.mark.parametrize("reason", ["Did not attend", "Child not brought to appointment", "Patient failed to attend"])
def test_a_child_who_was_not_brought(reason: str) -> None:
    text = text_of("vaccination-not-given").replace("Immunization consent not given", reason)
    assert told(text) == [("WasNotBrought", "vaccination", "2026-04-27")]


@pytest.mark.parametrize(("code", "kind"), CONTACT_KINDS.items())
def test_every_kind(code: str, kind: Any) -> None:
    text = text_of("vaccination") if kind.focus == "Immunization" else text_of("screening")
    events = unit(text.replace("vaccinations-1", code).replace("newborn-hearing-1", code)).events
    assert (events[0]["event_type"], events[0]["service"]) == ("ContactTookPlace", kind.service)
    for event in events:
        decode_json(event)
    assert code in KINDS


def test_no_outcome_vaccine_or_code_is_told() -> None:
    for name in ("vaccination", "vaccination-not-given", "screening", "examination"):
        said = str(unit(text_of(name)).events)
        for hidden in ("abnormality", "vaccine", "985891000000104", "39114911000001105", "310376006"):
            assert hidden not in said, (name, hidden)


def test_a_screening_that_comes_again_takes_back_what_was_told_before() -> None:
    contact, back = unit(text_of("screening")).events
    assert contact["event_type"] == "ContactTookPlace"
    assert back["event_type"] == "EventRetracted"
    assert back["target"]["source_record_id"] == contact["source"]["source_record_id"]
    assert back["recorded_at"] < contact["recorded_at"]
    [first] = unit(text_of("vaccination")).events
    again = text_of("vaccination").replace('<code value="new"/>', '<code value="update"/>')
    assert [e["event_type"] for e in unit(again).events] == ["ContactTookPlace", "EventRetracted"]
    assert first["event_type"] == "ContactTookPlace"


@pytest.mark.parametrize(
    "text",
    [
        text_of("vaccination-delete"),
        text_of("vaccination").replace('<status value="completed"/>', '<status value="entered-in-error"/>'),
    ],
)
def test_a_record_that_is_deleted_or_was_an_error(text: str) -> None:
    [event] = unit(text).events
    assert (event["event_type"], event["target"]["source_record_id"]) == ("EventRetracted", RECORD)


def test_a_message_that_deletes_may_hold_no_patient() -> None:
    [event] = unit(text_of("screening-delete")).events
    assert event["event_type"] == "EventRetracted"
    assert event["subject"]["identifiers"] == [{"scheme": "nhs", "value": "9990101019"}]
    nobody = text_of("screening-delete").replace("9990101019", "9990101018")
    assert unit(nobody).kept[:2] == ("no_identifier", "MessageHeader.extension(routingDemographics)")  # type: ignore[index]


@pytest.mark.parametrize(
    ("old", "new", "event_type"),
    [
        ('<status value="finished"/>', '<status value="cancelled"/>', "ContactMissed"),
        ('<status value="completed"/>', '<status value="completed"/><notDone value="true"/>', "ContactMissed"),
        ('<status value="completed"/>', '<status value="aborted"/>', "ContactMissed"),
    ],
)
def test_an_examination_that_was_not_done(old: str, new: str, event_type: str) -> None:
    assert unit(text_of("examination").replace(old, new)).events[0]["event_type"] == event_type


def test_a_contact_that_is_planned_has_not_taken_place() -> None:
    kept = unit(text_of("examination").replace('value="finished"', 'value="planned"')).kept
    assert kept is not None
    assert kept[:2] == ("unknown_code", "Encounter.status")


@pytest.mark.parametrize(
    ("date", "reason"),
    [
        ("2026-04", "missing_field"),
        ("2025-01-01", "before_birth"),
        ("2027-01-01", "impossible_date"),
        ("soon", "impossible_date"),
    ],
)
def test_a_day_that_cannot_be(date: str, reason: str) -> None:
    converted = unit(text_of("vaccination").replace("2026-04-27T10:15:00+01:00", date))
    assert converted.kept is not None
    assert converted.kept[:2] == (reason, "Immunization.date")


def test_a_result_is_dated_by_its_report_where_the_encounter_has_no_day() -> None:
    report = '<DiagnosticReport><issued value="2026-03-09T10:00:00+00:00"/></DiagnosticReport>'
    text = text_of("screening").replace('<start value="2026-03-05T23:30:00+00:00"/>', "")
    text = text.replace("</Bundle>", f"<entry><resource>{report}</resource></entry></Bundle>")
    assert told(text)[0] == ("ContactTookPlace", "newborn hearing screening", "2026-03-09")


def test_a_sensitive_service_is_kept() -> None:
    service = '<HealthcareService><type><text value="Sexual health service"/></type></HealthcareService>'
    text = text_of("vaccination").replace("</Bundle>", f"<entry><resource>{service}</resource></entry></Bundle>")
    assert unit(text).kept[:2] == ("missing_field", "basis")  # type: ignore[index]
