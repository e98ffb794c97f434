"""Bad event messages: each is kept in quarantine with its reason, or stands without the part that failed. None raises."""

import copy
import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring, tostring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.intake.connectors import Converted
from adapters.intake.connectors.nems import MAX_BYTES, read_nems
from adapters.intake.connectors.nems_xml import MAX_DEPTH, MAX_ELEMENTS, MAX_TEXT
from domain.identifiers import check_identifier
from domain.reasons import REASONS

FIXTURES = sorted((Path(__file__).parents[2] / "fixtures" / "nems").glob("*.xml"))
SINGLE = [path for path in FIXTURES if path.stem != "wrapped"]  # two of these in a wrapper
BUNDLE = '<Bundle xmlns="http://hl7.org/fhir">'
MOTHERS = {"9990101027", "9990101043"}


def text_of(name: str) -> str:
    return next(path for path in FIXTURES if path.stem == name).read_text(encoding="utf-8")


def units(data: str | bytes) -> list[Converted]:
    """All units of some input, after a look at what must hold for any input."""
    raw = data if isinstance(data, bytes) else data.encode()
    found = list(read_nems(raw))
    assert found
    for converted in found:
        assert (converted.kept is None) == bool(converted.events)
        reasons = [reason for reason, _ in converted.set_aside] + ([converted.kept[0]] if converted.kept else [])
        assert set(reasons) <= set(REASONS)
        assert not re.search(r"\d{8}", json.dumps([converted.kept, converted.set_aside]))
        for event in converted.events:
            sane(event)
        ids = [event["event_id"] for event in converted.events]
        assert len(set(ids)) == len(ids)
    return found


def sane(event: dict) -> None:
    """What the recorder may rely on, whatever came in."""
    assert len(event["event_id"]) <= 100
    assert datetime.fromisoformat(event["recorded_at"]).utcoffset() is not None
    start, end = event["effective"]["from"], event["effective"]["to"]
    assert end is None or date.fromisoformat(start) <= date.fromisoformat(end)
    assert event["source"]["organisation"].startswith("ods-")
    numbers = {identifier["value"] for identifier in event["subject"]["identifiers"]}
    assert len([number for number in numbers if check_identifier("nhs", number).valid]) == 1
    assert not numbers & MOTHERS
    json.dumps(event, allow_nan=False)


def kept(data: str | bytes) -> tuple[str, str | None]:
    [only] = units(data)
    assert only.kept is not None
    assert only.raw == (data if isinstance(data, bytes) else data.encode())
    return only.kept[:2]


def numbers_of(converted: Converted) -> list[str]:
    return [identifier["value"] for identifier in converted.events[0]["subject"]["identifiers"]]


def reason(data: str | bytes) -> str:
    return kept(data)[0]


# --- files that are no message


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   \n\t",
        b"\xef\xbb\xbf",
        b"\x00" * 64,
        b"\x89PNG\r\n\x1a\n",
        b"PK\x03\x04",
        b"not XML at all",
        b'{"resourceType": "Bundle"}',
        b"[]",
        b"<",
        b"<html><body>404</body></html>",
        b'<Bundle><id value="no namespace"/></Bundle>',
        b'<Bundle xmlns="urn:other"/>',
        b'<Patient xmlns="http://hl7.org/fhir"/>',
        BUNDLE.encode(),
        f"{BUNDLE}</Bundle>".encode(),
        f"{BUNDLE}<entry/></Bundle>".encode(),
        f"{BUNDLE}<entry><resource/></entry></Bundle>".encode(),
        f"{BUNDLE}&undeclared;</Bundle>".encode(),
        f"{BUNDLE}</Bundle>{BUNDLE}</Bundle>".encode(),
        f'<?xml version="1.0" encoding="no-such-encoding"?>{BUNDLE}</Bundle>'.encode(),
        f'<?xml version="1.0" encoding="utf-8"?>{BUNDLE}<id value="'.encode() + b'\xff\xfe"/></Bundle>',
        f'<?xml version="1.0" encoding="utf-16"?>{BUNDLE}</Bundle>'.encode(),
    ],
)
def test_what_is_no_message_is_undecodable(data: bytes):
    assert reason(data) == "undecodable"


