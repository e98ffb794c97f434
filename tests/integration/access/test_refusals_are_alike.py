"""A refusal does the same work as an answer about nobody, whatever number the child was asked for by: its time tells nothing."""

from datetime import date

import pytest

from domain.answers.answered import NotShown
from domain.questions.about import ShowChild, ShowTimeline
from tests.builders.service import Bench
from tests.builders.statements import counting
from tests.builders.viewers import person
from tests.spec import words
from tests.spec.words import Happened, happened

DAY = date(2025, 12, 1)
ASKER = "la-808:W1"
WORKER = {"organisation": "la-808", "staff_id": "W1"}
BY_BOTH = ("nhs", "agency")


def child(who: str, *, worker: str = "W2") -> Happened:
    """A child whom somebody works with, known by a national number and one of another agency's own."""
    return happened("EarlyHelpStarted", who, on="2025-09-01", worker=worker, known_by=BY_BOTH)


CHILDREN = {
    "of others": [child("Ada")],
    "excluded": [
        child("Ada", worker="W1"),
        happened("AccessExcluded", "Ada", on="2025-10-01", agency="la-808", worker=WORKER, reason="court_order"),
    ],
    "shielded": [child("Ada"), happened("ShieldApplied", "Ada", on="2025-10-01")],
    "sealed": [child("Ada"), happened("IdentitySealed", "Ada", on="2025-10-01")],
    "excluded and shielded": [
        child("Ada", worker="W1"),
        happened("ShieldApplied", "Ada", on="2025-10-01"),
        happened("AccessExcluded", "Ada", on="2025-10-01", agency="la-808", worker=WORKER, reason="court_order"),
    ],
}


@pytest.mark.parametrize("question", [ShowChild, ShowTimeline])
@pytest.mark.parametrize("who", sorted(CHILDREN))
def test_a_child_refused_by_its_national_number_costs_what_nobody_does(
    emptied_bench: Bench, who: str, question: type[ShowChild | ShowTimeline]
) -> None:
    assert work_of(emptied_bench, who, question, "Ada", "nhs") == work_of(
        emptied_bench, None, question, "Nobody", "nhs"
    )


@pytest.mark.parametrize("who", sorted(CHILDREN))
def test_a_child_refused_by_another_agencys_number_costs_what_nobody_does(emptied_bench: Bench, who: str) -> None:
    found, nobody = (
        work_of(emptied_bench, *asked, "agency") for asked in ((who, ShowChild, "Ada"), (None, ShowChild, "Nobody"))
    )
    assert found == nobody


def work_of(
    here: Bench, told: str | None, question: type[ShowChild | ShowTimeline], who: str, scheme: str
) -> list[str]:
    """The statements of a question of which nothing is shown; `told`: what is recorded of the child before."""
    for number, event in enumerate(() if told is None else CHILDREN[told]):
        here.record(event.wire(number))
    here.projector.project()
    said: list[str] = []
    asked = question(identifier=":".join(words.identifier(who, scheme)), effective_at=DAY)
    assert isinstance(counting(here, said).ask(asked, person(here, ASKER)), NotShown)
    return said
