"""`icr feedback`, `icr request-replay` and `icr quality` as commands."""

import json
from typing import Any

import pytest

from tests.builders.process import icr
from tests.builders.stream import event, mark, service_of, upn
from tests.integration.log.test_feedback import admitted
from tests.servers.plugin import Stack

SCHOOL = "urn-900001"


@pytest.fixture
def stack(embedded_stack: Stack) -> Stack:
    return embedded_stack


def record(stack: Stack, *events: Any) -> None:
    from adapters.log.messages import Message

    with service_of(stack) as service:
        recorder = service.recorder()
        recorder.record([Message(one) for one in events])
        recorder.close()


def asked(stack: Stack, *words: str) -> Any:
    done = icr(*words, "--json", environment=stack.environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_feedback_is_read_on_by_its_cursor_and_asks_for_a_replay(stack: Stack) -> None:
    record(stack, mark(1), admitted(2, identifiers={"upn": "A1"}))
    first = asked(stack, "feedback", "--organisation", SCHOOL, "--limit", "1")
    assert ([one["outcome"] for one in first["feedback"]], first["more"]) == (["accepted"], True)
    asked(
        stack,
        "request-replay",
        "--organisation",
        SCHOOL,
        "--type",
        "AttendanceMarked",
        "--from",
        "2025-09-01",
        "--to",
        "2025-10-01",
    )
    rest = asked(stack, "feedback", "--organisation", SCHOOL, "--since", first["next"])
    assert [(one["kind"], one.get("event_id"), one.get("to")) for one in rest["feedback"]] == [
        ("event", "adm-2", None), ("replay_requested", None, "2025-10-01"),
    ]  # fmt: skip
    shown = icr("feedback", "--organisation", SCHOOL, environment=stack.environment)
    assert "replay requested" in shown.stdout
    assert rest["next"] in shown.stderr


WRONG = [
    ["feedback"],
    ["feedback", "--organisation", SCHOOL, "--limit", "0"],
    ["feedback", "--organisation", SCHOOL, "--since", "9990000018"],
    ["request-replay", "--organisation", SCHOOL, "--type", "Nothing", "--from", "2025-09-01", "--to", "2025-10-01"],
    ["request-replay", "--organisation", SCHOOL, "--type", "AttendanceMarked", "--from", "2025-10-01", "--to", "2025-10-01"],
    ["request-replay", "--organisation", SCHOOL, "--type", "AttendanceMarked", "--from", "20251001", "--to", "2025-10-02"],
    ["request-replay", "--organisation", "", "--type", "AttendanceMarked", "--from", "2025-10-01", "--to", "2025-10-02"],
]  # fmt: skip


@pytest.mark.parametrize("words", WRONG, ids=lambda words: " ".join(words[:1] + words[-3:]))
def test_what_makes_no_sense_is_refused(stack: Stack, words: list[str]) -> None:
    done = icr(*words, environment=stack.environment)
    assert done.returncode == 2, done.stderr
    assert "9990000018" not in done.stderr


def test_quality_says_of_each_organisation_and_type_what_became_of_it(stack: Stack) -> None:
    bad = {"upn": upn(1), "nhs": "9990000019"}
    record(stack, mark(1), mark(2), mark(2), mark(3, am="%"), admitted(1, identifiers=bad), b"\xc3\x01" + bytes(9))
    record(
        stack,
        mark(1, am="N"),
        event("PupilAdmitted", "a", "urn-900002", {"upn": upn(2)}, "2025-09-01", school="900002"),
    )
    lines = {(one["organisation"], one["event_type"]): one for one in asked(stack, "quality")["quality"]}
    marks = lines[SCHOOL, "AttendanceMarked"]
    assert {name: marks[name] for name in ("read", "accepted", "duplicate", "conflict", "kept", "waiting", "reasons")} == {
        "read": 5, "accepted": 2, "duplicate": 1, "conflict": 1, "kept": 1, "waiting": 1,
        "reasons": {"conflict": 1, "unknown_code": 1},
    }  # fmt: skip
    assert marks["late_days"] > 300
    assert lines[SCHOOL, "PupilAdmitted"]["set_aside"] == [
        {"reason": "bad_check_digit", "field": "subject.identifiers[1]", "count": 1}
    ]
    assert lines[None, None]["reasons"] == {"unknown_schema": 1}
    assert {one["organisation"] for one in asked(stack, "quality", "--organisation", SCHOOL)["quality"]} == {SCHOOL}
    shown = icr("quality", environment=stack.environment)
    assert "not readable" in shown.stdout
