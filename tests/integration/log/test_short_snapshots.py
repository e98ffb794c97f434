"""A snapshot that has lost more than a set share of its rows waits for a person; nothing lapses until then."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from adapters.cli.rendering_agencies import reasons_of
from adapters.commands.quarantine import Quarantine
from adapters.log.messages import ACCEPTED, DUPLICATE, KEPT, Message
from tests.builders.asking import asking, kept, quality
from tests.builders.service import Bench
from tests.spec.words import Happened, happened, involvement_started, listed, snapshot_reported

COUNCIL, WORK = "la-808", "InvolvementStarted"
SIX = [involvement_started(child, "social work", on="2025-01-10") for child in "ABCDEF"]


@pytest.fixture
def here(any_emptied_bench: Bench) -> Bench:
    return any_emptied_bench


def record(here: Bench, number: int, *told: Happened) -> list[str]:
    outcomes = here.record(*(happened.wire(number + at) for at, happened in enumerate(told)))
    return [outcome.outcome for outcome in outcomes]


def rows(children: str, on: str) -> list[Happened]:
    return [listed(involvement_started(child, "social work", on="2025-01-10"), on) for child in children]


def status_of_f(here: Bench, day: str = "2025-06-01") -> tuple[str, str | None]:
    here.projector.project()
    with asking(here.service) as asked:
        child = SIX[5].wire(1)["subject"]["identifiers"][0]["value"]
        told = asked.timeline(identifier=f"nhs:{child}", effective_at=date.fromisoformat(day))
    assert told is not None
    [entry] = told["entries"]
    return entry["status"], entry["why_status"]


def test_a_short_snapshot_is_kept_with_its_reason(here: Bench) -> None:
    record(here, 1, *SIX, *rows("ABCDEF", "2025-02-01"), snapshot_reported(COUNCIL, WORK, on="2025-02-01", count=6))
    here.record(*(row.wire(20 + at) for at, row in enumerate(rows("AB", "2025-03-01"))))
    report = snapshot_reported(COUNCIL, WORK, on="2025-03-01", count=2).wire(30)
    [checked] = here.recorder.check([Message(report)])
    [kept] = here.record(report)
    assert (kept.outcome, kept.reason, kept.field) == (KEPT, "snapshot_too_short", "count")
    assert (checked.outcome, checked.reason) == (kept.outcome, kept.reason)
    assert status_of_f(here) == ("open", None)


def test_the_first_is_held_against_what_is_open(here: Bench) -> None:
    record(here, 1, *SIX)
    here.projector.project()
    assert record(
        here, 20, *rows("ABCD", "2025-03-01"), snapshot_reported(COUNCIL, WORK, on="2025-03-01", count=4)
    ) == [
        *[ACCEPTED] * 4,
        KEPT,
    ]
    assert record(here, 30, snapshot_reported(COUNCIL, WORK, on="2025-03-01", count=5)) == [ACCEPTED]


def test_bug_the_first_was_held_against_views_that_lagged(here: Bench) -> None:
    """In one batch with what it would end, and in the next before the views have seen any of it."""
    empty = snapshot_reported(COUNCIL, WORK, on="2025-03-01", count=0)
    assert record(here, 1, *SIX, empty) == [*[ACCEPTED] * 6, KEPT]
    assert record(here, 20, snapshot_reported(COUNCIL, WORK, on="2025-03-02", count=0)) == [KEPT]
    assert status_of_f(here) == ("open", None)


def test_a_first_snapshot_is_not_held_against_its_own_rows(here: Bench) -> None:
    record(here, 1, *SIX)
    told = rows("ABCDEF", "2025-03-01")
    assert record(here, 20, *told, snapshot_reported(COUNCIL, WORK, on="2025-03-01", count=6)) == [ACCEPTED] * 7
    assert status_of_f(here) == ("open", None)


def test_a_person_lets_it_through(here: Bench) -> None:
    record(here, 1, *SIX, *rows("ABCDEF", "2025-02-01"), snapshot_reported(COUNCIL, WORK, on="2025-02-01", count=6))
    short = snapshot_reported(COUNCIL, WORK, on="2025-03-01", count=2)
    assert record(here, 20, *rows("AB", "2025-03-01"), short) == [ACCEPTED, ACCEPTED, KEPT]
    [waiting] = kept(here.service, "snapshot_too_short")
    counts = Quarantine(here.service).redrive([UUID(waiting["id"])], None)
    assert (counts.read, counts.accepted) == (1, 1)
    assert status_of_f(here, "2025-02-28") == ("open", None)
    assert status_of_f(here) == ("lapsed", "absent_from_snapshot")


def test_delivered_again_it_is_a_duplicate(here: Bench) -> None:
    first, short = (
        snapshot_reported(COUNCIL, WORK, on=day, count=count) for day, count in [("2025-02-01", 6), ("2025-03-01", 2)]
    )
    record(here, 1, *SIX, *rows("ABCDEF", "2025-02-01"), first)
    record(here, 20, *rows("AB", "2025-03-01"), short)
    Quarantine(here.service).redrive(None, "snapshot_too_short")
    assert record(here, 13, first) == [DUPLICATE]
    assert record(here, 22, short) == [DUPLICATE]


def test_two_in_one_batch_are_held_against_each_other(here: Bench) -> None:
    first, short = (
        snapshot_reported(COUNCIL, WORK, on=day, count=count) for day, count in [("2025-02-01", 6), ("2025-03-01", 2)]
    )
    told: list[Any] = [short, *rows("ABCDEF", "2025-02-01"), first]
    assert record(here, 1, *told) == [KEPT, *[ACCEPTED] * 7]


def test_rows_that_have_not_come_are_counted_by_the_quality_report(here: Bench) -> None:
    record(here, 1, *SIX, *rows("ABCD", "2025-02-01"), snapshot_reported(COUNCIL, WORK, on="2025-02-01", count=6))
    [line] = [line for line in quality(here.service, COUNCIL) if line["event_type"] == WORK]
    assert (line["accepted"], line["missing_rows"]) == (10, 2)
    assert "missing rows of a snapshot 2" in reasons_of(line)
    record(here, 20, *rows("EF", "2025-02-01"))
    assert [line["missing_rows"] for line in quality(here.service)] == [0, 0]


def test_bug_a_sealed_child_was_missed_until_the_views_caught_up(here: Bench) -> None:
    """What its sealing ended the first snapshot need not list; the views may not have seen it yet."""
    record(here, 1, *SIX)
    here.projector.project()
    record(here, 20, happened("IdentitySealed", "F", on="2025-02-01"))
    four = snapshot_reported(COUNCIL, WORK, on="2025-03-01", count=4)
    assert record(here, 30, *rows("ABCD", "2025-03-01"), four) == [ACCEPTED] * 5
