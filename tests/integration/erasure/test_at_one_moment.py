"""An erasure and what others do at that moment: a page being shown, views being rebuilt, events being recorded."""

import threading
from collections.abc import Sequence
from typing import Any

import psycopg
import pytest

from adapters.commands.erasing import Erasing
from adapters.disclosure.disclosing import Access, Discloser
from adapters.log.messages import Message
from adapters.questions.door import Door
from domain.access.viewer import LOCAL_OPERATOR
from domain.answers.answered import Answered
from domain.questions.about import ReplayEntry, ShowChild, ShowTimeline
from projections.engine import Projector
from projections.taking_in import statements
from projections.view_sets import VIEW_SETS
from tests.builders.service import KEYS, Bench
from tests.integration.erasure.test_erasing import DAY, ask, erase, here, number
from tests.spec.words import pupil_admitted
from tools.verify_log import verify

__all__ = ["here"]


class ErasingFirst:
    """Writes an entry once the child that it shows was erased meanwhile."""

    def __init__(self, here: Bench) -> None:
        self.here = here
        self.discloser = Discloser(here.service.keys, here.clock, lasts=False)

    def disclose(self, connection: psycopg.Connection[Any], access: Access) -> Any:
        erase(self.here, "Ada")
        return self.discloser.disclose(connection, access)


@pytest.mark.not_replayed("what was shown is erased")
def test_a_page_that_was_made_before_and_logged_after_is_sealed_by_a_key_that_nobody_has(here: Bench) -> None:
    question = ShowChild(identifier=number("Ada"), effective_at=DAY)
    shown = Door(here.service, discloser=ErasingFirst(here)).answer(question, LOCAL_OPERATOR)
    assert shown is not None
    assert shown.receipt is not None
    # It was shown, as it might have been a second before; what is kept of it opens to nobody.
    keys = here.connection.execute(
        "SELECT count(*) FROM log.data_key WHERE record IN (SELECT record FROM log.erased)"
    ).fetchone()
    assert keys == (0,)
    replayed = ask(here, ReplayEntry(entry=shown.receipt.entry)).content
    assert (replayed["proved"], "Example" in str(replayed["content"])) == ("erased_since", False)


@pytest.mark.not_replayed("what was shown is erased")
def test_views_that_are_being_rebuilt_hold_nothing_of_it_when_they_are_read(here: Bench) -> None:
    """The rebuild has taken the record in, in an edition that is not committed yet."""
    begun, go_on, ended = threading.Event(), threading.Event(), threading.Event()

    def sql(name: str) -> Sequence[str]:
        if name == "80_rectangles" and not begun.is_set():
            begun.set()
            go_on.wait(20)
        return statements(name)

    rebuilder = Projector(here.service.connect, here.clock.now, sql=sql, upkeep=False)
    working = threading.Thread(target=rebuilder.rebuild)
    erasing = threading.Thread(target=lambda: (erase(here, "Ada"), ended.set()))
    working.start()
    assert begun.wait(20)
    erasing.start()
    assert not ended.wait(0.5)  # it waits for that edition
    go_on.set()
    working.join(30)
    erasing.join(30)
    rebuilder.close()
    assert ended.is_set()
    for view in VIEW_SETS:
        left = here.connection.execute(
            f"SELECT count(*) FROM {view}.entry WHERE record IN (SELECT record FROM log.erased)"
        )  # type: ignore[arg-type]
        assert left.fetchone() == (0,), view
    assert isinstance(ask(here, ShowTimeline(identifier=number("Bob"), effective_at=DAY)), Answered)


def test_a_batch_that_was_prepared_before_begins_a_new_record(here: Bench) -> None:
    """Prepared ahead with the record as it was remembered, and recorded after the erasure."""
    other = here.service.recorder()
    first, second = (Message(pupil_admitted("Ada", school="900001", on=f"2025-10-0{n}").wire(90 + n)) for n in (1, 2))
    other.record([first], upcoming=[second])
    erase(here, "Ada")
    assert [o.outcome for o in other.record([second])] == ["accepted"]
    other.close()
    here.projector.project()
    assert len(ask(here, ShowTimeline(identifier=number("Ada"), effective_at=DAY)).content["entries"]) == 1
    assert verify(here.connection, KEYS).found == {}
    assert Erasing(here.service).left() == []