def test_a_truncated_message_is_undecodable():
    data = text_of("gp").encode()
    for length in range(1, len(data) - len("</Bundle>\n"), 211):
        assert reason(data[:length]) == "undecodable"


# --- bombs


def entities(depth: int) -> str:
    declared = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, depth))
    return f'<!DOCTYPE Bundle [<!ENTITY e0 "ha">{declared}]>{BUNDLE}&e{depth - 1};</Bundle>'


@pytest.mark.parametrize(
    "document",
    [
        entities(12),
        f'<!DOCTYPE Bundle [<!ENTITY a "{"a" * 50_000}">]>{BUNDLE}{"&a;" * 1000}</Bundle>',
        f'<!DOCTYPE Bundle [<!ENTITY file SYSTEM "file:///etc/hostname">]>{BUNDLE}<id value="x"/>&file;</Bundle>',
        f'<!DOCTYPE Bundle [<!ENTITY % out SYSTEM "http://127.0.0.1:1/x.dtd">%out;]>{BUNDLE}</Bundle>',
        f'<!DOCTYPE Bundle SYSTEM "http://127.0.0.1:1/bundle.dtd">{BUNDLE}</Bundle>',
        f"<!DOCTYPE Bundle>{BUNDLE}</Bundle>",
    ],
)
def test_document_types_and_entities_are_refused_unread(document: str):
    assert reason(document) == "undecodable"


def test_bounds():
    assert reason(BUNDLE.encode() + b" " * MAX_BYTES) == "too_large"
    assert reason(BUNDLE + "<a>" * (MAX_DEPTH + 1)) == "too_large"
    assert reason(BUNDLE + "<a>" * 1_000_000) == "too_large"
    assert reason(BUNDLE + "<a/>" * (MAX_ELEMENTS + 1)) == "too_large"
    assert reason(f'{BUNDLE}<id value="{"x" * (MAX_TEXT + 1)}"/></Bundle>') == "too_large"


def test_an_invitation_in_the_schema_location_is_not_followed():
    located = text_of("gp").replace(
        BUNDLE,
        '<Bundle xmlns="http://hl7.org/fhir" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:schemaLocation="http://hl7.org/fhir http://127.0.0.1:1/fhir.xsd">',
    )
    assert units(located)[0].kept is None


# --- messages that cannot be trusted


KEPT = [
    ("gp", '<code value="pds-change-of-gp-1"/>', "", "missing_field", "MessageHeader.event"),
    ("gp", "pds-change-of-gp-1", "pds-change-of-gp-9", "unknown_event_type", "MessageHeader.event"),
    ("gp", "9990101019", "9990101018", "bad_check_digit", "Patient.identifier"),
    ("gp", "9990101019", "1111111111", "filler_identifier", "Patient.identifier"),
    ("gp", "9990101019", "999010101", "bad_form", "Patient.identifier"),
    ("gp", "fhir.nhs.uk/Id/nhs-number", "example.org/Id/local", "no_identifier", "Patient.identifier"),
    ("gp", '"new"', '"delete"', "unknown_code", "MessageHeader.extension(messageEventType)"),
    ("gp", '<value value="Y99902"/>', '<value value="?"/>', "unknown_code", "Patient.generalPractitioner"),
    ("gp", '<value value="Y99901"/>', "", "unknown_code", "EpisodeOfCare.managingOrganization"),
    ("address", '"completed"', '"entered-in-error"', "unknown_code", "Communication.status"),
    ("death-formal", '"2"', '"3"', "unknown_code", "Patient.extension(deathNotificationStatus)"),
    ("death-removed", '<code value="U"/>', "", "missing_field", "Patient.extension(deathNotificationStatus)"),
    ("birth", "2026-03-02", "2206-03-02", "missing_field", "MessageHeader.timestamp"),
    ("birth", "9990101027", "9990101019", "no_identifier", "Patient.identifier"),
    ("contact-new", '"active"', '"busy"', "unknown_code", "EpisodeOfCare.status"),
    ("contact-new", '<status value="active"/>', "", "missing_field", "EpisodeOfCare.status"),
    ("contact-new", '"new"', '"maybe"', "unknown_code", "MessageHeader.extension(messageEventType)"),
    ("contact-new", '"RX77"', '"?"', "missing_field", "MessageHeader.responsible"),
]

