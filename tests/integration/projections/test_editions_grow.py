"""Given many events that wait, when the projector catches up, then editions are larger until it has nearly done so."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from adapters.service.mending import is_slow
from adapters.service.projecting import follow
from projections.engine import GROWN, GROWN_SECONDS, Projector
from projections.taking_in import AFTER_LINKS, BEFORE_LINKS, statements
from projections.view_sets import checksums
from tests.builders.service import Bench, bench
from tests.spec.words import gp_registered

SIZE = 20


@pytest.fixture
def here(any_database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(any_database_url, tmp_path)
    for first in range(1, 261, 10):
        made.record(
            *(gp_registered(f"child {n}", practice="Z90001", on="2020-03-10").wire(n) for n in range(first, first + 10))
        )
    yield made
    made.close()


def each_takes(took: float) -> Callable[[], float]:
    """A clock by which each edition takes so many seconds: it is looked at before and after."""
    return map(float, count(0, took)).__next__


def sizes(here: Bench, *, grows: bool, took: float = 0.0) -> list[int]:
    """How many events each edition took in."""
    projector = Projector(
        here.service.connect, here.clock.now, SIZE, upkeep=False, grows=grows, seconds=each_takes(took)
    )
    projector.project()
    projector.close()
    rows = here.connection.execute("SELECT last - first + 1 FROM log.edition ORDER BY number")
    return [row[0] for row in rows]


def test_editions_are_five_times_as_large_while_five_times_as_many_events_wait(here: Bench) -> None:
    # Of the first one it is not known how long it takes.
    assert sizes(here, grows=True) == [20, 100, 100, 20, 20]
    before = checksums(here.connection, here.serving())
    view, _ = here.projector.rebuild()
    assert checksums(here.connection, view) == before


def test_editions_do_not_grow_where_that_would_take_long(here: Bench) -> None:
    assert sizes(here, grows=True, took=1.05 * GROWN_SECONDS / GROWN) == [SIZE] * 13


def test_editions_grow_as_long_as_they_do_not_take_long(here: Bench) -> None:
    assert sizes(here, grows=True, took=0.95 * GROWN_SECONDS / GROWN) == [20, 100, 100, 20, 20]


def test_a_worker_goes_on_after_each_statement_of_an_edition(here: Bench) -> None:
    editions = 0
    went_on: list[int] = []

    def tell(trouble: tuple[str, ...] = (), *, now: bool = False, **said: Any) -> None:
        nonlocal editions
        assert trouble == ()
        editions += bool(said.get("edition")) and not now

    follow(here.service, lambda: False, tell, until_head=True, go_on=lambda: went_on.append(editions))
    assert editions == 1
    assert went_on.count(0) > sum(len(statements(name)) for name in (*BEFORE_LINKS, *AFTER_LINKS))


def test_editions_stay_as_they_are_where_that_is_not_asked_for(here: Bench) -> None:
    assert sizes(here, grows=False) == [SIZE] * 13


def test_a_larger_edition_may_take_longer_before_busy_records_are_looked_for() -> None:
    assert is_slow(2.0, 500)
    assert is_slow(2.0, 10_000)
    assert not is_slow(9.9, 50_000)
    assert is_slow(10.0, 50_000)
