"""A hold that had ended was put back, in the log and not in the views yet: records were erased, and their month could be given up, in that moment."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from domain.dates import to_day
from projections.erasing import held, keeping
from tests.builders.service import Bench, bench
from tests.spec.words import Happened, event_corrected, event_retracted, happened

TODAY = to_day(date(2026, 12, 1))


@pytest.fixture
def here(any_database_url: str, tmp_path: Path) -> Iterator[Bench]:
    """Ada was held until June."""
    made = bench(any_database_url, tmp_path)
    made.clock.set(datetime(2026, 12, 1, 10, tzinfo=UTC))
    tell(made, 0, happened("LegalHoldApplied", "Ada", on="2026-01-01", authority="Northmoor Inquiry"))
    tell(made, 1, happened("LegalHoldLifted", "Ada", on="2026-06-01"))
    made.projector.project()
    yield made
    made.close()


def tell(here: Bench, number: int, event: Happened) -> None:
    [outcome] = here.record(event.wire(number))
    assert outcome.outcome == "accepted", (outcome.reason, outcome.field)


def kept(here: Bench) -> tuple[list[str], bool]:
    """What keeps Ada's record by each of the two ways to ask."""
    with here.connection.transaction():
        [record] = [
            one for (one,) in here.connection.execute("SELECT DISTINCT record FROM log.fact WHERE kind = 'legal_hold'")
        ]
        return sorted(keeping(here.connection, [record], TODAY)), record in held(here.connection, TODAY)


@pytest.mark.parametrize(
    "put_back",
    [
        lambda: event_retracted("Ada", 1, recorded="2026-11-30"),
        lambda: event_corrected("Ada", 1, recorded="2026-11-30", begins="2027-06-01"),
    ],
    ids=["its end is taken back", "its end is corrected"],
)
def test_it_counts_before_the_views_have_it(put_back: Callable[[], Happened], here: Bench) -> None:
    assert kept(here) == ([], False)
    tell(here, 2, put_back())
    assert kept(here) == (["legal_hold"], True)
    here.projector.project()
    assert kept(here) == (["legal_hold"], True)
