"""Kept events that are sent again: an older form replaced the newer one; what could not be decoded was never replaced."""

from typing import Any

import pytest

from adapters.codec import decode_json
from adapters.log.messages import DUPLICATE, KEPT
from tests.builders.asking import feedback
from tests.builders.service import Bench
from tests.integration.log.test_feedback import SCHOOL, admitted, retracted, told


def states(here: Bench) -> list[str]:
    return [state for (state,) in here.connection.execute("SELECT state FROM log.aside ORDER BY received_at, state")]


def test_bug_the_older_form_of_a_kept_event_sent_again_changes_nothing(here: Bench) -> None:
    older = retracted(1, 1)
    newer = retracted(1, 1) | {"recorded_at": "2025-11-04T08:15:00Z"}
    assert [o.outcome for o in here.record(older, newer, older, newer)] == [KEPT, KEPT, DUPLICATE, DUPLICATE]
    assert states(here) == ["replaced", "waiting"]
    here.record(admitted(1))
    assert states(here) == ["released", "replaced"]
    assert told(here)[-1] == ("released", "ret-1")


IMPOSSIBLE = {"effective": {"from": "2025-02-30", "to": None}}
NOT_OURS = {"favourite_colour": "blue"}
EMPTY = {"school": ""}


@pytest.mark.parametrize("wrong", [IMPOSSIBLE, NOT_OURS, EMPTY], ids=["date", "field", "text"])
def test_bug_a_fixed_event_replaces_what_could_not_be_decoded(here: Bench, wrong: dict[str, Any]) -> None:
    [kept] = here.record(admitted(1) | wrong)
    assert kept.outcome == KEPT
    here.record(admitted(1))
    assert states(here) == ["replaced"]
    assert told(here) == [("kept", "adm-1"), ("accepted", "adm-1"), ("replaced", "adm-1")]


def test_bug_an_avro_event_with_a_bad_field_is_told_to_its_agency(here: Bench) -> None:
    good = decode_json(admitted(1)).stored
    bad = good.replace(b"\x0c900001", b"\x0c\xff00001")  # the school's text is no longer UTF-8
    assert bad != good
    here.record(bad)
    [row] = feedback(here.service, SCHOOL)["feedback"]
    assert (row["outcome"], row["event_type"], row["event_id"]) == ("kept", "PupilAdmitted", "adm-1")
    here.record(good)
    assert states(here) == ["replaced"]
