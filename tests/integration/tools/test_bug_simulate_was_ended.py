"""A simulation that was told to end left what it had put by."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders.process import wait_for


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_bug_what_districts_published_was_left(number: signal.Signals, tmp_path: Path) -> None:
    area = tmp_path / "area"
    command = [sys.executable, "-m", "tools.main", "simulate", "--children", "10001", "--no-marks"]
    process = subprocess.Popen(
        [*command, "--out", str(area), "--data", str(tmp_path / "data")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_for(lambda: any(area.glob(".icr-*/icr-districts-*/0")))
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, "icr: interrupted\n")
    assert list(area.glob(".*")) == []
