"""A test that could have run on a real server and did not must not pass unnoticed."""

import shutil
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.servers.plugin import NO_SYSTEM_POSTGRES, NONE_TO_BE_HAD, Report


def finish(report: Report, status: pytest.ExitCode = pytest.ExitCode.OK) -> pytest.ExitCode:
    session = SimpleNamespace(exitstatus=status)
    report.pytest_sessionfinish(cast("pytest.Session", session))
    return pytest.ExitCode(session.exitstatus)


def skipped(reason: str) -> pytest.TestReport:
    said: Any = SimpleNamespace(skipped=True, longrepr=("file", 1, f"Skipped: {reason}"), when="setup")
    return cast("pytest.TestReport", said)


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    there = {"java", "mvn"}
    monkeypatch.setattr(shutil, "which", lambda tool: tool if tool in there else None)
    return there


@pytest.mark.parametrize("reason", [NONE_TO_BE_HAD + "Maven could not fetch it", NO_SYSTEM_POSTGRES + "not installed"])
def test_a_run_fails_when_a_server_that_could_be_had_was_skipped(tools: set[str], reason: str) -> None:
    report = Report(required=True)
    report.pytest_runtest_logreport(skipped(reason))
    assert finish(report) == pytest.ExitCode.TESTS_FAILED


def test_without_a_jdk_no_kafka_is_no_failure(tools: set[str]) -> None:
    tools.remove("java")
    report = Report(required=True)
    report.pytest_runtest_logreport(skipped(NONE_TO_BE_HAD + "no java on this machine"))
    assert finish(report) == pytest.ExitCode.OK


def test_nothing_is_required_unless_asked(tools: set[str]) -> None:
    report = Report(required=False)
    report.pytest_runtest_logreport(skipped(NONE_TO_BE_HAD + "x"))
    assert finish(report) == pytest.ExitCode.OK


def test_other_skips_are_no_matter(tools: set[str]) -> None:
    report = Report(required=True)
    report.pytest_runtest_logreport(skipped("only root has other users to run as"))
    assert finish(report) == pytest.ExitCode.OK


def test_a_run_that_failed_anyway_keeps_its_reason(tools: set[str]) -> None:
    report = Report(required=True)
    report.pytest_runtest_logreport(skipped(NONE_TO_BE_HAD + "x"))
    assert finish(report, pytest.ExitCode.INTERRUPTED) == pytest.ExitCode.INTERRUPTED
