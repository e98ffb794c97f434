"""A child's page is derived from that child's events alone: what the views had wrong when it was shown, replay tells."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from domain.access.viewer import LOCAL_OPERATOR
from domain.questions.about import ShowChild, ShowTimeline
from domain.questions.asking import Question
from tests.builders.service import Bench, bench
from tests.integration.disclosure.test_disclosing import ask, identifier, record, replay
from tests.spec.words import (
    event_corrected,
    event_retracted,
    gp_registered,
    happened,
    lead_accepted,
    listed,
    pupil_admitted,
    snapshot_reported,
)

DAY = date(2025, 12, 1)


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(database_url, tmp_path, snapshot_loss_share=1.0)
    record(
        made,
        happened("EarlyHelpStarted", "Ada", on="2025-09-01", worker="W1", name="Ada Example", born="2015-03-01"),
        lead_accepted("Ada", worker="W1", on="2025-09-02"),
        pupil_admitted("Ada", school="900001", on="2019-09-02"),
        gp_registered("Ada", practice="Z90001", on="2015-04-01"),
        happened("EarlyHelpStarted", "Bob", on="2025-09-01", worker="W2", name="Bob Example", born="2014-03-01"),
    )
    made.projector.project()
    yield made
    made.close()


def page(**said: Any) -> ShowChild:
    return ShowChild(identifier=identifier("Ada"), effective_at=DAY, **said)


def timeline(**said: Any) -> ShowTimeline:
    return ShowTimeline(identifier=identifier("Ada"), effective_at=DAY, **said)


BOTH = pytest.mark.parametrize("question", [page(), timeline()], ids=["page", "timeline"])


def derived(here: Bench, question: Question[Any]) -> tuple[str, str | None]:
    again = replay(here, ask(here, question, LOCAL_OPERATOR).receipt.entry)
    return again["derived"], again["because"]


@BOTH
def test_what_was_shown_comes_out_the_same(here: Bench, question: Question[Any]) -> None:
    assert derived(here, question) == ("derived_same", None)


@BOTH
@pytest.mark.not_replayed("its views are made wrong")
def test_what_the_views_had_wrong_is_told(here: Bench, question: Question[Any]) -> None:
    here.connection.execute("UPDATE view_a.entry SET service = 'something else' WHERE kind = 'gp_registration'")
    assert derived(here, question) == ("differs", "unknown")


@BOTH
@pytest.mark.not_replayed("its views are made wrong")
def test_what_the_views_left_out_is_told(here: Bench, question: Question[Any]) -> None:
    here.connection.execute("DELETE FROM view_a.entry WHERE kind = 'enrolment'")
    assert derived(here, question)[0] == "differs"


@BOTH
def test_no_view_is_read_for_what_happened_to_the_child(here: Bench, question: Question[Any]) -> None:
    """The views are emptied of the child after it was shown, and the page comes out all the same."""
    shown = ask(here, question, LOCAL_OPERATOR)
    here.connection.execute("DELETE FROM view_a.entry; DELETE FROM view_a.person; DELETE FROM view_a.address")
    assert replay(here, shown.receipt.entry)["derived"] == "derived_same"


def test_corrections_and_retractions_are_of_the_childs_events_too(here: Bench) -> None:
    before = ask(here, timeline(), LOCAL_OPERATOR)
    record(
        here,
        event_corrected("Ada", 0, recorded="2025-10-01", begins="2025-08-25"),
        event_retracted("Ada", 1, recorded="2025-10-01"),
        start=100,
    )
    here.projector.project()
    after = ask(here, timeline(retracted=True), LOCAL_OPERATOR)
    assert before.content != after.content
    for shown in (before, after):
        assert replay(here, shown.receipt.entry)["derived"] == "derived_same"


def test_what_came_into_quarantine_since_is_a_reason(here: Bench) -> None:
    """How many events are kept is counted as of now."""
    shown = ask(here, timeline(), LOCAL_OPERATOR)
    record(here, event_retracted("Ada", 77, recorded="2025-10-01"), start=100)
    again = replay(here, shown.receipt.entry)
    assert (again["proved"], again["derived"], again["because"]) == ("proved_same", "differs", "quarantine_since")


def test_what_a_whole_snapshot_no_longer_lists_has_lapsed_here_too(here: Bench) -> None:
    """That it has come whole is told by rows of other children."""
    day = "2025-11-03"
    bob = pupil_admitted("Bob", school="900001", on="2024-09-02")
    report = snapshot_reported("urn-900001", "PupilAdmitted", on=day, count=1, scope="900001")
    record(here, listed(bob, day), report, start=100)
    here.projector.project()
    shown = ask(here, timeline(), LOCAL_OPERATOR)
    assert [one["status"] for one in shown.content["entries"] if one["kind"] == "enrolment"] == ["lapsed"]
    assert replay(here, shown.receipt.entry)["derived"] == "derived_same"
