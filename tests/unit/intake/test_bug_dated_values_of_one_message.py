"""Of several addresses, practices and names in one message only one was told, and one to come was taken for the present."""

from pathlib import Path
from typing import Any

from adapters.intake.connectors.nems import read_nems

FIXTURES = Path(__file__).parents[2] / "fixtures" / "nems"


def events_of(text: str) -> list[dict[str, Any]]:
    [unit] = read_nems(text.encode())
    assert unit.kept is None, unit.kept
    return list(unit.events)


def with_more(name: str, before: str, more: str) -> str:
    text = (FIXTURES / f"{name}.xml").read_text()
    head, patient, rest = text.partition("<Patient>")
    place = rest.index(before)
    return head + patient + rest[:place] + more + rest[place:]


def address(line: str, start: str, end: str | None = None, use: str = "home") -> str:
    until = "" if end is None else f'<end value="{end}"/>'
    return (
        f'<address><use value="{use}"/><line value="{line}"/><postalCode value="NM1 1AA"/>'
        f'<period><start value="{start}"/>{until}</period></address>'
    )


def told(events: list[dict[str, Any]]) -> dict[str, tuple[str, str | None]]:
    return {e["address"]["lines"][0]: (e["effective"]["from"], e["effective"]["to"]) for e in events}


def test_an_address_to_come_is_told_for_its_own_day() -> None:
    plain = told(events_of((FIXTURES / "address.xml").read_text()))
    found = told(events_of(with_more("address", "<address>", address("9 Later Lane", "2027-01-04"))))
    assert found == plain | {"9 Later Lane": ("2027-01-04", None)}


def test_a_temporary_address_is_told_for_its_own_period() -> None:
    plain = told(events_of((FIXTURES / "address.xml").read_text()))
    stay = address("2 Hostel Row", "2026-04-01", "2027-04-01", use="temp")
    assert told(events_of(with_more("address", "<address>", stay))) == plain | {
        "2 Hostel Row": ("2026-04-01", "2027-04-01")
    }


def test_a_practice_to_come() -> None:
    text = (FIXTURES / "gp.xml").read_text()
    plain = [(e["event_type"], e["practice"], e["effective"]["from"]) for e in events_of(text)]
    episode = (
        '<entry><resource><EpisodeOfCare><status value="planned"/><managingOrganization>'
        '<reference value="https://directory.spineservices.nhs.uk/STU3/Organization/Z90077"/></managingOrganization>'
        '<period><start value="2027-02-01"/></period></EpisodeOfCare></resource></entry>'
    )
    found = [
        (e["event_type"], e["practice"], e["effective"]["from"])
        for e in events_of(text.replace("</Bundle>", f"{episode}</Bundle>"))
    ]
    assert found == [*plain, ("GpRegistered", "Z90077", "2027-02-01")]


def test_a_name_to_come_is_no_name_yet() -> None:
    name = '<name><use value="official"/><family value="LATER"/><given value="Wren"/><period><start value="2030-01-01"/></period></name>'
    for event in events_of(with_more("gp", "<name>", name)):
        assert [n["family"] for n in event["subject"]["person"]["names"]] == ["ASHDOWN"]
