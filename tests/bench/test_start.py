"""`icr bench start`, small: it measures what it says, and leaves nothing."""

from pathlib import Path

import pytest

from adapters.process.clock import SystemClock
from adapters.process.settings import load_settings
from domain.errors import IcrError
from tools.bench import start
from tools.bench.start import COMMANDS, Start, tables


def test_the_start_of_each_command_is_measured(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start, "COMMANDS", {"leads gaps": 0, "--version": 0})
    found = Start(load_settings(), 1, SystemClock(), lambda _: None).run()
    assert found["cpu_milliseconds"]["leads gaps"] > found["cpu_milliseconds"]["--version"] > 0
    assert all(len(columns) == len(row) for _, columns, rows in tables(found) for row in rows)
    assert list(scratch.iterdir()) == []


def test_a_command_that_ends_otherwise_is_no_measurement(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "--version", 7)
    with pytest.raises(IcrError, match="icr --version ended with 0"):
        start._processor_seconds("--version", {})
