"""`./dev nightly`: what it says of itself, what it refuses, what it leaves when it is interrupted, and that it goes on."""

import os
import signal
import stat
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SPECS = "pg_system and not kafka_real and not hypothesis"  # by which the step `specs` is known


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone whose pytest only writes down what it was asked, and fails or takes long where a file says so."""
    (tmp_path / ".ci").mkdir()
    (tmp_path / ".ci" / "nightly").write_bytes((ROOT / ".ci" / "nightly").read_bytes())
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(
        '#!/bin/sh\necho "$ICR_TEST_SEED $ICR_TEST_EXAMPLES $*" >>asked\n'
        'case "$*" in *"$(cat slow 2>/dev/null || echo none)"*) exec sleep 60 ;; esac\n'
        'case "$*" in *"$(cat fails 2>/dev/null || echo none)"*) echo "1 failed in 0.1s"; exit 1 ;; esac\n'
        'echo "3 passed in 0.1s"\n'
    )
    python.chmod(python.stat().st_mode | stat.S_IXUSR)
    return tmp_path


def nightly(clone: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(_command(clone, arguments), capture_output=True, text=True, check=False, timeout=60)


def _command(clone: Path, arguments: Sequence[str]) -> list[str]:
    return ["sh", str(clone / ".ci" / "nightly"), *arguments]


def asked(clone: Path) -> list[str]:
    return (clone / "asked").read_text().splitlines()


def test_all_steps_are_run_with_one_seed_which_is_said(clone: Path) -> None:
    done = nightly(clone, "--examples", "3000")
    assert done.returncode == 0
    seeds = {line.split()[0] for line in asked(clone)}
    assert len(asked(clone)) == 7
    assert len(seeds) == 1
    assert {line.split()[1] for line in asked(clone)} == {"3000"}
    assert f"seed {seeds.pop()} " in done.stderr
    assert done.stderr.count("3 passed") == 7


def test_each_night_has_a_seed_of_its_own_unless_it_is_given(clone: Path) -> None:
    for _ in range(3):
        nightly(clone, "specs")
    assert len({line.split()[0] for line in asked(clone)}) > 1
    nightly(clone, "--seed", "77", "specs")
    assert asked(clone)[-1].startswith("77 ")


def test_a_step_that_fails_does_not_stop_the_others(clone: Path) -> None:
    (clone / "fails").write_text(SPECS)
    done = nightly(clone)
    assert done.returncode == 1
    assert len(asked(clone)) == 7
    assert "failed: specs" in done.stderr


def test_what_was_passed_is_not_run_again_when_it_goes_on(clone: Path) -> None:
    (clone / "fails").write_text(SPECS)
    assert nightly(clone, "--seed", "5", "truth", "specs", "kills").returncode == 1
    (clone / "fails").unlink()
    assert nightly(clone, "--go-on", "truth", "specs", "kills").returncode == 0
    assert ["pg_system" in line for line in asked(clone)] == [False, True, False, True]
    assert asked(clone)[-1].startswith("5 ")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_night_says_so_and_goes_on(number: signal.Signals, clone: Path) -> None:
    (clone / "slow").write_text(SPECS)
    process = subprocess.Popen(
        _command(clone, ["truth", "specs"]), stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    end = time.monotonic() + 20
    while not (clone / "asked").exists() or len(asked(clone)) < 2:
        assert time.monotonic() < end
        time.sleep(0.02)
    if number is signal.SIGINT:
        os.killpg(process.pid, signal.SIGINT)  # as a terminal tells all that run in it ...
        os.killpg(process.pid, signal.SIGTERM)  # ... and a stand-in for pytest, which hears Ctrl-C where sleep does not
    else:
        process.send_signal(number)
        time.sleep(0.2)
        os.killpg(process.pid, signal.SIGTERM)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130, said
    assert "--go-on" in said
    (clone / "slow").unlink()
    done = nightly(clone, "--go-on", "truth", "specs")
    assert done.returncode == 0
    assert "truth: was passed before" in done.stderr
    assert len(asked(clone)) == 3


@pytest.mark.parametrize(
    "wrong", [["nope"], ["--seed"], ["--seed", "x"], ["--seed", "-1"], ["--examples", "1e3"], ["--nope"], ["--go-on"]]
)
def test_wrong_use_is_said_and_runs_nothing(wrong: list[str], clone: Path) -> None:
    done = nightly(clone, *wrong)
    assert done.returncode == 2
    assert "Usage: ./dev nightly" in done.stderr
    assert not (clone / "asked").exists()


def test_help_is_no_error(clone: Path) -> None:
    done = nightly(clone, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Usage: ./dev nightly" in done.stdout
