"""`icr bench rebuild` and `icr bench ask`, small: they measure what they say, and leave nothing, Ctrl-C or not."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from adapters.process.clock import SystemClock
from adapters.process.settings import load_settings
from domain.errors import Misuse
from projections.view_sets import VIEW_TABLES
from tests.builders.nightly import by_night
from tests.servers.kafka import RealKafka
from tools.bench import asking
from tools.bench.asking import Ask
from tools.bench.page import made
from tools.bench.rebuilding import ROUNDS, AskRebuild, Rebuild
from tools.bench.report import answers_tables, tables
from tools.bench.workload import Mix, children_of

ROOT = Path(__file__).parent.parent.parent


# What each command measures at the least.
FEWEST = {"ingest": "2000", "rebuild": "1000", "ask": "1000"}


def assert_measured_and_checked(events: int, kafka_named: RealKafka | None, scratch: Path) -> None:
    steps: list[str] = []
    found = Rebuild(load_settings(), AskRebuild(events, Mix.AREA, 500, profile=True), SystemClock(), steps.append).run()
    assert found["bench"] == "rebuild"
    assert set(found["per_second"]) == {"floor_of_rebuild", "rebuild"}
    assert set(found["ratios"]) == {"rebuild_to_floor"}
    assert all(len(each) == ROUNDS for each in found["us_an_event_by_round"].values())
    conditions = found["conditions"]
    assert 0.93 * conditions["events_published"] < conditions["events_accepted"] <= conditions["events_published"]
    assert conditions["checked"] == {"views_equal_rebuild": True, "tables_compared": len(VIEW_TABLES)}
    # Counted from after the load on, so the log was not written.
    assert found["statements"]
    assert not [one for one in found["statements"] if one["statement"].startswith("COPY log.")]
    assert all(len(columns) == len(row) for _, columns, rows in tables(found) for row in rows)
    assert any("rebuild 3 of 3" in step for step in steps)
    assert list(scratch.iterdir()) == []
    if kafka_named is not None:
        assert kafka_named.topics() == set()


@pytest.mark.parametrize("kafka_named", ["embedded"], indirect=True)
def test_a_small_rebuild_is_measured_and_checked(kafka_named: RealKafka | None, scratch: Path) -> None:
    assert_measured_and_checked(200, kafka_named, scratch)


@pytest.mark.nightly
def test_a_rebuild_is_measured_and_checked(kafka_named: RealKafka | None, scratch: Path) -> None:
    assert_measured_and_checked(1500, kafka_named, scratch)


@pytest.mark.slow
def test_answers_are_measured_and_checked(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "SECONDS", 0.0)
    steps: list[str] = []
    found = Ask(load_settings(), 1000, SystemClock(), steps.append).run()
    asked = {f"{name}_{when}" for name in asking.QUESTIONS for when in ("now", "then")}
    assert set(found["milliseconds"]) == {"primary_key_read"} | asked
    assert set(found["ratios"]) == {f"{name}_to_read" for name in asked}
    for name in asked:
        one = found["milliseconds"][name]
        assert 0 < one["p50"] <= one["p99"]
        assert one["asked"] == asking.LEAST
    assert found["milliseconds"]["primary_key_read"]["asked"] == len(asked) * asking.LEAST
    assert found["milliseconds"]["timeline_now"]["answer"] > 0
    assert found["milliseconds"]["caseload_now"]["answer"] > 0
    conditions = found["conditions"]
    assert conditions["known_at"]["then"] == conditions["events_accepted"] // 2
    assert conditions["effective_at"]["then"] <= conditions["effective_at"]["now"]
    assert conditions["checked"]["children_compared"] > 10
    assert all(len(columns) == len(row) for _, columns, rows in answers_tables(found) for row in rows)
    assert steps[-1] == "checking the views against the reference"
    assert list(scratch.iterdir()) == []


def test_a_page_needs_more_than_answers(scratch: Path) -> None:
    with pytest.raises(Misuse, match="icr bench ingest"):
        made([{"bench": "ask", "milliseconds": {}, "conditions": {}}])


@pytest.mark.parametrize("events", [1000, 20_000, 1_000_000])
def test_an_areas_children_go_with_its_events_up_to_a_number(events: int) -> None:
    assert children_of(events) == {1000: 60, 20_000: 800, 1_000_000: 4000}[events]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "step", "number"),
    [
        ("ingest", "loading", signal.SIGINT),
        by_night("rebuild", "rebuild 1", signal.SIGINT),
        by_night("ask", "timeline", signal.SIGINT),
        by_night("ask", "timeline", signal.SIGTERM),
    ],
)
def test_an_end_by_signal_leaves_nothing(command: str, step: str, number: signal.Signals, scratch: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ICR_")}
    # No Java, no Maven: the embedded broker.
    environment.update(PATH="/nowhere", TMPDIR=str(scratch))
    arguments = [sys.executable, "-m", "tools.main", "bench", command, "--events", FEWEST[command], "--json"]
    process = subprocess.Popen(
        arguments, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    told = []
    for line in process.stderr:
        told.append(line)
        if step in line:
            break
    assert step in told[-1], "".join(told)
    children = psutil.Process(process.pid).children(recursive=True)
    assert children
    process.send_signal(number)
    out, said = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, ""), "".join(told) + said
    assert "Traceback" not in said
    assert list(scratch.iterdir()) == []
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []
