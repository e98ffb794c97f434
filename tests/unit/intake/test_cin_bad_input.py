"""Bad censuses: files that are none are said, elements that cannot be read are kept, and nothing is lost."""

import gzip
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.intake.connectors import BrokenFile, Converted
from adapters.intake.connectors.cin import read_cin
from adapters.intake.connectors.cin_xml import MAX_DEPTH, MAX_ELEMENTS, MAX_TEXT
from adapters.intake.imports import FileImporter
from adapters.log.messages import OUTCOMES, Message, Outcome
from domain.reasons import REASONS
from tests.builders.units import units_of

FIXTURES = Path(__file__).parents[2] / "fixtures" / "cin"
CENSUS = (FIXTURES / "census.xml").read_text(encoding="utf-8")
HEAD = CENSUS[CENSUS.index("<Message>") : CENSUS.index("<Children>")]

Read = Callable[[str | bytes], list[Converted]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads something as a file, and looks at what must hold for any."""

    def reader(data: str | bytes) -> list[Converted]:
        path = tmp_path / "census.xml"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        units = list(units_of(read_cin(path)))
        for unit in units:
            assert (unit.kept is None) == bool(unit.events)
            if unit.kept is not None:
                assert unit.kept[0] in REASONS
                assert not re.search(r"\d{4}-\d{2}|C100", " ".join(part or "" for part in unit.kept))
        return units

    return reader


def census(inner: str) -> str:
    return f"{HEAD}<Children>{inner}</Children></Message>"


def child(details: str, identifiers: str = "<LAchildID>C1</LAchildID>") -> str:
    return f"<Child><ChildIdentifiers>{identifiers}</ChildIdentifiers><CINdetails>{details}</CINdetails></Child>"


def kept(units: Sequence[Converted]) -> list[tuple[str, str | None]]:
    return [unit.kept[:2] for unit in units if unit.kept is not None]


# --- files that are no census


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"  \n ", "no XML"),
        (b"\x89PNG\r\n\x1a\n", "no XML"),
        (b"upn,entrydate\n", "no XML"),
        (b'{"Message": 1}', "no XML"),
        (b"<html/>", "root is not Message"),
        (b'<Bundle xmlns="http://hl7.org/fhir"/>', "root is not Message"),
        (b"<Message/>", "LEA"),
        (HEAD.replace("808", "Northmoor").encode() + b"</Message>", "LEA"),
        (HEAD.replace("<Collection>CIN", "<Collection>CLA").encode() + b"</Message>", "Collection"),
        (re.sub("<(Year|ReferenceDate|DateTime)>[^<]*", r"<\1>", HEAD).encode() + b"</Message>", "DateTime"),
        (HEAD.encode(), "not well-formed"),
        (b'<?xml version="1.0" encoding="no-such"?><Message/>', "no XML"),
        (gzip.compress(CENSUS.encode())[:-20], "gzip"),
        (b"\x1f\x8b" + b"x" * 50, "gzip"),
    ],
)
def test_what_is_no_census_is_said(read: Read, data: bytes, said: str) -> None:
    with pytest.raises(BrokenFile, match=re.escape(said)):
        read(data)


def test_a_census_of_nobody_is_a_census(read: Read) -> None:
    assert read(census("")) == []


def test_a_folder_and_a_missing_file_are_the_systems_errors(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.xml"):
        with pytest.raises(OSError):  # noqa: PT011
            list(read_cin(path))


def test_what_came_before_a_file_breaks_off_is_read(tmp_path: Path) -> None:
    path = tmp_path / "cut.xml"
    path.write_text(census(child("<CINreferralDate>2024-05-01</CINreferralDate>") * 3000)[:-100_000])
    units = []
    with pytest.raises(BrokenFile, match="not well-formed"):
        units.extend(units_of(read_cin(path)))
    reader = read_cin(path)
    assert next(reader).events


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE Message [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE Message [<!ENTITY file SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE Message SYSTEM "http://127.0.0.1:1/census.dtd">',
        "<!DOCTYPE Message>",
    ],
)
def test_document_types_and_entities_are_refused_unread(read: Read, document: str) -> None:
    with pytest.raises(BrokenFile, match="DTD"):
        read(document + census(child("<CINreferralDate>2024-05-01</CINreferralDate>")))


@pytest.mark.parametrize(
    "inner",
    [
        child("<Reviews/>" * MAX_ELEMENTS),
        child("<a>" * MAX_DEPTH),
        child(f"<a>{'x' * (MAX_TEXT + 1)}</a>"),
        f'<a b="{"x" * 3_000_000}"/>',
    ],
)
def test_bounds(read: Read, inner: str) -> None:
    with pytest.raises(BrokenFile, match=r"more than|deeper"):
        read(census(inner))


# --- elements that cannot be read


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ("<CINreferralDate>2005-02-30</CINreferralDate>", ("impossible_date", "CINreferralDate")),
        ("<CINreferralDate>1024-05-01</CINreferralDate>", ("impossible_date", "CINreferralDate")),
        ("<CINreferralDate>2028-05-01</CINreferralDate>", ("impossible_date", "CINreferralDate")),
        ("<CINreferralDate>soon</CINreferralDate>", ("impossible_date", "CINreferralDate")),
        ("<CINclosureDate>2024-05-01</CINclosureDate>", ("missing_field", "ReasonForClosure")),
        ("<InitialCPCtarget>2024-05-01</InitialCPCtarget>", ("unknown_event_type", "InitialCPCtarget")),
        (
            "<AssessmentInternalReviewDate>2024-05-01</AssessmentInternalReviewDate>",
            ("unknown_event_type", "AssessmentInternalReviewDate"),
        ),
        ("<NewElementOf2031>2024-05-01</NewElementOf2031>", ("unknown_event_type", "NewElementOf2031")),
    ],
)
def test_an_element_that_is_kept(read: Read, details: str, expected: tuple[str, str]) -> None:
    units = read(census(child(details + "<Reviews><CPPreviewDate>2024-06-01</CPPreviewDate></Reviews>")))
    assert kept(units) == [expected]
    assert [event["event_type"] for unit in units for event in unit.events] == ["ReviewHeld"]


def test_what_is_kept_can_be_read_again_by_itself(read: Read) -> None:
    text = CENSUS.replace("<CPPendDate>2025-01-20", "<CPPendDate>2025-01-32").replace("2024-10-01", "never")
    found = [unit for unit in read(text) if unit.kept]
    assert len({unit.raw for unit in found}) == len(found) == 3
    for unit in found:
        assert unit.kept in [again.kept for again in read(unit.raw)]
    mended = next(unit.raw for unit in found if b"2025-01-32" in unit.raw).replace(b"2025-01-32", b"2025-01-20")
    fresh = {event["event_id"] for unit in read(mended) for event in unit.events}
    assert fresh <= {event["event_id"] for unit in read(CENSUS) for event in unit.events}


def test_an_end_whose_start_cannot_be_read_names_none(read: Read) -> None:
    plan = "<CINPlanDates><CINPlanStartDate>2024-02-30</CINPlanStartDate><CINPlanEndDate>2024-06-01</CINPlanEndDate></CINPlanDates>"
    [event] = [event for unit in read(census(child(plan))) for event in unit.events]
    assert (event["event_type"], event["reference"]) == ("ChildInNeedEnded", None)


def test_a_child_without_any_number_is_kept(read: Read) -> None:
    referral = "<CINreferralDate>2024-05-01</CINreferralDate>"
    assert kept(read(census(child(referral, "<UPNunknown>UN1</UPNunknown>")))) == [
        ("no_identifier", "ChildIdentifiers")
    ]
    assert kept(read(census(f"<Child><CINdetails>{referral}</CINdetails></Child>"))) == [
        ("no_identifier", "ChildIdentifiers")
    ]


@pytest.mark.parametrize(
    ("identifiers", "expected"),
    [
        ("<PersonBirthDate>2014-02-30</PersonBirthDate>", ("impossible_date", "subject.person.date_of_birth")),
        ("<ExpectedPersonBirthDate>?</ExpectedPersonBirthDate>", ("impossible_date", "subject.person.expected_date")),
        ("<Sex>Q</Sex>", ("unknown_code", "subject.person.sex")),
    ],
)
def test_what_is_wrong_with_the_person_is_set_aside(read: Read, identifiers: str, expected: tuple[str, str]) -> None:
    details = "<CINreferralDate>2024-05-01</CINreferralDate>"
    [unit] = read(census(child(details, f"<LAchildID>C1</LAchildID>{identifiers}")))
    assert unit.set_aside == (expected,)
    assert len(unit.events) == 1


# --- counts balance, whatever a census holds

DATES = (
    "2024-05-01",
    "2024-02-30",
    "2024-12-31T00:00:00",
    "x",
    "",
    "9999-12-31",
    "2023-07-09",
    "20240501",
    " 2024-01-02 ",
)
LEAVES = (
    "CINreferralDate", "CINclosureDate", "DateOfInitialCPC", "AssessmentActualStartDate", "AssessmentAuthorisationDate",
    "CINPlanStartDate", "CINPlanEndDate", "S47ActualStartDate", "InitialCPCtarget", "CPPstartDate", "CPPendDate",
    "CPPreviewDate", "AssessmentInternalReviewDate", "SomeOtherDate",
)  # fmt: skip
MODULES = ("Assessments", "CINPlanDates", "Section47", "ChildProtectionPlans", "Reviews")


@st.composite
def modules(draw: st.DrawFn) -> str:
    leaves = draw(st.lists(st.tuples(st.sampled_from(LEAVES), st.sampled_from(DATES)), max_size=6))
    inside = "".join(f"<{name}>{text}</{name}>" for name, text in leaves)
    wrapped = draw(st.sampled_from(("", *MODULES)))
    return f"<{wrapped}>{inside}</{wrapped}>" if wrapped else inside


@st.composite
def censuses(draw: st.DrawFn) -> str:
    identifiers = st.sampled_from(
        ("", "<LAchildID>C1</LAchildID>", "<UPN>Z808900100001</UPN>", "<LAchildID>C2</LAchildID><Sex>9</Sex>")
    )
    reason = st.sampled_from(("", "<ReasonForClosure>RC1</ReasonForClosure>"))
    children = st.builds(lambda i, m, r: child("".join(m) + r, i), identifiers, st.lists(modules(), max_size=4), reason)
    return census("".join(draw(st.lists(children, max_size=5))))


class Anything:
    """A recorder to which anything may happen."""

    def __init__(self, outcomes: Iterator[str]) -> None:
        self._outcomes = outcomes

    def record(self, messages: Sequence[Message]) -> list[Outcome]:
        return [Outcome(next(self._outcomes), "conflict") for _ in messages]


@given(censuses(), st.data(), st.integers(1, 7))
def test_read_is_the_dated_elements_and_the_sum_of_what_became_of_them(
    tmp_path: Path, text: str, data: st.DataObject, batch: int
) -> None:
    path = tmp_path / "census.xml"
    path.write_text(text)
    inside = text[text.index("<Children>") :]
    dated = [t for n, t in re.findall(r"<(\w+)>([^<]*)</\1>", inside) if n in LEAVES and t.strip()]
    recorder: Any = Anything(iter(lambda: data.draw(st.sampled_from(OUTCOMES)), None))
    [counts] = FileImporter(recorder, read_cin, unit="dated element", batch=batch).take([path])
    assert counts.read == len(dated) == counts.accepted + counts.duplicate + counts.conflict + counts.kept
    assert counts.kept + counts.conflict == sum(counts.reasons.values())
    assert counts.error is None
    assert Counter(counts.as_json())["read"] == counts.read
