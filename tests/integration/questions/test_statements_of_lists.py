"""However many children a worker has, a list of them is asked by as many statements; what its entry costs comes after."""

from datetime import date
from typing import Any

import pytest

from domain.access.viewer import LOCAL_OPERATOR
from domain.questions.about import ShowCaseload, ShowChanges, ShowHandover, ShowTimeline
from domain.questions.asking import Question
from tests.builders.asking import Asked
from tests.builders.service import Bench
from tests.builders.statements import counting
from tests.integration.questions.test_lead_views import WORKER, about_nobody, take
from tests.spec.words import (
    Happened,
    feed_reported,
    gp_registered,
    gp_registration_ended,
    happened,
    identifier,
    lead_accepted,
    pupil_admitted,
)

DAY = date(2026, 3, 2)
W1 = "la-808:W1"
MOST = 13  # one is for what families think of their leads
# In a process that has answered the same before, and remembers what is published about no child; two are for leads of families, and one.
MOST_AGAIN = {
    ShowTimeline(identifier=":".join(identifier("child 1", "nhs")), effective_at=DAY): 10,
    ShowCaseload(worker=W1, effective_at=DAY): 14,
    ShowHandover(worker=W1, effective_at=DAY): 15,
}
QUESTIONS: dict[str, Any] = {"caseload": ShowCaseload, "changes": ShowChanges, "handover": ShowHandover}


@pytest.fixture
def here(any_emptied_bench: Bench) -> Bench:
    return any_emptied_bench


def asked(here: Bench, what: str, **question: Any) -> tuple[int, list[dict[str, Any]]]:
    """How many statements an answer takes in a process that has answered nothing before, and the children in it."""
    told: list[str] = []
    value = QUESTIONS[what](worker=W1, **{"effective_at": DAY, **question})
    answered = counting(here, told).answer(value, LOCAL_OPERATOR)
    assert answered is not None
    return len(told), answered.as_json()["children"]


def statements(here: Bench, since: str, day: date = DAY) -> tuple[int, list[dict[str, Any]]]:
    return asked(here, "changes", since=since, effective_at=day)


def position(here: Bench) -> str:
    return Asked(here.service).position()


def had(number: int) -> list[Happened]:
    """A child whom the worker leads, with a contact, a school and a practice."""
    who = f"child {number}"
    return [
        happened("EarlyHelpStarted", who, on="2025-09-01", worker="W1", name=f"N{number} Example", born="2015-03-01"),
        lead_accepted(who, worker="W1", on="2025-09-02"),
        pupil_admitted(who, school="900001", on="2019-09-02"),
        gp_registered(who, practice="Z90001", on="2015-04-01"),
    ]


def came(number: int) -> list[Happened]:
    """News of every kind: an entry, an end that raises an indicator, a lead that is no more."""
    who = f"child {number}"
    own = [happened("InvolvementStarted", who, on="2025-11-03", service="play therapy", provision="additional")]
    if number % 2:
        own.append(gp_registration_ended(who, practice="Z90001", on="2025-11-15"))
    if number % 4 == 1:
        own.append(happened("LeadEnded", who, on="2025-11-20", worker="W1", role="lead_practitioner", scope="child"))
        own.append(happened("EarlyHelpEnded", who, on="2025-11-20"))
    return own


def test_as_many_statements_for_forty_children_as_for_one(here: Bench) -> None:
    numbers = range(1, 41)
    here.record(
        about_nobody(
            "OrganisationRegistered",
            900,
            "2025-09-01",
            code="la-808",
            name="Northmoor",
            organisation_kind="local_authority",
        )
    )
    take(here, [one for n in numbers for one in had(n)], 1)
    take(here, [feed_reported("ods-Z90001", "GpRegistered", through="2026-03-01")], 500)
    before = position(here)
    take(here, [one for n in numbers[:1] for one in came(n)], 600)
    here.record(about_nobody("WorkerLeft", 901, "2025-11-25", worker=WORKER, reason="left"))
    here.projector.project()
    of_one, [child] = statements(here, before, date(2025, 11, 20))
    assert child["name"]["given"] == ["N1"]
    take(here, [one for n in numbers[1:] for one in came(n)], 700)
    of_forty, children = statements(here, before)
    assert len(children) == 40
    assert {"entries", "began"} <= {
        part for child in children for part in ("entries", "began", "cleared") if child[part]
    }
    assert [child["on_caseload"] for child in children].count(False) == 10
    assert of_one <= MOST
    assert of_forty <= MOST


@pytest.mark.parametrize("what", ["caseload", "handover"])
def test_a_list_of_forty_children_takes_as_many_statements_as_one_of_four(here: Bench, what: str) -> None:
    take(here, [one for n in range(1, 5) for one in [*had(n), *came(n)]], 1)
    of_four, children = asked(here, what)
    assert len(children) == 3
    take(here, [one for n in range(5, 41) for one in [*had(n), *came(n)]], 600)
    of_forty, children = asked(here, what)
    assert len(children) == 30
    assert of_forty == of_four


def test_an_instant_is_answered_as_its_position_and_takes_no_statement_more(here: Bench) -> None:
    take(here, had(1), 1)
    everything = statements(here, "1:0")
    assert statements(here, "2026-06-01T11:59:59Z") == everything
    assert everything[1]
    of_nothing, nothing = statements(here, position(here))
    assert nothing == []
    assert statements(here, "2026-06-01T12:00:00Z") == (of_nothing, [])


@pytest.mark.parametrize(("question", "most"), MOST_AGAIN.items(), ids=lambda one: type(one).__name__)
def test_few_statements_in_a_process_that_lasts(here: Bench, question: Question[Any], most: int) -> None:
    here.record(about_nobody("WorkerRegistered", 900, "2025-08-01", worker=WORKER, role=None))
    take(here, [one for n in range(1, 13) for one in had(n)], 1)
    told: list[str] = []
    door = counting(here, told)
    first = door.answer(question, LOCAL_OPERATOR)
    of_first = len(told)
    again = door.answer(question, LOCAL_OPERATOR)
    assert again == first
    assert len(told) - of_first <= most
    take(here, [one for n in range(13, 41) for one in had(n)], 600)
    before = len(told)
    door.answer(question, LOCAL_OPERATOR)
    assert len(told) - before <= most + 1  # of what was published since
