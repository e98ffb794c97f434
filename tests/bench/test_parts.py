"""The parts of the measurement: rounds, ratios, the stream, and that its checks can fail."""

from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from adapters.bench.checks import Wrong, views_equal_rebuild, views_equal_reference
from adapters.bench.contestant import batches
from adapters.bench.figures import Figures
from adapters.bench.ingest import LARGEST_SLICE, Ask
from adapters.bench.report import document
from adapters.bench.workload import Mix, Workload
from adapters.kafka.topics import SECTOR_OF
from adapters.store.messages import Counts, Message
from tests.builders.service import Bench, bench

TODAY = date(2026, 3, 1)


def test_a_slice_does_not_grow_with_the_events_asked_for() -> None:
    for events in (2000, 20_000, 100_000, 1_000_000):
        ask = Ask(events, Mix.AREA, 2000)
        assert ask.slice_size <= LARGEST_SLICE
        assert 0.99 * events <= ask.rounds * ask.slice_size <= events


def test_batches_are_as_few_as_possible_and_of_a_size() -> None:
    values = [bytes([n]) for n in range(10)]
    cut = list(batches(values, 4))
    assert [len(batch) for batch in cut] == [3, 3, 4]
    assert [value for batch in cut for value in batch] == values
    assert list(batches([], 4)) == []


def test_ratios_are_of_speeds_in_the_same_round() -> None:
    figures = Figures()
    for seconds in (1.0, 2.0, 4.0):
        figures.add("log", 2 * seconds, 100_000)
        figures.add("floor_of_log", seconds, 100_000)
    found = document(figures, {}, {}, ())
    assert found["ratios"] == {"log_to_floor": 0.5, "views_to_runner": None}
    assert found["ratios_spread"] == {"log_to_floor": [0.5, 0.5]}
    assert found["per_second"] == {"log": 25_000, "floor_of_log": 50_000}


@pytest.mark.parametrize("mix", list(Mix))
def test_the_stream_begins_with_what_makes_every_child_known(mix: Mix) -> None:
    workload = Workload(mix, 1000, TODAY, 60)
    history, following = workload.history(), workload.following(300)
    assert len(history) > 60
    assert len(following) == 300
    assert ("AttendanceMarked" in workload.types) == (mix is Mix.AREA)
    assert {topic for topic, _, _ in history} <= set(SECTOR_OF)


@pytest.fixture
def filled(any_database_url: str, tmp_path: Path) -> Any:
    """A small area in the log and the views, rebuilt once."""
    here = bench(any_database_url, tmp_path, edition_size=500)
    workload = Workload(Mix.AREA, 1000, TODAY, 40)
    messages = [Message(value, SECTOR_OF[topic]) for topic, _, value in (*workload.history(), *workload.following(900))]
    counts = Counts()
    feed = iter(messages)
    while batch := list(islice(feed, 200)):
        counts.add(here.recorder.record(batch))
    assert counts.accepted > 0.95 * len(messages)
    here.projector.project()
    here.projector.rebuild()
    yield here
    here.close()


def test_checks_pass_on_what_is_right_and_fail_on_what_is_not(filled: Bench) -> None:
    connection = filled.connection
    assert views_equal_rebuild(connection) >= 9
    assert views_equal_reference(connection, filled.service.keys) > 10
    (view,) = connection.execute("SELECT view FROM log.serving").fetchone() or ("",)
    connection.execute(f"UPDATE {view}.entry SET starts = starts + 1")
    with pytest.raises(Wrong, match="entry"):
        views_equal_rebuild(connection)
    with pytest.raises(Wrong, match="entries"):
        views_equal_reference(connection, filled.service.keys)
