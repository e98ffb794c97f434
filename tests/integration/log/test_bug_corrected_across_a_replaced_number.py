"""An agency corrected under a child's new number what it had told under the former, and the correction was kept for good."""

from typing import Any

from adapters.log.messages import ACCEPTED, KEPT, Message
from tests.builders.service import KEYS, Bench
from tests.builders.stream import event, upn
from tests.integration.log.test_bug_aimed_at_what_does_not_come_in import amendment, corrected, said
from tests.integration.log.test_feedback import SCHOOL, admitted
from tools.verify_log import verify


def replaced(event_id: str, former: int, new: int) -> dict[str, Any]:
    return event("UpnReplaced", event_id, SCHOOL, {"upn": upn(new)}, "2025-09-01", former=upn(former), reason=None)


def test_bug_after_the_replacement(here: Bench) -> None:
    here.record(admitted(1, child=1), replaced("r1", 1, 2))
    assert said(here, corrected("cor-1", "adm-1", child=2)) == [(ACCEPTED, None)]


def test_bug_in_one_batch(here: Bench) -> None:
    assert (
        said(here, corrected("cor-1", "adm-1", child=2), replaced("r1", 1, 2), admitted(1, child=1))
        == [(ACCEPTED, None)] * 3
    )


def test_bug_before_the_replacement(here: Bench) -> None:
    here.record(admitted(1, child=1))
    assert said(here, corrected("cor-1", "adm-1", child=2)) == [(KEPT, "key_differs")]
    here.record(replaced("r1", 1, 2))
    assert here.connection.execute("SELECT state FROM log.aside").fetchall() == [("released",)]


def test_of_another_child_it_is_kept(here: Bench) -> None:
    here.record(admitted(1, child=1), replaced("r1", 1, 2))
    assert said(here, corrected("cor-1", "adm-1", child=3)) == [(KEPT, "key_differs")]
    here.record(replaced("r2", 4, 5))
    assert here.connection.execute("SELECT state FROM log.aside").fetchall() == [("waiting",)]


def test_a_replacement_that_was_taken_back_replaces_nothing(here: Bench) -> None:
    here.record(admitted(1, child=1), replaced("r1", 1, 2), amendment("EventRetracted", "ret-1", "r1", child=2))
    assert said(here, corrected("cor-1", "adm-1", child=2)) == [(KEPT, "key_differs")]


def test_validate_only_says_so_too(here: Bench) -> None:
    here.record(admitted(1, child=1), replaced("r1", 1, 2))
    asked = [Message(corrected("cor-1", "adm-1", child=2)), Message(corrected("cor-2", "adm-1", child=3))]
    assert [(o.outcome, o.reason) for o in here.recorder.check(asked)] == [(ACCEPTED, None), (KEPT, "key_differs")]


def test_the_log_is_still_found_to_hold(here: Bench) -> None:
    here.record(admitted(1, child=1), replaced("r1", 1, 2), corrected("cor-1", "adm-1", child=2))
    here.record(amendment("EventRetracted", "ret-1", "r1", child=2))
    report = verify(here.connection, KEYS, events=True)
    assert report.holds, report