NOT_KEPT = [
    ("birth", 'birthDate value="2026-03-02"', 'birthDate value="2026-02-30"'),
    ("birth", "2026-03-02T19:12:00+00:00", "2026-13-02T19:12:00+00:00"),
    ("contact-new", '<display value="Health visiting service"/>', ""),
    ("contact-new", "1078501000000104", "1"),
    ("death-formal", '<value value="X26"/>', ""),
]


@pytest.mark.parametrize(("name", "old", "new", "expected", "field"), KEPT)
def test_one_thing_wrong(name: str, old: str, new: str, expected: str, field: str):
    text = text_of(name)
    assert old in text
    assert kept(text.replace(old, new)) == (expected, field)


@pytest.mark.parametrize(("name", "old", "new"), NOT_KEPT)
def test_one_thing_wrong_that_something_else_makes_good(name: str, old: str, new: str):
    text = text_of(name)
    assert old in text
    assert units(text.replace(old, new))[0].kept is None


def test_a_relation_that_leads_to_the_mother_makes_no_birth_of_her():
    text = text_of("birth")
    mother, baby = re.findall(r'<Patient>\s*<id value="([^"]+)"/>', text)
    related = re.search(r"<RelatedPerson>.*?</RelatedPerson>", text, re.DOTALL)
    assert related is not None
    assert baby in related[0]
    assert kept(text.replace(related[0], related[0].replace(baby, mother)))[0] == "impossible_date"


def test_a_birth_without_any_full_date_is_kept():
    text = re.sub(r'(birthDate|valueDateTime) value="2026-03-02[^"]*"', r'\1 value="2026"', text_of("birth"))
    assert kept(text) == ("impossible_date", "Patient.birthDate")


def test_a_service_without_words_is_kept_for_it_might_be_a_sensitive_one():
    text = (
        text_of("contact-new")
        .replace("1078501000000104", "1")
        .replace('<display value="Health visiting service"/>', "")
    )
    assert kept(text) == ("unknown_code", "EpisodeOfCare.type")


def test_two_numbers_for_one_child_are_kept_apart_by_keeping_the_message():
    text = text_of("gp")
    identifier = re.search(r"\s*<identifier>\s*<extension.*?</identifier>", text, re.DOTALL)
    assert identifier is not None
    second = identifier[0].replace("9990101019", "9990101035")
    assert kept(text.replace(identifier[0], identifier[0] + second)) == ("no_identifier", "Patient.identifier")
    # one no longer in use is no second number; one that fails its check stays, for the recorder to set aside
    old = second.replace("<system", '<use value="old"/><system')
    assert units(text.replace(identifier[0], old + identifier[0]))[0].set_aside == ()
    bad = second.replace("9990101035", "9990101036")
    [converted] = units(text.replace(identifier[0], bad + identifier[0]))
    assert numbers_of(converted) == ["9990101019", "9990101036"]


def test_a_death_routed_for_one_person_and_told_of_another_is_kept():
    """As in the published examples: the Patient's number fails its check, and the one that routed it is another's."""
    text = text_of("death-formal")
    patient = text.index("<Patient>")
    other = text[patient:].replace("9990101078", "6101231234").replace("PIKE", "JONES")
    assert kept(text[:patient] + other) == ("bad_check_digit", "Patient.identifier")


def test_a_failing_number_is_replaced_by_the_one_that_routed_the_message_if_name_and_birth_agree():
    text = text_of("gp")
    patient = text.index("<Patient>")
    [converted] = units(text[:patient] + text[patient:].replace("9990101019", "9990101018"))
    assert numbers_of(converted) == ["9990101019", "9990101018"]


def test_a_birth_never_falls_back_on_the_number_that_routed_it_for_that_is_the_mothers():
    assert kept(text_of("birth").replace("9990101019", "9990101018")) == ("bad_check_digit", "Patient.identifier")


