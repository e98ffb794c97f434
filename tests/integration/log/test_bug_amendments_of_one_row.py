"""What amends a row of a source system under that row's own id, or a row shared by siblings, waited for what was there."""

from typing import Any

import pytest

from adapters.log.messages import ACCEPTED, CONFLICT, DUPLICATE, KEPT
from tests.builders.service import Bench
from tests.generative.histories import told

ROW = "row-1"


def _event(number: int, event_type: str, child: int, row: str | None, **own: Any) -> dict[str, Any]:
    event = told(number, event_type, "la-808", child, "agency", 1, number, **own)
    event["source"]["source_record_id"] = row
    return event


def started(number: int, child: int = 0) -> dict[str, Any]:
    involved = {"service": "mentoring", "team": None, "worker": None, "provision": "additional", "role": None}
    return _event(number, "InvolvementStarted", child, ROW, **involved)


def retracted(number: int, row: str | None) -> dict[str, Any]:
    target = {"event_id": None, "source_record_id": ROW, "reason": "entered_in_error"}
    return _event(number, "EventRetracted", 0, row, target=target)


def corrected(number: int, row: str | None, event_id: str | None = None) -> dict[str, Any]:
    changes = {"effective_from": "2025-09-04", "effective_to": None, "reopen": False, "worker": None}
    target = {"event_id": event_id, "source_record_id": None if event_id else ROW, "reason": "entered_in_error"}
    return _event(number, "EventCorrected", 0, row, changes=changes, target=target)


def words(here: Bench, *events: dict[str, Any]) -> list[str]:
    return [one.outcome for one in here.record(*events)]


def waiting(here: Bench) -> int:
    row = here.connection.execute("SELECT count(*) FROM log.aside WHERE state IN ('waiting', 'ready')").fetchone()
    assert row is not None
    return int(row[0])


def test_bug_a_row_and_its_own_retraction_in_one_batch(here: Bench) -> None:
    assert words(here, started(1), retracted(2, ROW)) == [ACCEPTED, ACCEPTED]


def test_bug_a_correction_stood_for_the_row_that_it_corrects(here: Bench) -> None:
    first = started(1)
    batch = [first, corrected(2, ROW, first["event_id"]), corrected(3, None), corrected(4, ROW)]
    assert words(here, *batch) == [ACCEPTED] * 4


def test_a_retraction_alone_under_the_row_waits_for_it(here: Bench) -> None:
    assert words(here, retracted(2, ROW)) == [KEPT]
    assert words(here, started(1)) == [ACCEPTED]
    assert waiting(here) == 0


@pytest.mark.parametrize("order", [("retraction", "sibling"), ("sibling", "retraction")])
def test_bug_a_siblings_event_of_the_row_came_first(here: Bench, order: tuple[str, str]) -> None:
    events = {"retraction": retracted(2, None), "sibling": started(3, child=1)}
    for name in order:
        here.record(events[name])
    assert waiting(here) == 1
    here.record(started(1))
    assert waiting(here) == 0


def test_bug_what_was_erased_ended_the_consumer(here: Bench) -> None:
    """Sent again with other content it cannot be compared with, it is a conflict; no new key is made for looking."""
    here.record(started(1))
    here.connection.execute("DELETE FROM log.data_key")
    changed = started(1) | {"service": "youth work"}
    assert words(here, changed) == [CONFLICT]
    assert here.connection.execute("SELECT count(*) FROM log.data_key").fetchone() == (0,)
    assert words(here, started(1), changed) == [DUPLICATE, CONFLICT]
    assert words(here, started(2, child=1)) == [ACCEPTED]
