"""What changed for a worker who leads a whole family: of each child of it, not only of the one for whom the lead was stated."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.builders.service import Bench, bench
from tests.integration.questions.test_lead_views import W1, ask, take
from tests.spec.words import (
    death_notified,
    early_help_started,
    gp_registered,
    happened,
    involvement_ended,
    involvement_started,
    lead_accepted,
    lead_ended,
    relationship_ended,
    relationship_stated,
)

DAY = "2025-09-01"


@pytest.fixture
def here(any_database_url: str, tmp_path: Path) -> Iterator[Bench]:
    """Bo and Cy are Ada's siblings; whoever leads the family was stated to lead Ada."""
    made = bench(any_database_url, tmp_path)
    names = {"A": "Ada Example", "B": "Bo Example", "C": "Cy Example"}
    told = [
        gp_registered(child, practice="Z90001", on=DAY, name=name, born="2015-03-01") for child, name in names.items()
    ]
    told += [relationship_stated(child, "family", on=DAY, family="F1") for child in "AB"]
    take(made, [*told, lead_accepted("A", "W1", on="2025-10-10", scope="family")], 1)
    yield made
    made.close()


def now(here: Bench) -> str:
    position: str = ask(here, "caseload", worker=W1)["position"]
    return position


def since(here: Bench, position: str, worker: str = W1) -> dict[str, dict[str, Any]]:
    """The children of whom something changed, by forename."""
    children = ask(here, "changes", worker=worker, since=position)["children"]
    return {child["name"]["given"][0]: child for child in children}


def test_news_of_a_sibling(here: Bench) -> None:
    before = now(here)
    take(here, [early_help_started("B", on="2025-11-03"), early_help_started("C", on="2025-11-03")], 20)
    found = since(here, before)
    assert list(found) == ["Bo"]
    assert (found["Bo"]["on_caseload"], [e["kind"] for e in found["Bo"]["entries"]]) == (True, ["early_help"])
    assert since(here, now(here)) == {}


def test_a_lead_of_one_child_alone_tells_nothing_of_its_siblings(here: Bench) -> None:
    take(here, [lead_ended("A", "W1", on="2025-11-01", scope="family"), lead_accepted("A", "W1", on="2025-11-01")], 20)
    before = now(here)
    take(here, [early_help_started("B", on="2025-11-03")], 30)
    assert since(here, before) == {}


def test_a_sibling_who_becomes_of_the_family(here: Bench) -> None:
    before = now(here)
    take(here, [relationship_stated("C", "family", on="2025-11-03", family="F1")], 20)
    found = since(here, before)
    assert [(name, child["on_caseload"], [e["kind"] for e in child["entries"]]) for name, child in found.items()] == [
        ("Cy", True, ["relationship"])
    ]


def test_a_sibling_who_leaves_the_family(here: Bench) -> None:
    before = now(here)
    take(
        here,
        [relationship_ended("B", "family", on="2025-11-03", family="F1"), early_help_started("B", on="2025-11-04")],
        20,
    )
    found = since(here, before)
    assert [(name, child["on_caseload"], [e["kind"] for e in child["entries"]]) for name, child in found.items()] == [
        ("Bo", False, ["relationship"])
    ]


def test_two_leads_of_the_family_begin_and_clear(here: Bench) -> None:
    before = now(here)
    take(here, [lead_accepted("B", "W2", on="2025-11-03", scope="family")], 20)
    found = since(here, before)
    assert {name: [g["rule"] for g in child["began"]] for name, child in found.items()} == {
        "Ada": ["contested_lead"], "Bo": ["contested_lead"],
    }  # fmt: skip
    before = now(here)
    take(here, [lead_ended("B", "W2", on="2025-11-10", scope="family")], 30)
    found = since(here, before)
    assert {name: [g["rule"] for g in child["cleared"]] for name, child in found.items()} == {
        "Ada": ["contested_lead"], "Bo": ["contested_lead"],
    }  # fmt: skip


def test_a_second_lead_that_was_told_as_backfill_is_no_news(here: Bench) -> None:
    before = now(here)
    take(here, [lead_accepted("B", "W2", on="2025-11-03", scope="family")], 20, "backfill")
    assert since(here, before) == {}


def test_nobody_looks_for_the_lead_of_a_child_who_has_died(here: Bench) -> None:
    take(here, [death_notified("B", on="2025-11-01")], 20)
    before = now(here)
    take(here, [lead_accepted("B", "W2", on="2025-11-03", scope="family")], 30)
    assert [name for name, child in since(here, before).items() if child["began"]] == ["Ada"]


def test_work_with_a_sibling_that_ends(here: Bench) -> None:
    take(
        here,
        [involvement_started(child, "family support", on="2025-10-10", worker="W1") for child in "AB"]
        + [involvement_ended("A", "family support", on="2025-11-03")],
        20,
    )
    before = now(here)
    take(here, [involvement_ended("B", "family support", on="2025-11-10")], 30)
    assert [g["rule"] for g in since(here, before)["Ada"]["began"]] == ["lead_involvement_ended"]


def test_early_help_of_a_sibling_is_led(here: Bench) -> None:
    """What the lead of the family closes is no news of a sibling."""
    before = now(here)
    take(
        here,
        [
            early_help_started("B", on="2025-11-03"),
            happened("InvolvementStarted", "B", on="2025-11-04", service="youth work", provision="additional"),
        ],
        20,
    )
    assert since(here, before)["Bo"]["began"] == []
