"""The parts of the measurement: rounds, ratios, the stream, and that its checks can fail."""

import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from adapters.intake.kafka.topics import SECTOR_OF
from adapters.log.messages import Counts, Message
from projections.taking_in import AFTER_LINKS, BEFORE_LINKS, statements
from tests.builders.process import ROOT
from tests.builders.service import Bench, bench
from tools.bench import sampled
from tools.bench.checks import Wrong, views_equal_rebuild, views_equal_reference
from tools.bench.figures import Figures
from tools.bench.ingest import LARGEST_SLICE, Ask
from tools.bench.measured_worker import batches
from tools.bench.processes import undisturbed
from tools.bench.report import document
from tools.bench.shipped import Patience
from tools.bench.statements import by_file, short_name
from tools.bench.workload import SCHOOL_DAY_CHILDREN, Mix, Workload

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
    found = document("ingest", figures, {}, {}, ())
    assert found["ratios"] == {"log_to_floor": 0.5}
    assert found["us_an_event_by_round"]["log"] == [20.0, 40.0, 80.0]
    assert found["ratios_spread"] == {"log_to_floor": [0.5, 0.5]}
    assert found["per_second"] == {"log": 25_000, "floor_of_log": 50_000}


def test_a_worker_is_waited_for_as_long_as_it_gets_on() -> None:
    times = iter(range(0, 100_000, 500))  # two looks at the clock a time: seconds between them
    patience = Patience(lambda: next(times))
    assert not any(patience.is_over(came) for came in range(20))
    assert patience.is_over(19)


@pytest.mark.parametrize("mix", list(Mix))
def test_the_stream_begins_with_what_makes_every_child_known(mix: Mix) -> None:
    workload = Workload(mix, 1000, TODAY, 60)
    history, following = workload.history(), workload.following(300)
    assert len(history) > 60
    assert len(following) == 300
    assert ("AttendanceMarked" in workload.types) == (mix is not Mix.WITHOUT_MARKS)
    assert {topic for topic, _, _ in history} <= set(SECTOR_OF)


def test_on_a_school_day_many_children_are_marked_once_each_with_some_days_behind_them() -> None:
    marks: Counter[tuple[str, str]] = Counter()

    def see(event: dict[str, Any]) -> None:
        if event["event_type"] == "AttendanceMarked" and event["mode"] == "live":
            marks[event["subject"]["identifiers"][0]["value"], event["effective"]["from"].isoformat()] += 1

    workload = Workload(Mix.SCHOOL_DAY, 1000, TODAY, 60, see)
    workload.history()
    known = Counter(child for child, _ in marks)
    # Of a child that came or left within these days there are fewer.
    assert sum(count < 3 for count in known.values()) < len(known) / 100
    workload.following(300)
    assert sum(marks.values()) > sum(known.values()) + 200
    # A mark that is sent again, or corrected, stands out in a hundred.
    assert sum(count > 1 for count in marks.values()) < len(marks) / 20
    assert Workload(Mix.SCHOOL_DAY, 1000, TODAY).children == SCHOOL_DAY_CHILDREN


def test_a_statement_of_the_views_is_named_by_its_place() -> None:
    names = {}
    for file in (*BEFORE_LINKS, *AFTER_LINKS):
        for number, statement in enumerate(statements(file), 1):
            # As pg_stat_statements shows it: values as parameters, cut.
            told = re.sub(r"%\(\w+\)s|'[^']*'|\b\d+\b", "$1", statement.replace("%%", "%"))
            names[f"{file} {number}"] = short_name(" ".join(told.split())[:250])
    assert [name for place, name in names.items() if name.partition(":")[0] != place] == []


def test_bug_a_list_of_values_in_a_statement() -> None:
    """PostgreSQL 18 writes a list as its first value and a comment, before or after which the text may be cut."""
    statement = next(s for s in statements("60_indicators") if "WITH taught AS" in s)
    told = " ".join(re.sub(r"IN \('[^)]*\)", "IN ($1 /*, ... */)", statement).split())
    assert "/*, ... */" in told[:250]
    assert short_name(told[:250]).startswith("60_indicators ")


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("COPY log.inbox (key, digest, position) FROM STDIN (FORMAT BINARY)", "COPY log.inbox"),
        ("ANALYZE view_a.entry, view_a.person", "ANALYZE"),
        ("WITH RECURSIVE reached AS ( SELECT unnest($1::uuid[]) AS record", "links: reached"),
        ("INSERT INTO log.data_key (record, class) SELECT * FROM unnest($1::uuid[])", "INSERT INTO log.data_key"),
        ("SELECT v.position, h.position FROM view_a.state v, log.head h", "SELECT view_a.state"),
        ("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "BEGIN ISOLATION LEVEL REPEATABLE"),
    ],
)
def test_other_statements_are_named_by_what_they_do(statement: str, name: str) -> None:
    assert short_name(statement) == name


def test_time_is_summed_by_file() -> None:
    first = statements("80_rectangles")[0]
    found = [
        {"us_an_event": 1.0, "statement": "COPY log.inbox (key) FROM STDIN"},
        {"us_an_event": 4.0, "statement": first},
        {"us_an_event": 2.0, "statement": "COPY log.event (key) FROM STDIN"},
    ]
    assert by_file(found) == {"80_rectangles": 4.0, "other": 3.0}


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


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Ctrl-C as a command of its own has it, whatever ran in this process before."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_waits_until_a_process_is_started() -> None:
    done = []

    def interrupted() -> None:
        with undisturbed():
            signal.raise_signal(signal.SIGINT)
            done.append(True)

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert done
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_a_stack_belongs_to_the_innermost_part_of_it() -> None:
    take, recorded = "/x/adapters/intake/kafka/consumer.py:_take", "/x/adapters/log/recorder.py:record"
    assert (
        sampled.part_of(["<reader of a.v1.avsc as a.v2.avsc>:read", "/x/adapters/log/prepare.py:item", take])
        == "decode"
    )
    assert sampled.part_of(["/usr/lib/json/decoder.py:decode", "/x/domain/checks.py:check", recorded]) == "check"
    assert sampled.part_of(["/x/adapters/log/keys/data_keys.py:digest", "/x/adapters/log/prepare.py:item"]) == "hash"
    assert sampled.part_of(["/x/adapters/log/keys/data_keys.py:seal", "/x/adapters/log/rows.py:row"]) == "seal and pack"
    assert sampled.part_of(["/v/site-packages/psycopg/copy.py:write", recorded]) == "database driver"
    assert sampled.part_of(["/v/site-packages/kafka/net/inet.py:read", take]) == "Kafka's client"
    assert sampled.part_of([take]) == sampled.part_of([]) == "other"


def test_a_command_that_is_looked_at_does_what_it_does(tmp_path: Path) -> None:
    looks = tmp_path / "looks"
    assert sum(sampled.seconds(looks).values()) == 0
    ours = [sys.executable, "-m", "tools.bench.sampled", str(looks), "schemas", "check"]
    done = subprocess.run(ours, capture_output=True, check=False, cwd=ROOT, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout
    found = sampled.seconds(looks)
    assert set(found) == {*sampled.PARTS, sampled.OTHER}
    assert 0 < sum(found.values()) < 100
