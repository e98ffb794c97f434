"""An erasure is killed at any of its statements: nothing is done, or what answers are made from is gone; done again, all of it is."""

import random

import pytest

from adapters.commands.erasing import Erasing
from domain.answers.answered import Answered
from domain.questions.about import ShowChild, ShowTimeline
from projections.view_sets import VIEW_SETS, VIEW_TABLES
from tests.builders.dying import carried_out
from tests.builders.nightly import by_night
from tests.builders.service import KEYS, Bench
from tests.integration.erasure.test_erasing import DAY, PAT, SAM, ask, here, number
from tests.integration.erasure.test_erasing import proposed as proposed_of
from tools.verify_log import verify

__all__ = ["here"]


@pytest.mark.not_replayed("what was shown is erased")
@pytest.mark.parametrize("step", [12, by_night(1)])
def test_killed_at_any_statement_it_is_done_when_it_is_done_again(here: Bench, step: int) -> None:
    """At one after the other: what a try that was killed had committed stays, and the next one is killed further on."""
    ask(here, ShowChild(identifier=number("Ada"), effective_at=DAY))
    erasure = proposed_of(here, "Ada", PAT, SAM)
    killed, at = [0, 0], random.randint(1, step)  # before its one transaction is committed, and after
    while not carried_out(here, lambda service: Erasing(service).run(erasure), at):
        at += step
        shown = ask(here, ShowTimeline(identifier=number("Ada"), effective_at=DAY))
        # All of it is there, or nothing that answers are made from.
        assert isinstance(shown, Answered) == (_rows(here) > 0)
        killed[not isinstance(shown, Answered)] += 1
    assert all(killed)
    Erasing(here.service).run(erasure)
    assert Erasing(here.service).left() == []
    assert not isinstance(ask(here, ShowTimeline(identifier=number("Ada"), effective_at=DAY)), Answered)
    assert _rows(here) == 0
    assert isinstance(ask(here, ShowTimeline(identifier=number("Bob"), effective_at=DAY)), Answered)
    assert verify(here.connection, KEYS).found == {}
    assert here.service.settings.erased_file.read_text().count(erasure) == 1


def _rows(here: Bench) -> int:
    """Rows of the record that are anywhere but among the events."""
    first = here.connection.execute("SELECT originator_id FROM log.event WHERE notification_id = 3").fetchone()
    tables = [f"log.{name}" for name in ("fact", "subject", "data_key")]
    tables += [f"{view}.{name}" for view in VIEW_SETS for name in VIEW_TABLES if name in ("entry", "person")]
    return sum(
        here.connection.execute(f"SELECT count(*) FROM {table} WHERE record = %s", first).fetchone()[0]  # type: ignore[index,arg-type]
        for table in tables
    )
