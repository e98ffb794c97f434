"""Every connector that reads a former number tells it as replaced by the present one, and as no second number in use."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.codec import decode_json
from adapters.intake.connectors.cin import read_cin
from adapters.intake.connectors.nems import read_nems
from adapters.intake.connectors.school_census import SchoolCensus
from tests.builders.cin import census
from tests.builders.stream import upn

NOW, BEFORE, FIRST = upn(3), upn(2), upn(1)
NHS_NOW, NHS_BEFORE = "9990101019", "9990000018"
FIXTURES = Path(__file__).parents[2] / "fixtures"

Events = list[dict[str, Any]]


def of_cin(folder: Path, *numbers: str) -> Events:
    """A census of children in need whose one child has such elements beside the authority's own number."""
    path = folder / "census.xml"
    details = "<CINdetails><CINreferralDate>2024-01-10</CINreferralDate></CINdetails>"
    who = f"<LAchildID>F1</LAchildID>{''.join(numbers)}<PersonBirthDate>2013-02-11</PersonBirthDate>"
    path.write_text(census([f"<Child><ChildIdentifiers>{who}</ChildIdentifiers>{details}</Child>"]))
    return [event for unit in read_cin(path) for event in unit.events]


def of_roll(
    folder: Path, *, left: bool = False, pseudonymous: bool = False, numbers: str = f"{NOW},{BEFORE}"
) -> Events:
    """A roll, or the table of those who left, with one pupil."""
    path = folder / "2024_autumn.csv"
    days = "entrydate,leavingdate\n" if left else "entrydate\n"
    row = f"900002,2013-02-11,Vale,Kim,{numbers},2024-09-02{',2024-09-30' if left else ''}\n"
    path.write_text(f"URN,dob,surname,forename,upn,formerupn,{days}{row}")
    read = SchoolCensus([path], "la-808", pseudonymous=pseudonymous).read
    return [event for unit in read(path) for event in unit.events]


def of_nems(_: Path) -> Events:
    """A health message whose patient has an old number beside the present one."""
    text = (FIXTURES / "nems/gp.xml").read_text()
    system = '<system value="https://fhir.nhs.uk/Id/nhs-number"/>'
    old = f'<identifier><use value="old"/>{system}<value value="{NHS_BEFORE}"/></identifier>'
    before, patient, rest = text.partition("<Patient>")
    place = rest.index("<identifier>")
    [unit] = read_nems((before + patient + rest[:place] + old + rest[place:]).encode())
    return list(unit.events)


PSEUDONYM = "agency:la-808:school-census"
UPN_NOW, UPN_BEFORE = f"<UPN>{NOW}</UPN>", f"<FormerUPN>{BEFORE}</FormerUPN>"


@pytest.mark.parametrize(
    ("told", "event_type", "former", "now"),
    [
        (lambda f: of_cin(f, UPN_NOW, UPN_BEFORE), "UpnReplaced", BEFORE, NOW),
        (lambda f: of_cin(f, UPN_BEFORE, UPN_NOW), "UpnReplaced", BEFORE, NOW),
        (lambda f: of_cin(f, UPN_NOW, UPN_BEFORE, "<UPNunknown>UN5</UPNunknown>"), "UpnReplaced", BEFORE, NOW),
        (of_roll, "UpnReplaced", BEFORE, NOW),
        (lambda f: of_roll(f, left=True), "UpnReplaced", BEFORE, NOW),
        (lambda f: of_roll(f, pseudonymous=True), "SourceIdMigrated", {"scheme": PSEUDONYM, "value": BEFORE}, NOW),
        (of_nems, "NhsNumberSuperseded", NHS_BEFORE, NHS_NOW),
    ],
    ids=["children in need", "in another order", "with UPNunknown", "roll", "leavers", "pseudonyms", "health message"],
)
def test_a_former_number_is_replaced(
    told: Callable[[Path], Events], event_type: str, former: object, now: str, tmp_path: Path
) -> None:
    events = told(tmp_path)
    [replaced] = [event for event in events if event["event_type"] == event_type]
    assert replaced["former"] == former
    assert now in [identifier["value"] for identifier in replaced["subject"]["identifiers"]]
    assert decode_json(replaced).schema.event_type == event_type
    old = former["value"] if isinstance(former, dict) else former
    assert all(old not in [i["value"] for i in e["subject"]["identifiers"]] for e in events if "subject" in e)


def test_several_former_numbers_are_replaced_each(tmp_path: Path) -> None:
    events = of_cin(tmp_path, UPN_NOW, UPN_BEFORE, f"<FormerUPN>{FIRST}</FormerUPN>", UPN_BEFORE)
    assert [e["former"] for e in events if e["event_type"] == "UpnReplaced"] == [BEFORE, FIRST]


@pytest.mark.parametrize("reason", ["UN1", "UN2", "UN3", "UN4", "UN5", "UN7"])
def test_why_a_upn_is_unknown_is_no_number(reason: str, tmp_path: Path) -> None:
    """The child is known by the authority's own number, and nothing is replaced by a reason."""
    for numbers in ((f"<UPNunknown>{reason}</UPNunknown>",), ("<UPN/>", f"<UPNunknown>{reason}</UPNunknown>")):
        events = of_cin(tmp_path, *numbers)
        said = [event for event in events if "subject" in event]
        assert {i["value"] for event in said for i in event["subject"]["identifiers"]} == {"F1"}
        assert "UpnReplaced" not in {event["event_type"] for event in events}


def test_a_former_number_alone_is_the_number(tmp_path: Path) -> None:
    """Where no present number is told, the former one is all that the child is known by, beside the authority's own."""
    events = of_cin(tmp_path, "<UPNunknown>UN5</UPNunknown>", UPN_BEFORE)
    assert {i["value"] for e in events if "subject" in e for i in e["subject"]["identifiers"]} == {"F1", BEFORE}
    [admitted] = [e for e in of_roll(tmp_path, numbers=f",{BEFORE}") if e["event_type"] == "PupilAdmitted"]
    assert [i["value"] for i in admitted["subject"]["identifiers"]] == [BEFORE]


def test_the_same_number_twice_replaces_nothing(tmp_path: Path) -> None:
    events = [*of_cin(tmp_path, UPN_NOW, f"<FormerUPN>{NOW}</FormerUPN>"), *of_roll(tmp_path, numbers=f"{NOW},{NOW}")]
    assert "UpnReplaced" not in {event["event_type"] for event in events}
