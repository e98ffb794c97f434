"""A snapshot that is cut off makes its feed partial: `icr feeds` says so, and nothing lapses."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from adapters.cli import rendering_agencies
from domain.questions.about import ListFeeds
from tests.builders.asking import answer, asking
from tests.builders.service import Bench, bench
from tests.spec.words import Happened, feed_reported, identifier, listed, pupil_admitted, snapshot_reported

SCHOOL, ANOTHER, COUNCIL, ROLLS = "900001", "900002", "la-808", "PupilAdmitted"
BY = f"urn-{SCHOOL}"
TAKEN = "2025-10-01"


@pytest.fixture
def here(any_database_url: str, tmp_path: Path) -> Iterator[Bench]:
    """A school with three pupils, whose feed is heard."""
    made = bench(any_database_url, tmp_path, snapshot_loss_share=1.0)
    take(made, [*(admitted(child) for child in "ABC"), feed_reported(BY, ROLLS, through="2025-09-30")], 1)
    yield made
    made.close()


def take(here: Bench, told: list[Happened], first: int) -> None:
    outcomes = here.record(*(one.wire(first + i) for i, one in enumerate(told)))
    assert here.counts(outcomes).accepted == len(told)
    here.projector.project()


def admitted(child: str, school: str = SCHOOL, **more: Any) -> Happened:
    return pupil_admitted(child, school=school, on="2021-09-01", known_by="upn", **more)


def row(child: str, by: str = BY, school: str = SCHOOL, on: str = TAKEN) -> Happened:
    return listed(admitted(child, school, by=by), on)


def report(count: int, by: str = BY, scope: str | None = SCHOOL, on: str = TAKEN) -> Happened:
    return snapshot_reported(by, ROLLS, on=on, count=count, scope=scope)


def feeds(here: Bench, day: str = "2025-10-05") -> dict[str, tuple[str, str]]:
    told = answer(here.service, ListFeeds(effective_at=date.fromisoformat(day)))["feeds"]
    return {one["organisation"]: (one["status"], one["complete_through"]) for one in told}


def statuses(here: Bench, day: str = "2025-10-05") -> str:
    """What stands of the enrolments of A, B and C."""
    here.projector.project()
    found = []
    with asking(here.service) as asked:
        for child in "ABC":
            told = asked.timeline(identifier=":".join(identifier(child, "upn")), effective_at=date.fromisoformat(day))
            assert told is not None
            found += [entry["status"] for entry in told["entries"]]
    return " ".join(found)


def test_a_row_is_missing(here: Bench) -> None:
    take(here, [row("A"), report(2)], 20)
    assert feeds(here) == {BY: ("partial", "2025-09-30")}
    assert statuses(here) == "open open open"


def test_the_row_comes_later(here: Bench) -> None:
    take(here, [report(2), row("A")], 20)
    assert feeds(here)[BY][0] == "partial"
    take(here, [row("B")], 30)
    assert feeds(here) == {BY: ("heard", "2025-10-01")}
    assert statuses(here) == "open open lapsed"


def test_a_row_that_comes_twice_is_one(here: Bench) -> None:
    take(here, [row("A"), row("A"), report(2)], 20)
    assert feeds(here) == {BY: ("partial", "2025-09-30")}
    assert statuses(here) == "open open open"


def test_partial_stands_before_silent(here: Bench) -> None:
    take(here, [row("A"), report(2)], 20)
    assert feeds(here, "2026-03-01") == {BY: ("partial", "2025-09-30")}


def test_an_authority_speaks_for_the_school(here: Bench) -> None:
    """The census of one school is cut off, that of another is whole: each feed is its school's."""
    take(
        here,
        [row("A", COUNCIL), report(2, COUNCIL), row("D", COUNCIL, ANOTHER), report(1, COUNCIL, ANOTHER)],
        20,
    )
    assert feeds(here) == {BY: ("partial", "2025-09-30"), f"urn-{ANOTHER}": ("heard", "2025-10-01")}
    assert statuses(here) == "open open open"


def test_one_part_of_an_organisation_suffices(here: Bench) -> None:
    take(here, [row("A"), report(1), row("B", school=ANOTHER), report(2, scope=ANOTHER)], 20)
    assert feeds(here)[BY] == ("partial", "2025-09-30")


def test_a_later_whole_snapshot_mends_it(here: Bench) -> None:
    take(here, [row("A"), report(2)], 20)
    take(here, [row("A", on="2025-10-08"), row("B", on="2025-10-08"), report(2, on="2025-10-08")], 40)
    assert feeds(here, "2025-10-09") == {BY: ("heard", "2025-10-08")}
    assert statuses(here, "2025-10-09") == "open open lapsed"


def test_what_the_school_says_since_stands_above_it(here: Bench) -> None:
    take(here, [row("A"), report(2), feed_reported(BY, ROLLS, through="2025-10-02")], 20)
    assert feeds(here) == {BY: ("heard", "2025-10-02")}
    assert statuses(here) == "open open open"


def test_nothing_came_but_the_report(here: Bench) -> None:
    take(here, [report(3)], 20)
    assert feeds(here) == {BY: ("partial", "2025-09-30")}
    assert statuses(here) == "open open open"


def test_it_is_printed(here: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    take(here, [row("A"), report(2)], 20)
    rendering_agencies.show_feeds(answer(here.service, ListFeeds(effective_at=date(2025, 10, 5))))
    assert "partial" in capsys.readouterr().out
