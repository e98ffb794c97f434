"""`icr bench child`, small: it measures what it says, and leaves nothing."""

from pathlib import Path

from adapters.process.clock import SystemClock
from adapters.process.settings import load_settings
from tools.bench import child
from tools.bench.child import Child, life, tables


def test_a_child_is_measured_against_the_opening_of_its_rows(scratch: Path) -> None:
    found = Child(load_settings(), 120, SystemClock(), lambda _: None).run()
    assert set(found["cpu_milliseconds"]) == {"floor", "child"}
    assert found["ratios"]["child_to_floor"] > 1
    assert (found["conditions"]["events"], found["conditions"]["rounds"]) == (120, child.ROUNDS)
    assert all(len(columns) == len(row) for _, columns, rows in tables(found) for row in rows)
    assert list(scratch.iterdir()) == []


def test_most_of_a_life_is_attendance_marks() -> None:
    kinds = [one["event_type"] for one in life(5000)]
    assert len(kinds) == 5000
    assert 0.85 < kinds.count("AttendanceMarked") / 5000 < 0.9
