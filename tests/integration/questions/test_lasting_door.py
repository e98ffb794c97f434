"""A door that lasts remembers what was published about no child, and shows each time what was known when it is asked about."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from adapters.questions.door import Door
from domain.access.viewer import LOCAL_OPERATOR
from domain.questions.about import ShowCaseload, ShowTimeline
from tests.builders.service import Bench, bench
from tests.integration.questions.test_lead_views import about_nobody, take
from tests.spec.words import happened, identifier, lead_accepted

DAY = date(2025, 12, 1)
ADA = ":".join(identifier("A", "nhs"))
Ask = Callable[[Any], dict[str, Any]]


@pytest.fixture
def here(any_database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(any_database_url, tmp_path)
    take(
        made,
        [
            happened("EarlyHelpStarted", "A", on="2025-09-01", worker="W1", name="Ada Example", born="2015-03-01"),
            lead_accepted("A", worker="W1", on="2025-09-02"),
        ],
        1,
    )
    yield made
    made.close()


@pytest.fixture
def ask(here: Bench) -> Ask:
    door = Door(here.service)

    def asked(question: Any) -> dict[str, Any]:
        answered = door.answer(question, LOCAL_OPERATOR)
        assert answered is not None
        return answered.as_json()

    return asked


def named(here: Bench, number: int, on: str, name: str) -> None:
    kind = {"organisation_kind": "local_authority"}
    here.record(about_nobody("OrganisationRegistered", number, on, code="la-808", name=name, **kind))
    here.projector.project()


def test_names_are_those_that_were_known_then_whatever_was_asked_before(here: Bench, ask: Ask) -> None:
    def name(known_at: str | None = None, day: date = DAY) -> object:
        asked = ask(ShowTimeline(identifier=ADA, effective_at=day, known_at=known_at))
        return asked["entries"][0]["agency_name"]

    assert name() is None
    named(here, 10, "2025-09-01", "Northmoor")
    before = ask(ShowTimeline(identifier=ADA, effective_at=DAY))["position"]
    assert name() == "Northmoor"
    named(here, 11, "2025-11-01", "Northmoor and Vale")
    assert name() == "Northmoor and Vale"
    assert name(before) == "Northmoor"
    assert name("2") is None
    assert name(day=date(2025, 10, 1)) == "Northmoor"
    assert name() == "Northmoor and Vale"


@pytest.mark.not_replayed("what was shown is erased")
def test_what_is_erased_is_not_shown_by_a_door_that_showed_it_before(here: Bench, ask: Ask) -> None:
    question = ShowCaseload(worker="la-808:W1", effective_at=DAY)
    assert ask(question)["children"][0]["name"]["given"] == ["Ada"]
    here.connection.execute("DELETE FROM log.data_key WHERE class = 'identity'")
    assert ask(question)["children"][0]["name"] is None
