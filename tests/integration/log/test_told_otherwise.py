"""Feedback where an organisation tells another date of birth or sex than before under one number: it is taken for a correction, and said."""

from typing import Any

import pytest

from adapters.cli import rendering_agencies
from tests.builders.asking import feedback
from tests.builders.service import Bench
from tests.integration.log.test_link_pending import take
from tests.spec.words import Happened, event_retracted, gp_registered, happened, referral_received

PRACTICE = "ods-Z90001"
BORN, OTHER = "2015-03-01", "2015-03-10"
BIRTH, SEX = "subject.person.date_of_birth", "subject.person.sex"


def registered(child: str = "A", **more: Any) -> Happened:
    return gp_registered(child, practice="Z90001", on="2025-03-20", **more)


def told(here: Bench, organisation: str = PRACTICE) -> dict[str, list[str]]:
    """The fields that were told otherwise before, by event."""
    rows = feedback(here.service, organisation)["feedback"]
    return {one["event_id"]: one["told_otherwise"] for one in rows if one.get("told_otherwise")}


@pytest.mark.parametrize(
    ("first", "then", "fields"),
    [
        ({"born": BORN}, {"born": OTHER}, [BIRTH]),
        ({"sex": "F"}, {"sex": "M"}, [SEX]),
        ({"born": BORN, "sex": "F"}, {"born": BORN, "sex": "F"}, []),
        ({"born": BORN}, {"sex": "F"}, []),
        ({"sex": "F"}, {"sex": "U"}, []),
        ({"born": BORN}, {}, []),
    ],
)
def test_what_differs_alone_is_said(
    here: Bench, first: dict[str, str], then: dict[str, str], fields: list[str]
) -> None:
    take(here, 1, registered(**first), registered(**then))
    assert told(here) == ({"e2": fields} if fields else {})


def test_it_is_said_of_the_later_one_until_either_is_taken_back(here: Bench) -> None:
    take(here, 1, registered(born=BORN), registered(born=OTHER))
    assert told(here) == {"e2": [BIRTH]}
    take(here, 3, registered(born=BORN))
    assert told(here) == {"e2": [BIRTH], "e3": [BIRTH]}
    take(here, 4, event_retracted("A", 2, recorded="2025-10-01", by=PRACTICE))
    assert told(here) == {}


def test_nothing_is_held_against_what_others_told(here: Bench) -> None:
    take(here, 1, registered(born=BORN), referral_received("A", "youth work", on="2025-05-01", born=OTHER))
    assert told(here) == told(here, "la-808") == {}


def test_of_a_sealed_identity_nothing_more_is_told(here: Bench) -> None:
    """B has a new identity and A has none: the same events have the same feedback."""
    take(here, 1, registered(born=BORN), registered("B", born=BORN))
    take(here, 3, happened("IdentitySealed", "B", on="2025-06-01"))

    def said(child: str, first: int) -> list[list[str]]:
        take(here, first, registered(child, born=OTHER))
        found = [told(here).get(f"e{first}", [])]
        take(here, first + 1, event_retracted(child, 1 if child == "A" else 2, recorded="2025-10-01", by=PRACTICE))
        found.append(told(here).get(f"e{first}", []))
        take(here, first + 2, registered(child, born=BORN))
        return [*found, told(here).get(f"e{first + 2}", [])]

    assert said("A", 10) == said("B", 20) == [[BIRTH], [], [BIRTH]]


def test_it_is_printed(here: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    take(here, 1, registered(born=BORN), registered(born=OTHER))
    rendering_agencies.show_feedback(feedback(here.service, PRACTICE))
    assert f"{BIRTH} told otherwise before" in " ".join(capsys.readouterr().out.split())
