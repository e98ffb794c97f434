"""What the same question answers today stands beside a replay, and of each part that differs, why."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.access.viewer import LOCAL_OPERATOR
from domain.questions.about import ShowCaseload
from tests.builders.service import Bench, bench
from tests.integration.disclosure.test_capsules import PAGE, TIMELINE
from tests.integration.disclosure.test_disclosing import ANNA, DAY, ask, entries, record, replay
from tests.spec.words import event_corrected, gp_registered, happened, lead_accepted


@pytest.fixture
def here(any_database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(any_database_url, tmp_path)
    started = happened("EarlyHelpStarted", "Ada", on="2025-09-01", worker="W1", name="Ada Example", born="2015-03-01")
    record(made, started, lead_accepted("Ada", worker="W1", on="2025-09-02"))
    made.projector.project()
    yield made
    made.close()


def beside(here: Bench, question: Any, viewer: Any = LOCAL_OPERATOR) -> str:
    """The entry of a question that is asked now."""
    return str(ask(here, question, viewer).receipt.entry)


def since(here: Bench, entry: str) -> tuple[Any, set[str]]:
    again = replay(here, entry, today=True)
    assert again["proved"] in ("proved_same", "erased_since")
    return again["today"], {one["why"] for one in again["today"]["differences"]}


BOTH = pytest.mark.parametrize("question", [PAGE, TIMELINE], ids=["page", "timeline"])


@BOTH
def test_where_nothing_came_since_nothing_differs(here: Bench, question: Any) -> None:
    entry = beside(here, question)
    today, why = since(here, entry)
    assert why == set()
    assert today["content"] == replay(here, entry)["content"]


@BOTH
def test_what_was_told_since_and_what_was_corrected(here: Bench, question: Any) -> None:
    entry = beside(here, question)
    record(here, gp_registered("Ada", practice="Z90001", on="2015-04-01"), start=100)
    here.projector.project()
    assert since(here, entry)[1] == {"told_since"}
    record(here, event_corrected("Ada", 0, recorded="2025-10-01", begins="2025-08-25"), start=200)
    here.projector.project()
    assert since(here, entry)[1] == {"corrected"}


@pytest.mark.not_replayed("a key is taken away, and another made in its place")
def test_what_was_erased(here: Bench) -> None:
    entry = beside(here, PAGE)
    here.connection.execute("DELETE FROM log.data_key WHERE class = 'access_child'")
    assert "erased" in since(here, entry)[1]


def test_a_list_has_today_beside_it_too(here: Bench) -> None:
    entry = beside(here, ShowCaseload(worker="la-808:W1", effective_at=DAY), ANNA)
    today, why = since(here, entry)
    assert (why, len(today["content"]["children"])) == (set(), 1)
    record(here, happened("ShieldApplied", "Ada", on="2025-11-01"), start=100)
    here.projector.project()
    assert since(here, entry)[1] & {"told_since", "no_more_shown"}


def test_without_asking_for_it_there_is_none_and_what_is_asked_is_logged(here: Bench) -> None:
    entry = beside(here, PAGE)
    assert replay(here, entry)["today"] is None
    replay(here, entry, today=True)
    assert [one["question"] for one in entries(here)] == ["ShowChild", "ReplayEntry", "ReplayEntry"]
    replayed = [one["id"] for one in entries(here)][-1]
    again = replay(here, replayed, today=True)
    assert (again["proved"], again["asked"]["today"], again["today"]) == ("proved_same", True, None)
