"""How workers say that they are well: fresh files of living processes count, old ones tell of no progress."""

import json
import os
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.process.clock import FixedClock, SystemClock
from adapters.process.heartbeat import PATIENCE, Heartbeat, beats, where
from domain.errors import Misuse
from tests.builders.process import wait_for

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_an_old_beat_of_a_living_worker_says_that_it_makes_no_progress(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    heart = Heartbeat(tmp_path, "consume", clock)
    heart.beat(("broker_lost",), lag=3)
    [beat] = beats(tmp_path, "consume", clock)
    assert (beat.pid, beat.trouble, beat.said) == (os.getpid(), ("broker_lost",), {"lag": 3})
    assert beats(tmp_path, "project", clock) == []
    clock.advance(timedelta(seconds=PATIENCE + 1))
    assert beats(tmp_path, "consume", clock)[0].trouble == ("broker_lost", "no_progress")


def test_a_worker_that_says_nothing_is_said_to_make_no_progress_until_it_goes_on(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    with Heartbeat(tmp_path, "consume", clock, patience=0.2) as heart:
        heart.beat((), lag=3)
        wait_for(lambda: beats(tmp_path, "consume", clock)[0].trouble == ("no_progress",), seconds=5)
        assert beats(tmp_path, "consume", clock)[0].said == {"lag": 3}
        heart.beat((), lag=2)
        assert beats(tmp_path, "consume", clock)[0].trouble == ()


def test_a_worker_that_goes_on_with_one_long_thing_is_well(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    with Heartbeat(tmp_path, "consume", clock, patience=0.4) as heart:
        heart.beat(("broker_lost",))
        for _ in range(20):
            heart.go_on()
            time.sleep(0.05)
            assert beats(tmp_path, "consume", clock)[0].trouble == ("broker_lost",)


def test_the_file_of_a_worker_that_only_goes_on_stays_fresh(tmp_path: Path) -> None:
    clock = SystemClock()
    with Heartbeat(tmp_path, "serve", clock, patience=4) as heart:
        heart.beat((), port=1)
        first = beats(tmp_path, "serve", clock)[0].at

        def written_again() -> bool:
            heart.go_on()
            return beats(tmp_path, "serve", clock)[0].at > first

        wait_for(written_again, seconds=6)
        assert beats(tmp_path, "serve", clock)[0].said == {"port": 1}


def test_where_a_worker_stands_is_told_by_names_alone() -> None:
    def in_the_middle() -> str:
        return where(threading.get_ident())

    assert in_the_middle().endswith("/in_the_middle/where")


def test_it_is_written_at_most_once_a_second_unless_trouble_changes(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    heart = Heartbeat(tmp_path, "consume", clock)
    for read in range(5):
        heart.beat((), read=read)
    assert beats(tmp_path, "consume", clock)[0].said == {"read": 0}
    heart.beat(("database_lost",), read=5)
    assert beats(tmp_path, "consume", clock)[0].trouble == ("database_lost",)
    heart.beat(("database_lost",), now=True, read=6)
    assert beats(tmp_path, "consume", clock)[0].said == {"read": 6}


def test_a_worker_that_ended_says_nothing(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    heart = Heartbeat(tmp_path, "consume", clock)
    heart.beat()
    heart.end()
    assert beats(tmp_path, "consume", clock) == []
    assert list((tmp_path / "run").iterdir()) == []


def test_files_of_killed_workers_are_not_believed_and_are_cleared_away(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    heart = Heartbeat(tmp_path, "consume", clock)
    heart.beat()
    ours = next((tmp_path / "run").iterdir())
    theirs = ours.with_name(ours.name.replace(str(os.getpid()), str(gone.pid)))
    theirs.write_bytes(ours.read_bytes())
    assert [beat.pid for beat in beats(tmp_path, "consume", clock)] == [os.getpid()]
    Heartbeat(tmp_path, "consume", clock)
    assert not theirs.exists()


@pytest.mark.parametrize("content", ["", "{", "[]", json.dumps({"at": "yesterday", "trouble": [], "said": {}})])
def test_a_spoilt_file_says_nothing(tmp_path: Path, content: str) -> None:
    clock = FixedClock(NOW)
    Heartbeat(tmp_path, "consume", clock).beat()
    next((tmp_path / "run").iterdir()).write_text(content)
    assert beats(tmp_path, "consume", clock) == []


def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Misuse, match="cannot be used"):
        Heartbeat(tmp_path / "file", "consume", FixedClock(NOW))