def test_two_headers_are_two_messages_in_one():
    text = text_of("gp")
    entry = re.search(r"\s*<entry>.*?</entry>", text, re.DOTALL)
    assert entry is not None
    assert kept(text.replace(entry[0], entry[0] * 2)) == ("undecodable", "MessageHeader")


def test_one_bad_message_in_a_wrapper_leaves_the_other():
    first, second = units(text_of("wrapped").replace("pds-change-of-address-1", "pds-change-of-mind-1"))
    assert first.kept is not None
    assert second.kept is None


def test_a_month_is_no_day():
    [converted] = units(text_of("gp").replace('birthDate value="2026-03-02"', 'birthDate value="2026-03"'))
    assert converted.events[0]["subject"]["person"]["date_of_birth"] is None
    assert converted.set_aside == (("missing_field", "Patient.birthDate"),)


def test_an_end_before_its_start_is_set_aside():
    [converted] = units(text_of("contact-finished").replace("2026-06-26T17", "2016-06-26T17"))
    assert ("end_before_start", "EpisodeOfCare.period.end") in converted.set_aside
    assert converted.events[0]["effective"]["from"] == "2026-03-16"


# --- anything wrong


def elements(root: Element) -> Iterator[tuple[Element, Element]]:
    for parent in root.iter():
        for child in list(parent):
            yield parent, child


@pytest.mark.parametrize("path", SINGLE, ids=lambda path: path.stem)
def test_any_one_element_left_out(path: Path):
    root = fromstring(path.read_bytes())  # noqa: S314
    for parent, child in elements(root):
        at = list(parent).index(child)
        parent.remove(child)
        units(tostring(root))
        parent.insert(at, child)


@pytest.mark.parametrize("path", SINGLE, ids=lambda path: path.stem)
def test_any_one_element_twice(path: Path):
    root = fromstring(path.read_bytes())  # noqa: S314
    for parent, child in elements(root):
        again = copy.deepcopy(child)
        parent.append(again)
        units(tostring(root))
        parent.remove(again)


ODD = [
    "", " ", "0", "-1", "x" * 5000, "9999-12-31", "0001-01-01", "2026-02-30", "2026-03", "2026", "24:00",
    "2026-03-02T24:00:00Z", "2026-03-02T10:00:00", "2026-03-29T01:30:00+01:00", "1900-01-01T00:00:00+14:00",
    "2199-12-31T23:59:59.999999999-14:00", "9990101035", "9990101036", "999 010 1035", "\u0669" * 10, "V81997",
    "ZZ99 3VZ", "ZZ99", "old", "delete", "entered-in-error", "planned", "waitlist", "cancelled", "finished", "U", "1",
    "true", "false", "#", "#x", "urn:uuid:", "Patient/", "https://example.org/STU3/Organization/", "\u202e",
]  # fmt: skip
VALUES = st.one_of(st.sampled_from(ODD), st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20))


@given(path=st.sampled_from(FIXTURES), data=st.data())
def test_any_few_values_changed(path: Path, data: st.DataObject):
    root = fromstring(path.read_bytes())  # noqa: S314
    valued = [element for element in root.iter() if "value" in element.attrib]
    for _ in range(data.draw(st.integers(1, 4))):
        data.draw(st.sampled_from(valued)).set("value", data.draw(VALUES))
    units(tostring(root))


@given(path=st.sampled_from(FIXTURES), data=st.data())
def test_any_few_elements_moved_or_renamed(path: Path, data: st.DataObject):
    root = fromstring(path.read_bytes())  # noqa: S314
    for _ in range(data.draw(st.integers(1, 3))):
        everything = list(root.iter())
        moved = data.draw(st.sampled_from(everything))
        if data.draw(st.booleans()):
            moved.tag = data.draw(st.sampled_from(everything)).tag
        else:
            data.draw(st.sampled_from(everything)).append(copy.deepcopy(moved))
    units(tostring(root))


@given(path=st.sampled_from(FIXTURES), at=st.floats(0, 1), junk=st.binary(max_size=8), length=st.integers(0, 8))
def test_any_bytes_overwritten(path: Path, at: float, junk: bytes, length: int):
    data = path.read_bytes()
    start = int(at * len(data))
    units(data[:start] + junk + data[start + length :])


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes):
    units(data)
