"""A review of a plan that had ended was overdue for ever, and so was one that had been held with no next one named."""

from datetime import date

import pytest

from domain.answers.reviews import PLANS
from schemas.registry import registry
from tests.builders.service import Bench
from tests.integration.questions.test_lead_views import TOLD, W1, ask, take
from tests.spec.words import Happened, happened, identifier

ADA = ":".join(identifier("A", "nhs"))
BEGUN = {
    "child_in_need": happened("ChildInNeedStarted", "A", on="2025-05-01"),
    "child_protection": happened("ChildProtectionStarted", "A", on="2025-05-01"),
    "looked_after": happened("LookedAfterStarted", "A", on="2025-05-01"),
    "early_help": happened("EarlyHelpStarted", "A", on="2025-05-01", worker="W9"),
    "team_around_the_family": happened("InvolvementStarted", "A", on="2025-05-01", service="team around the family"),
}


@pytest.fixture
def here(emptied_bench: Bench) -> Bench:
    made = emptied_bench
    take(made, TOLD[1:], 1)
    return made


def over(plan: str, on: str) -> Happened:
    """The end of a plan."""
    begun = BEGUN[plan]
    own = {name: value for name, value in begun.own.items() if name == "service"}
    return happened(begun.event_type.replace("Started", "Ended"), "A", on=on, **own)


def review(plan: str, on: str = "2025-08-01", due: str | None = "2025-11-01") -> Happened:
    """A review that was held, and when the next one is due."""
    return happened("ReviewHeld", "A", on=on, plan=plan, next_due=due)


def due(here: Bench, on: str) -> list[tuple[str, bool]]:
    """The reviews that are due as at a day, and whether each is overdue; a handover says the same."""
    line = ask(here, "child", identifier=ADA, effective_at=date.fromisoformat(on))
    handed_over = ask(here, "handover", worker=W1, effective_at=date.fromisoformat(on))["children"]
    assert [child["reviews_due"] for child in handed_over] == [line["reviews_due"]]
    return [(one["due"], one["overdue"]) for one in line["reviews_due"]]


@pytest.mark.parametrize("plan", sorted(BEGUN))
def test_a_review_is_due_while_its_plan_goes_on(here: Bench, plan: str) -> None:
    take(here, [BEGUN[plan], review(plan)], 20)
    assert due(here, "2025-12-19") == [("2025-11-01", True)]
    take(here, [over(plan, "2025-10-01")], 30)
    assert due(here, "2025-12-19") == []


def test_a_plan_that_ends_after_the_day_asked_about_is_reviewed_until_then(here: Bench) -> None:
    take(here, [BEGUN["child_protection"], review("child_protection"), over("child_protection", "2025-12-01")], 20)
    assert due(here, "2025-10-20") == [("2025-11-01", False)]
    assert due(here, "2025-11-30") == [("2025-11-01", True)]
    assert due(here, "2025-12-01") == []


def test_a_review_on_the_day_of_the_end_or_after_it_will_not_be_held(here: Bench) -> None:
    take(here, [BEGUN["child_protection"], review("child_protection"), over("child_protection", "2025-11-01")], 20)
    assert due(here, "2025-10-20") == []


def test_the_end_of_another_plan_takes_away_no_review(here: Bench) -> None:
    told = [BEGUN["child_protection"], BEGUN["child_in_need"], review("child_protection")]
    take(here, [*told, over("child_in_need", "2025-10-01")], 20)
    assert due(here, "2025-12-19") == [("2025-11-01", True)]


def test_a_later_plan_does_not_revive_the_review_of_an_earlier_one(here: Bench) -> None:
    again = happened("ChildProtectionStarted", "A", on="2025-10-15")
    take(
        here,
        [BEGUN["child_protection"], review("child_protection"), over("child_protection", "2025-10-01"), again],
        20,
    )
    assert due(here, "2025-12-19") == []


def test_a_review_of_a_plan_that_nobody_told_of_is_due(here: Bench) -> None:
    take(here, [review("child_protection")], 20)
    assert due(here, "2025-12-19") == [("2025-11-01", True)]


def test_a_review_that_was_held_since_is_not_due(here: Bench) -> None:
    take(here, [BEGUN["early_help"], review("early_help"), review("early_help", on="2025-10-30", due=None)], 20)
    assert due(here, "2025-10-29") == [("2025-11-01", False)]
    assert due(here, "2025-12-19") == []


def test_every_plan_of_the_contract_has_its_intervals() -> None:
    kinds = {schema.effect.kind for schema in registry().newest.values()}
    [codes] = [rule.list.codes for rule in registry().newest["ReviewHeld"].effect.codes if rule.field == "plan"]
    assert set(PLANS) == set(BEGUN) == set(codes)
    assert {reviewed.kind for reviewed in PLANS.values()} <= kinds


def test_a_review_is_said_with_its_agency_of_a_shielded_child_only_where_that_tells_no_place(here: Bench) -> None:
    arranged = happened("InvolvementStarted", "A", on="2025-05-01", by="org-example", service="team around the family")
    held = happened(
        "ReviewHeld", "A", on="2025-08-01", by="org-example", plan="team_around_the_family", next_due="2025-11-01"
    )
    take(here, [arranged, held], 20)
    told = ask(here, "child", identifier=ADA, effective_at=date(2025, 10, 1))
    assert [one["agency"] for one in told["reviews_due"]] == ["org-example"]
    take(here, [happened("ShieldApplied", "A", on="2025-10-01")], 30)
    hidden = ask(here, "child", identifier=ADA, effective_at=date(2025, 10, 1))
    assert [one["agency"] for one in hidden["reviews_due"]] == [None]
