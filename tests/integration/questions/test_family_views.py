"""What child and family know and think of a lead is shown with it: as it was said last, wherever the lead is shown."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.questions.door import Door
from domain.answers.answered import Answered
from domain.questions.about import ShowCaseload, ShowChild, ShowHandover, ShowMyFamilies, ShowTimeline
from domain.questions.asking import Question
from tests.builders.happening import record
from tests.builders.service import Bench
from tests.builders.viewers import person, saying_why
from tests.spec import words
from tests.spec.reference_words import sharing_agreement_made
from tests.spec.words import (
    Happened,
    event_retracted,
    happened,
    lead_accepted,
    lead_ended,
    lead_nominated,
    relationship_stated,
)

ANNA = "la-808:W1"
NOT_AGREED, AGREED = "told_and_not_agreed", "told_and_agreed"


@pytest.fixture
def here(any_emptied_bench: Bench) -> Bench:
    any_emptied_bench.clock.set(datetime(2025, 12, 19, 10, 0, tzinfo=UTC))
    return any_emptied_bench


def saying(view: str | None, event: Happened) -> Happened:
    """An event of a lead that says what the family thinks."""
    return replace(event, own={**event.own, "family_view": view})


def nominated(view: str | None, who: str = "Ada", **more: Any) -> Happened:
    return saying(view, lead_nominated(who, "W1", on="2025-10-01", **more))


def accepted(view: str | None, who: str = "Ada", **more: Any) -> Happened:
    return saying(view, lead_accepted(who, "W1", on="2025-10-03", **more))


def ask(here: Bench, question: Question[Any]) -> Any:
    found = Door(here.service).ask(question, person(here, ANNA))
    assert isinstance(found, Answered)
    return found.content


def ada() -> str:
    return ":".join(words.identifier("Ada", "nhs"))


def of_lead(here: Bench) -> tuple[Any, Any]:
    """What is shown of it with who leads, and over time."""
    [lead] = ask(here, ShowChild(identifier=ada()))["lead"]
    [over_time] = [one for one in ask(here, ShowTimeline(identifier=ada()))["entries"] if one["kind"] == "lead"]
    return lead["family_view"], over_time["family_view"]


@pytest.mark.parametrize(
    ("first", "then", "shown"),
    [(NOT_AGREED, AGREED, AGREED), (NOT_AGREED, None, NOT_AGREED), (None, AGREED, AGREED), (None, None, None)],
)
def test_what_was_said_last_is_shown(first: str | None, then: str | None, shown: str | None, here: Bench) -> None:
    record(here, nominated(first), accepted(then))
    assert of_lead(here) == (shown, shown)


def test_what_was_taken_back_says_nothing(here: Bench) -> None:
    record(here, nominated(NOT_AGREED), accepted(AGREED))
    record(here, event_retracted("Ada", 1, recorded="2025-10-05"))
    [over_time] = ask(here, ShowTimeline(identifier=ada()))["entries"]
    assert over_time["family_view"] == NOT_AGREED
    kept = ask(here, ShowTimeline(identifier=ada(), retracted=True))["entries"]
    assert sorted(one["family_view"] for one in kept) == [AGREED, NOT_AGREED]


def test_it_stays_with_a_lead_that_is_over_and_is_not_the_next_ones(here: Bench) -> None:
    record(here, nominated(None), accepted(AGREED), lead_ended("Ada", "W1", on="2025-11-01"))
    record(
        here,
        lead_accepted("Ada", "W2", on="2025-11-02"),
        happened("EarlyHelpStarted", "Ada", on="2025-09-01", worker="W1"),
    )
    entries = ask(here, ShowTimeline(identifier=ada()))["entries"]
    assert {one["worker"]: one["family_view"] for one in entries if one["kind"] == "lead"} == {
        ANNA: AGREED,
        "la-808:W2": None,
    }


def test_a_caseload_a_handover_and_families_show_it_too(here: Bench) -> None:
    record(
        here,
        happened("EarlyHelpStarted", "Ada", on="2025-09-01", worker="W1", name="Ada Example", born="2015-03-01"),
        happened("EarlyHelpStarted", "Bob", on="2025-09-01", worker="W1", name="Bob Example", born="2017-03-01"),
        relationship_stated("Ada", "family", on="2025-09-01", family="F1"),
        relationship_stated("Bob", "family", on="2025-09-01", family="F1"),
        accepted(NOT_AGREED, scope="family"),
    )
    for question in (ShowCaseload(worker=ANNA), ShowHandover(worker=ANNA)):
        shown = {one["family_view"] for child in ask(here, question)["children"] for one in child["lead"]}
        assert shown == {NOT_AGREED}
    [family] = ask(here, ShowMyFamilies(worker=ANNA))["families"]
    told = [(one["family_view"], "stated_for" in one) for child in family["children"] for one in child["lead"]]
    assert sorted(told) == [(NOT_AGREED, False), (NOT_AGREED, True)], "of her own, and of her brother who is led so"


@pytest.mark.parametrize(("shares", "view"), [("content", AGREED), ("existence", None)])
def test_who_may_know_only_that_there_is_a_lead_is_not_told_what_the_family_thinks(
    shares: str, view: str | None, here: Bench
) -> None:
    record(
        here,
        accepted(AGREED),
        sharing_agreement_made("agreement", "2025-01-01", ["la-808", "ods-Z9H"], ["lead"], shares),
    )
    nurse = saying_why(person(here, "ods-Z9H:W3"))
    for question in (ShowChild(identifier=ada()), ShowTimeline(identifier=ada())):
        found = Door(here.service).ask(question, nurse)
        assert isinstance(found, Answered)
        leads = found.content.get("lead") or found.content["entries"]
        assert [one["family_view"] for one in leads if one["kind"] == "lead"] == [view]
