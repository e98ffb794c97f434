"""An agreement withholds what a practice tells; what follows from it was told all the same (access.md 2: derived facts; D9)."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.questions.door import Door
from domain.access.viewer import Role, Viewer
from domain.answers.answered import Answered
from domain.questions.about import ListFamilies, ShowMyFamilies, ShowTimeline
from domain.questions.asking import Question
from tests.builders.happening import record
from tests.builders.service import Bench, bench
from tests.builders.viewers import granted, person
from tests.spec import words
from tests.spec.reference_words import sharing_agreement_made
from tests.spec.words import address, address_changed, happened

DAY = date(2025, 12, 1)
ANNA = "la-808:W1"
AREA = "ZE9"
HELPED = happened("EarlyHelpStarted", "Ada", on="2025-09-01", worker="W1", name="Ada Example", born="2015-03-01")
HOME = address_changed("Ada", "2025-09-01", address("1 Example Row", "ZE9 2AA"))
REFUSED = happened("GpRegistrationRefused", "Ada", on="2025-11-01", practice="Z9H", reason=None)
OF_SOMEBODY_ELSE = happened("GpRegistrationRefused", "Bob", on="2025-11-01", practice="Z9H", reason=None)
AMONG_THEMSELVES = sharing_agreement_made("Health alone", "2025-01-01", ["ods-*"], ["health"], "content")


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(database_url, tmp_path)
    yield made
    made.close()


def ask(here: Bench, question: Question[Any], viewer: Viewer) -> Any:
    here.clock.advance(timedelta(seconds=1))
    found = Door(here.service).ask(question, viewer)
    assert isinstance(found, Answered)
    return found.content


@pytest.mark.parametrize(
    "question",
    [ShowMyFamilies(worker=ANNA, effective_at=DAY), ListFamilies(area=AREA, effective_at=DAY)],
    ids=lambda question: type(question).__name__,
)
def test_an_indicator_tells_nothing_that_no_agreement_shares(here: Bench, question: Question[Any]) -> None:
    told = []
    for what_practices_tell in (REFUSED, OF_SOMEBODY_ELSE):
        here.empty()
        record(here, HELPED, HOME, what_practices_tell, AMONG_THEMSELVES)
        granted(here, ANNA, Role.DUTY, areas=(AREA,))
        [family] = ask(here, question, person(here, ANNA))["families"]
        told.append([(one["id"], one["since"], one["agencies"]) for one in family["indicators"]])
    assert told[0] == told[1]


def test_what_is_told_itself_is_not_shown(here: Bench) -> None:
    record(here, HELPED, REFUSED, AMONG_THEMSELVES)
    shown = ask(here, ShowTimeline(identifier=":".join(words.identifier("Ada", "nhs"))), person(here, ANNA))
    assert [entry["kind"] for entry in shown["entries"]] == ["early_help"]
