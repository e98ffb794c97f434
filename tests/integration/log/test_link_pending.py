"""An assertion that cannot join yet is said in its publisher's feedback, and joins by itself when the date of birth comes."""

import json
from datetime import date
from typing import Any

import pytest

from adapters.cli import rendering_agencies
from tests.builders.asking import asking, feedback
from tests.builders.service import Bench
from tests.spec.words import Happened, event_retracted, gp_registered, happened, identifier, pupil_admitted

BORN = "2015-03-01"
SCHOOL = "urn-900001"
PRACTICE = "ods-Z90001"
BOTH = ["upn", "nhs"]


def take(here: Bench, number: int, *told: Happened) -> None:
    outcomes = here.record(*(one.wire(number + at) for at, one in enumerate(told)))
    assert here.counts(outcomes).accepted == len(told)
    here.projector.project()


def admitted(known_by: str | list[str] = BOTH, child: str = "A", **more: Any) -> Happened:
    return pupil_admitted(child, school="900001", on="2025-09-01", known_by=known_by, **more)  # type: ignore[arg-type]


def registered(known_by: str | list[str] = "nhs", child: str = "A", **more: Any) -> Happened:
    return gp_registered(child, practice="Z90001", on="2015-03-20", known_by=known_by, **more)  # type: ignore[arg-type]


def pending(here: Bench, organisation: str = SCHOOL) -> list[str]:
    """Events of an organisation whose assertion is pending."""
    told = feedback(here.service, organisation)["feedback"]
    return [one["event_id"] for one in told if one.get("link_pending")]


def is_one(here: Bench, one: str = "A.nhs", other: str = "A.upn") -> bool:
    with asking(here.service) as asked:
        found = [
            asked.child(identifier=":".join(identifier(*who.split(".", 1))), effective_at=date(2026, 1, 1))
            for who in (one, other)
        ]
    return found[0] is not None and found[1] is not None and found[0]["child"] == found[1]["child"]


@pytest.mark.parametrize(("theirs", "ours"), [(BORN, None), (None, BORN), (None, None)], ids=["ours", "theirs", "both"])
def test_a_date_of_birth_is_missing(here: Bench, theirs: str | None, ours: str | None) -> None:
    take(here, 1, registered(born=theirs), admitted(born=ours))
    assert pending(here) == ["e2"]
    assert not is_one(here)
    take(here, 3, registered(born=BORN), admitted("upn", born=BORN))  # the dates come, each by its own publisher
    assert is_one(here)
    assert pending(here) == []


def test_those_who_state_a_date_of_birth_do_not_agree(here: Bench) -> None:
    help_started = happened("EarlyHelpStarted", "A", on="2025-03-03", born="2015-03-10")
    take(here, 1, registered(born=BORN), help_started, admitted(born="2015-03-10"))
    assert pending(here) == ["e3"]
    assert not is_one(here)
    take(here, 4, happened("EarlyHelpEnded", "A", on="2025-10-06", born=BORN), admitted(["upn", "nhs"], born=BORN))
    assert pending(here) == []


@pytest.mark.parametrize(
    "told",
    [
        [registered(born=BORN), admitted(born=BORN)],
        [registered(born=BORN), admitted(born="2016-01-09")],  # disputed: it will not join when a date comes
        [admitted()],  # nothing is told under the other number: it finds the child at once
        [registered(born=BORN), admitted("upn")],
        [registered(born=BORN), admitted("upn", born=BORN), admitted()],
        [registered(born=BORN), admitted(["upn", "B.upn"], born=BORN)],
        [registered(), happened("UpnReplaced", "A", on="2025-10-06", by=SCHOOL, former=identifier("A", "upn")[1], known_by="upn2")],
    ],
    ids=["joined", "disputed", "untold", "one number", "known before", "untold second", "replaced"],
)  # fmt: skip
def test_nothing_is_pending(here: Bench, told: list[Happened]) -> None:
    take(here, 1, *told)
    assert pending(here) == []


def test_the_first_of_two_is_told_when_the_second_number_comes(here: Bench) -> None:
    """The order of arrival changes nothing in the end."""
    take(here, 1, admitted())
    assert pending(here) == []
    take(here, 2, registered(born=BORN))
    assert pending(here) == ["e1"]
    assert not is_one(here)
    take(here, 3, admitted("upn", born=BORN))
    assert pending(here) == []
    assert is_one(here)


def test_taken_back(here: Bench) -> None:
    take(
        here,
        1,
        registered(born=BORN),
        admitted(),
        event_retracted("A", 2, recorded="2025-10-01", by=SCHOOL, known_by="upn"),
    )
    assert pending(here) == []


def test_a_date_of_birth_that_is_taken_back_is_missing(here: Bench) -> None:
    take(here, 1, registered(born=BORN), admitted(), admitted("upn", born=BORN))
    assert pending(here) == []
    take(here, 4, event_retracted("A", 3, recorded="2025-10-01", by=SCHOOL, known_by="upn"))
    assert pending(here) == ["e2"]


def test_an_agencys_own_number(here: Bench) -> None:
    take(here, 1, registered(born=BORN), happened("EarlyHelpStarted", "A", on="2025-09-01", known_by=["agency", "nhs"]))
    assert pending(here, "la-808") == ["e2"]


def test_nobody_else_is_told(here: Bench) -> None:
    take(here, 1, registered(), admitted(born=BORN))
    assert pending(here, PRACTICE) == []
    said = json.dumps(feedback(here.service, SCHOOL))
    assert BORN not in said
    assert all(identifier("A", token)[1] not in said for token in BOTH)


def test_it_is_a_field_of_accepted_events_alone(here: Bench) -> None:
    take(here, 1, registered(), admitted(born=BORN), admitted("upn"))
    here.record(admitted(born=BORN).wire(2))
    rows = feedback(here.service, SCHOOL)["feedback"]
    assert [(one["outcome"], one.get("link_pending")) for one in rows] == [
        ("accepted", True), ("accepted", False), ("duplicate", None),
    ]  # fmt: skip


def test_it_is_printed(here: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    take(here, 1, registered(), admitted(born=BORN))
    rendering_agencies.show_feedback(feedback(here.service, SCHOOL))
    assert "link pending" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("born", [None, BORN], ids=["without a date of birth", "with one"])
@pytest.mark.parametrize("theirs", [None, BORN], ids=["not known", "known"])
def test_of_a_sealed_identity_nothing_more_is_told(here: Bench, born: str | None, theirs: str | None) -> None:
    """B has a new identity and A has none: the same events have the same feedback."""
    take(here, 1, registered(born=theirs), registered(child="B", born=theirs))
    take(here, 3, happened("IdentitySealed", "B", on="2025-06-01"))

    def told(child: str, first: int) -> list[bool]:
        take(here, first, admitted(child=child, born=born))
        found = [f"e{first}" in pending(here)]
        take(here, first + 1, admitted("upn", child=child, born=BORN))
        found.append(f"e{first}" in pending(here))
        take(here, first + 2, event_retracted(child, first + 1, recorded="2025-10-01", by=SCHOOL, known_by="upn"))
        found.append(f"e{first}" in pending(here))
        take(here, first + 3, event_retracted(child, first, recorded="2025-10-02", by=SCHOOL, known_by="upn"))
        return [*found, f"e{first}" in pending(here)]

    assert told("A", 10) == told("B", 20)
