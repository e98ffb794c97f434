"""An amendment was aimed at an event of its own batch that then did not come in, and was accepted for nothing."""

from typing import Any

from adapters.log.messages import ACCEPTED, CONFLICT, KEPT, Message
from tests.builders.service import Bench
from tests.builders.stream import event, upn
from tests.integration.log.test_feedback import SCHOOL, admitted
from tests.spec.words import snapshot_reported


def amendment(event_type: str, event_id: str, target: str, child: int, **own: Any) -> dict[str, Any]:
    named = {"event_id": target, "source_record_id": None, "reason": "entered_in_error"}
    return event(event_type, event_id, SCHOOL, {"upn": upn(child)}, "2025-09-01", target=named, **own)


def corrected(event_id: str, target: str, child: int) -> dict[str, Any]:
    changes = {"effective_from": "2025-09-02", "effective_to": None, "reopen": False, "worker": None}
    return amendment("EventCorrected", event_id, target, child, changes=changes)


def said(here: Bench, *events: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(one.outcome, one.reason) for one in here.record(*events)]


def test_bug_not_at_a_conflict(here: Bench) -> None:
    here.record(admitted(1, child=1))
    other_child = amendment("EventRetracted", "ret-1", "adm-1", child=2)
    assert said(here, admitted(1, child=2), other_child) == [(CONFLICT, None), (KEPT, "key_differs")]


def test_bug_not_at_the_second_of_one_id(here: Bench) -> None:
    other_child = amendment("EventRetracted", "ret-1", "adm-1", child=2)
    assert said(here, admitted(1, child=1), admitted(1, child=2), other_child) == [
        (ACCEPTED, None), (CONFLICT, None), (KEPT, "key_differs"),
    ]  # fmt: skip


def test_bug_not_at_an_amendment_that_is_kept(here: Bench) -> None:
    here.record(admitted(1, child=1))
    assert said(here, corrected("cor-1", "adm-1", child=2), amendment("EventRetracted", "ret-1", "cor-1", child=2)) == [
        (KEPT, "key_differs"), (KEPT, "waits_for"),
    ]  # fmt: skip


def test_an_amendment_of_its_own_batch_is_aimed_at_as_before(here: Bench) -> None:
    assert (
        said(
            here,
            amendment("EventRetracted", "ret-1", "cor-1", child=1),
            corrected("cor-1", "adm-1", child=1),
            admitted(1, child=1),
        )
        == [(ACCEPTED, None)] * 3
    )


def test_bug_validate_only_says_what_becomes_of_an_amendment(here: Bench) -> None:
    here.record(admitted(1, child=1), amendment("EventRetracted", "ret-1", "adm-1", child=1))
    asked = [
        amendment("EventRetracted", "ret-2", "adm-9", child=1),
        amendment("EventRetracted", "ret-3", "adm-1", child=2),
        amendment("EventRetracted", "ret-4", "ret-1", child=1),
        corrected("cor-1", "adm-1", child=1),
    ]
    subjects = here.connection.execute("SELECT count(*) FROM log.subject").fetchone()
    checked = here.recorder.check([Message(one) for one in asked])
    assert here.connection.execute("SELECT count(*) FROM log.subject").fetchone() == subjects  # it makes nothing
    recorded = here.record(*asked)
    assert [(o.outcome, o.reason) for o in checked] == [(o.outcome, o.reason) for o in recorded] == [
        (KEPT, "waits_for"), (KEPT, "key_differs"), (KEPT, "not_correctable"), (ACCEPTED, None),
    ]  # fmt: skip


def test_bug_what_is_about_no_child_cannot_be_taken_back(here: Bench) -> None:
    report = snapshot_reported(SCHOOL, "PupilAdmitted", on="2025-03-01", count=0).wire(1)
    assert said(here, report) == [(ACCEPTED, None)]
    taken_back = amendment("EventRetracted", "ret-1", report["event_id"], child=1)
    assert said(here, taken_back) == [(KEPT, "not_correctable")]
