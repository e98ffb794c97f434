"""A request that was opened in summer was due an hour after its last day had ended, and its page named the day after."""

from datetime import UTC, datetime

from tests.builders.cases import officer, opened, shown
from tests.builders.service import Bench
from tests.spec import words
from tests.spec.words import happened


def test_a_requests_last_day_ends_at_midnight_in_london(any_emptied_bench: Bench) -> None:
    here = any_emptied_bench
    here.clock.set(datetime(2026, 6, 19, 10, 0, tzinfo=UTC))
    here.record(happened("EarlyHelpStarted", "Ada", on="2025-09-01", worker="W1").wire(0))
    here.projector.project()
    ben = officer(here, "la-808:P1")
    case = opened(here, ben, "subject_access", child=":".join(words.identifier("Ada", "nhs")), asked_by="child")
    assert shown(here, ben, case)["due_at"] == "2026-07-19T22:59:59.000000Z"
