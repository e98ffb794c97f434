"""A restriction says who alone may see a record. Whoever it named had the child for their own by that: it is no work (access.md 2)."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from adapters.questions.door import Door
from domain.answers.answered import Answered
from domain.questions.about import ShowCaseload, ShowChanges, ShowChild
from tests.builders.service import Bench, bench
from tests.builders.viewers import person, saying_why
from tests.spec import words
from tests.spec.words import happened

DAY = date(2025, 12, 1)
BEN = "la-808:W2"
ADA = ShowChild(identifier=":".join(words.identifier("Ada", "nhs")), effective_at=DAY)


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(database_url, tmp_path)
    ben = {"organisation": "la-808", "staff_id": "W2"}
    made.record(
        happened("EarlyHelpStarted", "Ada", on="2025-09-01", worker="W1").wire(0),
        happened("AccessRestricted", "Ada", on="2025-10-01", agency="la-808", worker=ben, reason="adoption").wire(1),
    )
    made.projector.project()
    yield made
    made.close()


def test_who_may_see_a_record_sees_it_if_it_is_their_work_alone(here: Bench) -> None:
    ben, door = person(here, BEN), Door(here.service)
    assert door.answer(ADA, ben) is None
    assert isinstance(door.ask(ADA, saying_why(ben)), Answered)


def test_nor_does_the_child_stand_on_their_caseload(here: Bench) -> None:
    for question in (ShowCaseload(worker=BEN, effective_at=DAY), ShowChanges(worker=BEN, since="0", effective_at=DAY)):
        found = Door(here.service).answer(question, person(here, BEN))
        assert found is not None
        assert found.content["children"] == []
