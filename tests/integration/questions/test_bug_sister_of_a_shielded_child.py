"""A sister's own record told where her shielded brother lives: the same home, her school, her practice (domain.md E4)."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.builders.asking import asking
from tests.builders.service import Bench, bench
from tests.spec.words import (
    address,
    address_changed,
    feed_reported,
    gp_registered,
    happened,
    identifier,
    lead_accepted,
    lead_nominated,
    no_known_address,
    pupil_admitted,
)

HOME = address("9 Planted Lane", postcode="ZE9 9ZZ", uprn="100000000099")
PLACES = ("9 Planted Lane", "ZE9", "100000000099", "900077", "Z90077")
DAY = date(2025, 10, 1)
# No one says that they are brother and sister: only the home does.
TOLD = [
    address_changed("A", on="2025-09-01", address=HOME, name="Ada Example", born="2015-03-01"),
    address_changed("B", on="2025-09-01", address=HOME, name="Bea Example", born="2017-03-01"),
    gp_registered("B", practice="Z90077", on="2025-09-01"),
    pupil_admitted("B", school="900077", on="2025-09-01", known_by="nhs"),
    happened("EarlyHelpStarted", "B", on="2025-09-01", worker="W1"),
    lead_accepted("B", worker="W1", on="2025-09-01"),
    lead_nominated("B", worker="W2", on="2025-09-01"),
    feed_reported("la-808", "TemporaryAccommodationPlaced", through="2025-12-31"),
    happened("TemporaryAccommodationPlaced", "B", on="2025-09-01"),
]


@pytest.fixture
def here(any_database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(any_database_url, tmp_path)
    outcomes = made.record(*(one.wire(number) for number, one in enumerate(TOLD, 1)))
    assert made.counts(outcomes).kept == 0
    made.projector.project()
    yield made
    made.close()


def everything(here: Bench) -> dict[str, Any]:
    """The answer to every question that shows anything of the sister."""
    who = ":".join(identifier("B", "nhs"))
    with asking(here.service) as asked:
        families = asked.families(effective_at=DAY)["families"]
        return {
            "find": asked.find(family="Example", born=date(2017, 3, 1), effective_at=DAY),
            "child": asked.child(identifier=who, effective_at=DAY),
            "timeline": asked.timeline(identifier=who, retracted=True, effective_at=DAY),
            "caseload": asked.caseload(worker="la-808:W1", effective_at=DAY),
            "my families": asked.my_families(worker="la-808:W1", effective_at=DAY),
            "changes": asked.changes(worker="la-808:W1", since="1:0", effective_at=DAY),
            "handover": asked.handover(worker="la-808:W1", effective_at=DAY),
            "gaps": asked.gaps(effective_at=DAY),
            "gaps of an area": asked.gaps(area="ZE9", effective_at=DAY)["gaps"],
            "families": families,
            "families of an area": asked.families(area="ZE9", effective_at=DAY)["families"],
            "family": [asked.family(family=one["family"], effective_at=DAY) for one in families],
        }


def told(answer: object) -> list[str]:
    """The planted places that an answer names, but for the question's own words and what feeds were heard."""
    text = json.dumps(answer, default=str)
    return [place for place in PLACES if place in text]


def test_without_a_shield_she_is_shown_as_she_is(here: Bench) -> None:
    answers = everything(here)
    assert set(told(answers)) == set(PLACES)
    assert answers["families of an area"]
    assert answers["gaps of an area"]


def test_no_answer_about_her_tells_where_he_is(here: Bench) -> None:
    here.record(happened("ShieldApplied", "A", on="2025-09-20").wire(99))  # not in the views yet
    for views_are_behind in (True, False):
        answers = everything(here)
        assert {name: told(answer) for name, answer in answers.items()} == {name: [] for name in answers}, (
            views_are_behind
        )
        assert answers["child"]["name"]["given"] == ["Bea"]
        assert [one["worker"] for one in answers["child"]["lead"]] == ["la-808:W1"]
        assert (answers["families of an area"], answers["gaps of an area"]) == ([], [])
        here.projector.project()


def test_she_is_found_by_her_number_as_before(here: Bench) -> None:
    """It is he whom another agency's number finds no more."""
    here.record(happened("ShieldApplied", "A", on="2025-09-20").wire(99))
    here.projector.project()
    with asking(here.service) as asked:
        assert asked.child(identifier=":".join(identifier("B", "nhs")), effective_at=DAY)["shielded"] is True


def test_where_he_lived_last_counts_as_his_home(here: Bench) -> None:
    here.record(
        happened("ShieldApplied", "A", on="2025-09-20").wire(98),
        address_changed("A", on="2025-09-21", address=no_known_address()).wire(99),
    )
    here.projector.project()
    assert told(everything(here)) == []


def test_of_more_children_than_are_looked_at_one_by_one(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.questions.reading.MANY", 0)
    here.record(happened("ShieldApplied", "A", on="2025-09-20").wire(99))
    here.projector.project()
    assert told(everything(here)) == []
