"""What is worked out from facts that agreements keep from a viewer is shown them nowhere, and each answer says so (decision 70)."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from adapters.questions.door import Door
from adapters.questions.reading import disclosure_of_kinds
from domain.access.viewer import LOCAL_OPERATOR, Role, Viewer
from domain.answers.answered import Answered
from domain.answers.not_shown import RestsOn
from domain.effects import CLASSES_OF_A_CHILD
from domain.indicators.rules import NO_GP, every_rule
from domain.kinds import ANY_KIND
from domain.leads.active import GAPS
from domain.measures.of_child import MEASURES
from domain.questions.about import (
    ListFamilies,
    ListGaps,
    ShowCaseload,
    ShowChanges,
    ShowHandover,
    ShowMeasures,
    ShowMyFamilies,
)
from domain.questions.asking import Question
from tests.builders.happening import record
from tests.builders.service import Bench, bench
from tests.builders.viewers import granted, person
from tests.spec.reference_words import sharing_agreement_made
from tests.spec.words import address, address_changed, happened

DAY: Final = date(2025, 12, 1)
ANNA, INDEX, AREA = "la-808:W1", "la-808:W7", "ZE9"
LIFE: Final = (
    happened("EarlyHelpStarted", "Ada", on="2025-09-01", worker="W1", name="Ada Example", born="2015-03-01"),
    address_changed("Ada", "2025-09-01", address("1 Example Row", "ZE9 2AA")),
    happened("GpRegistered", "Ada", on="2016-01-01", practice="Z9H"),
    happened("GpRegistrationEnded", "Ada", on="2025-09-01", practice="Z9H", reason="practice_request"),
    happened("WasNotBrought", "Ada", on="2025-10-01", service="paediatrics"),
    happened("WasNotBrought", "Ada", on="2025-11-01", service="paediatrics"),
    happened("HomelessApplicationMade", "Ada", on="2025-11-01"),
    happened("ReferralReceived", "Ada", on="2025-08-01", service="social work", source_code="1A"),
)
EVERY_RULE: Final[list[RestsOn]] = [*every_rule(), *GAPS.values(), *MEASURES.values()]
RULES: Final = {one.id: one for one in EVERY_RULE}
EXPECTED: Final = {"no_school", NO_GP, "gp_unsettled", "not_brought", "homeless_or_mobile", "early_help_without_lead"}


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(database_url, tmp_path)
    yield made
    made.close()


def ask(here: Bench, question: Question[Any], viewer: Viewer) -> Any:
    here.clock.advance(timedelta(seconds=1))
    found = Door(here.service).ask(question, viewer)
    return found.content if isinstance(found, Answered) else None


def questions() -> list[tuple[Question[Any], str]]:
    """Every question of people whose answer shows anything derived, and who asks it."""
    return [
        (ShowCaseload(worker=ANNA, effective_at=DAY), ANNA),
        (ShowHandover(worker=ANNA, effective_at=DAY), ANNA),
        (ShowMyFamilies(worker=ANNA, effective_at=DAY), ANNA),
        (ShowChanges(worker=ANNA, since="1:0", effective_at=DAY), ANNA),
        (ListGaps(area=AREA, effective_at=DAY), ANNA),
        (ListFamilies(area=AREA, effective_at=DAY), ANNA),
        (ShowMeasures(effective_at=DAY), INDEX),
    ]


def rules_in(answer: Any, key: str = "") -> set[str]:
    """The rules by which something is shown in an answer."""
    if isinstance(answer, dict):
        own = (
            {answer["rule" if "rule" in answer else "id"]}
            if key in ("gaps", "indicators", "began", "measures")
            else set()
        )
        return own.union(*(rules_in(value, name) for name, value in answer.items() if name != "rules_not_shown"))
    return set().union(*(rules_in(one, key) for one in answer)) if isinstance(answer, list) else set()


def rests_on(rule: str) -> set[str]:
    reads = RULES[rule].reads
    return set(CLASSES_OF_A_CHILD) if ANY_KIND in reads else {disclosure_of_kinds()[kind] for kind in reads}


def test_what_rests_on_a_class_that_an_agreement_keeps_is_shown_in_no_answer(here: Bench) -> None:
    record(here, *LIFE)
    granted(here, ANNA, Role.DUTY, areas=(AREA,))
    granted(here, INDEX, Role.INDEX_TEAM)
    people = {name: person(here, name) for name in (ANNA, INDEX)}
    asked = questions()
    before = [ask(here, question, people[who]) for question, who in asked]
    assert set().union(*map(rules_in, before)) >= EXPECTED | set(MEASURES)
    assert not any(one["rules_not_shown"] for one in before)
    kept: set[str] = set()
    for told in ("youth_justice", "health", "housing", "social_care", "education", "early_help", "identity"):
        kept.add(told)
        record(here, sharing_agreement_made(f"On {told}", "2025-01-01", ["ods-*"], [told], "content"))
        for (question, who), whole in zip(asked, before, strict=True):
            answer = ask(here, question, people[who])
            assert rules_in(answer) == {rule for rule in rules_in(whole) if not rests_on(rule) & kept}
            for one in answer["rules_not_shown"]:
                assert set(one["classes"]) == rests_on(one["rule"]) & kept
            assert {one["rule"] for one in answer["rules_not_shown"]} >= rules_in(whole) - rules_in(answer)


def test_the_operator_before_people_sign_in_sees_everything_as_before(here: Bench) -> None:
    record(here, *LIFE)
    families = ListFamilies(area=AREA, effective_at=DAY)
    before = ask(here, families, LOCAL_OPERATOR)
    record(here, sharing_agreement_made("All", "2025-01-01", ["ods-*"], [], "content"))
    assert ask(here, families, LOCAL_OPERATOR) == before


def test_a_party_is_shown_what_rests_on_all_that_it_may_know(here: Bench) -> None:
    record(here, *LIFE, sharing_agreement_made("Health", "1900-01-01", ["ods-*", "la-808"], ["health"], "content"))
    granted(here, ANNA, Role.DUTY, areas=(AREA,))
    shown = ask(here, ListFamilies(area=AREA, effective_at=DAY), person(here, ANNA))
    assert (NO_GP in rules_in(shown), shown["rules_not_shown"]) == (True, [])


def test_a_measure_that_is_asked_for_alone_is_said_not_to_be_shown(here: Bench) -> None:
    record(here, *LIFE, sharing_agreement_made("Referrals", "2025-01-01", ["ods-*"], ["social_care"], "content"))
    granted(here, INDEX, Role.INDEX_TEAM)
    question = ShowMeasures(measure="referral_to_first_service", children=True, effective_at=DAY)
    shown = ask(here, question, person(here, INDEX))
    assert shown["measures"] == []
    assert shown["rules_not_shown"] == [{"rule": "referral_to_first_service", "classes": ["social_care"]}]
