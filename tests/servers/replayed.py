"""Every answer that a test is shown by the door of its own process is replayed when the test has ended well.

It must be proved (what is stored is what it commits to, and all of it opens), and come out the same when it is worked out again
as known then, or differ for a reason that replay itself names. What a test did meanwhile, as corrections and erasure, is so much
the better. A test that edits the access log, or takes away what answers are made of, is marked `not_replayed`, with why.

By night all answers are replayed. On a push, of those that a test asks a great number, the first of each kind of question and some more.
"""

import collections
import json
import os
import time
from collections.abc import Iterator, Sequence
from typing import Any, Final

import psycopg
import pytest

from adapters.questions.door import Door
from adapters.questions.replaying import gather_replay
from adapters.service.opened import Service
from domain.answers.answered import Answered
from domain.errors import Unreachable
from domain.questions.about import ReplayEntry

Shown = tuple[Service, str, str]  # by which service, which question, which entry

MOST: Final = None if os.environ.get("ICR_TEST_PROFILE") == "nightly" else 3  # of one test
# Why what is worked out again may differ, or not be worked out.
ALLOWED: Final = frozenset({"restricted_since", "quarantine_since", "mended_since", "of_the_log"})
PROVED: Final = "proved same"
GONE: Final = "gone with its database"
NO_DATABASE: Final = "without its database"
TOOK: Final = "milliseconds"
_shown: list[Shown] = []


def _noting() -> None:
    """Have the door note what it shows."""
    ask = Door.ask

    def noted(door: Door, question: Any, viewer: Any) -> Any:
        answered = ask(door, question, viewer)
        if isinstance(answered, Answered) and answered.receipt is not None:
            _shown.append((door._service, type(question).__name__, answered.receipt.entry))
        return answered

    Door.ask = noted  # type: ignore[method-assign,assignment]


def chosen(shown: Sequence[Shown], most: int | None) -> list[Shown]:
    """Of many the first of each question, and the last ones."""
    if most is None or len(shown) <= most:
        return list(shown)
    first = list({question: one for one in reversed(shown) for question in (one[1],)}.values())
    rest = [one for one in shown if one not in first]
    return [*first, *rest[-max(0, most - len(first)) :]] if len(first) < most else first


def replay(shown: Sequence[Shown]) -> collections.Counter[str]:
    """What became of each. Raises AssertionError for one that is not as it was shown."""
    counts: collections.Counter[str] = collections.Counter()
    by_url: dict[str, list[Shown]] = {}
    for one in shown:
        by_url.setdefault(one[0].database_url, []).append(one)
    for those in by_url.values():
        try:
            with those[0][0].connect() as connection:
                for service, question, entry in those:
                    _replay(counts, service, connection, question, entry)
        except (psycopg.OperationalError, Unreachable):
            counts[NO_DATABASE] += len(those)
    return counts


def _replay(
    counts: collections.Counter[str], service: Service, connection: psycopg.Connection[Any], question: str, entry: str
) -> None:
    past = gather_replay(service, connection, ReplayEntry(entry=entry))
    if past is None:
        counts[GONE] += 1
        return
    assert past.holds, f"{question} {entry}: what is stored is not what was shown"
    assert None not in past.contents, f"{question} {entry}: a part of it does not open"
    counts[PROVED] += 1
    why = past.derived if past.because is None else f"{past.derived} because {past.because}"
    assert past.derived == "derived_same" or past.because in ALLOWED, (
        f"{question} {entry}: {why} at part {past.first_differing}"
    )
    counts[why.replace("_", " ")] += 1


class Replays:
    """Replays after each test; its counts travel with the test's report, also from pytest-xdist's workers."""

    def __init__(self) -> None:
        self._counts: collections.Counter[str] = collections.Counter()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        _shown.clear()
        result = yield
        shown = list(_shown)
        if shown and item.get_closest_marker("not_replayed") is None:
            began = time.monotonic()
            counts = replay(chosen(shown, MOST))
            took = round(1000 * (time.monotonic() - began))
            item.user_properties.append(("replayed", json.dumps({**counts, TOOK: took})))
        return result

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            for name, value in report.user_properties:
                if name == "replayed":
                    self._counts.update(json.loads(str(value)))

    @pytest.hookimpl
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._counts:
            seconds = self._counts.pop(TOOK, 0) / 1000
            said = ", ".join(f"{count} {what}" for what, count in sorted(self._counts.items()))
            terminalreporter.line(f"answers shown to tests, replayed in {seconds:.1f} s: {said}")


def pytest_configure(config: pytest.Config) -> None:
    _noting()
    config.pluginmanager.register(Replays(), "icr-replays")
