"""`icr quarantine`: what is aside is seen without its content, re-driven, or rejected with a reason."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from adapters.commands.quarantine import Quarantine
from adapters.intake.connectors import nems
from adapters.intake.imports import Importer
from adapters.log.messages import Message
from adapters.process.clock import SystemClock
from adapters.service.opened import Service
from tests.builders.process import ROOT, icr
from tests.builders.stream import event, mark, service_of, upn
from tests.servers.plugin import Stack

FIXTURES = ROOT / "tests/fixtures/nems"


@pytest.fixture
def stack(embedded_stack: Stack) -> Stack:
    return embedded_stack


def record(stack: Stack, *events: Any) -> None:
    with service_of(stack) as service:
        recorder = service.recorder()
        recorder.record([Message(one) for one in events])
        recorder.close()


def listed(stack: Stack, *options: str) -> list[dict[str, Any]]:
    done = icr("quarantine", "list", *options, "--json", environment=stack.environment)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)["aside"]
    return found


BAD = event("PupilAdmitted", "a1", "urn-900001", {"upn": "A123"}, "2025-09-01", school="900001")


def test_a_kept_event_is_listed_without_its_content(stack: Stack) -> None:
    record(stack, BAD, mark(1), mark(1, am="N"))
    conflict, kept = sorted(listed(stack), key=lambda one: one["kind"])  # of one batch, and so of one moment
    assert (kept["kind"], kept["state"], kept["reason"], kept["field"]) == (
        "kept",
        "waiting",
        "bad_form",
        "subject.identifiers[0]",
    )
    assert (conflict["kind"], conflict["state"], conflict["event_type"]) == ("conflict", "shown", "AttendanceMarked")
    assert listed(stack, "--reason", "bad_form") == [kept]
    assert listed(stack, "--state", "rejected") == []
    plain = icr("quarantine", "list", environment=stack.environment)
    assert "A123" not in plain.stdout
    assert "2 of 2" in plain.stdout


def test_content_is_shown_only_when_asked_for(stack: Stack) -> None:
    record(stack, BAD, b"\xff\xfe rubbish")
    ids = {one["reason"]: one["id"] for one in listed(stack)}
    shown = icr("quarantine", "show", ids["bad_form"], environment=stack.environment)
    assert "A123" not in shown.stdout
    assert "does not have the form" in shown.stdout
    told = icr("quarantine", "show", ids["bad_form"], "--content", "--json", environment=stack.environment)
    assert json.loads(json.loads(told.stdout)["content"]) == BAD
    rubbish = icr("quarantine", "show", ids["undecodable"], "--content", "--json", environment=stack.environment)
    assert json.loads(rubbish.stdout)["content"].startswith("fffe")
    assert (
        icr("quarantine", "show", "00000000-0000-0000-0000-000000000000", environment=stack.environment).returncode == 2
    )


def test_a_rejected_event_is_settled_with_its_reason(stack: Stack) -> None:
    record(stack, BAD)
    [one] = listed(stack)
    done = icr("quarantine", "reject", one["id"], "--note", "a test message", "--json", environment=stack.environment)
    assert (done.returncode, json.loads(done.stdout)) == (0, {"asked": 1, "rejected": 1})
    assert listed(stack) == []
    [rejected] = listed(stack, "--state", "rejected")
    assert rejected["note"] == "a test message"
    assert icr("quarantine", "reject", one["id"], "--note", "again", environment=stack.environment).returncode == 1
    assert icr("quarantine", "reject", one["id"], "--note", " ", environment=stack.environment).returncode == 2
    assert icr("quarantine", "redrive", one["id"], environment=stack.environment).returncode == 0


def test_redriving_says_what_became_of_it(stack: Stack) -> None:
    record(stack, BAD)
    [one] = listed(stack)
    done = icr("quarantine", "redrive", one["id"], "--json", environment=stack.environment)
    assert done.returncode == 1
    assert json.loads(done.stdout)["kept"] == 1
    assert listed(stack) == [one]


def test_what_was_kept_by_a_rule_that_changed_is_accepted_when_redriven(stack: Stack) -> None:
    with service_of(stack) as service:
        strict = Service(
            replace(service.settings, topic_organisations={"education": ["urn-1*"]}),
            service.database_url, None, None, False, service.keys, SystemClock(),
        )  # fmt: skip
        recorder = strict.recorder()
        recorder.record([Message(mark(n)) for n in range(3)])
        recorder.close()
    assert {one["reason"] for one in listed(stack)} == {"wrong_organisation"}
    done = icr("quarantine", "redrive", "--reason", "wrong_organisation", "--json", environment=stack.environment)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["accepted"] == 3
    assert listed(stack) == []
    assert {one["state"] for one in listed(stack, "--state", "released")} == {"released"}


def test_an_amendment_waits_for_what_it_names_and_is_released(stack: Stack) -> None:
    who = {"upn": upn(1)}
    target = {"event_id": "mark-5", "source_record_id": None, "reason": "wrong_child"}
    record(stack, event("EventRetracted", "r1", "urn-900001", who, "2025-09-10", target=target))
    assert [one["reason"] for one in listed(stack)] == ["waits_for"]
    record(stack, mark(5))
    assert listed(stack) == []


def test_what_a_connector_kept_is_read_by_it_again(stack: Stack, tmp_path: Path) -> None:
    path = tmp_path / "encounter.xml"
    path.write_bytes((FIXTURES / "encounter.xml").read_bytes())
    assert icr("import", "nems", str(path), environment=stack.environment).returncode == 1
    [one] = listed(stack)
    assert one["rule"] == "a message of the kind encounter-1, and no such message is taken in"
    done = icr("quarantine", "redrive", "--reason", "unknown_event_type", "--json", environment=stack.environment)
    assert (done.returncode, json.loads(done.stdout)["reasons"]) == (1, {"unknown_event_type": 1})
    assert listed(stack) == [one]
    # As if a later version could read it: the kept bytes are exchanged for those of a kind that is known.
    with service_of(stack) as service, psycopg.connect(stack.database_url) as connection:
        _exchange(service, connection, one["id"], (FIXTURES / "gp.xml").read_bytes())
    done = icr("quarantine", "redrive", one["id"], "--json", environment=stack.environment)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["accepted"] >= 1
    assert listed(stack) == []


def imported(stack: Stack, *names: str) -> dict[str, int]:
    """Import fixtures in this process; the counts of all files together."""
    with service_of(stack) as service:
        recorder = service.recorder()
        importer = Importer(recorder, nems.read_nems, unit="message", most_bytes=nems.MAX_BYTES, batch=100)
        files = importer.take([FIXTURES / name for name in names])
        recorder.close()
    return {word: sum(getattr(file, word) for file in files) for word in ("accepted", "duplicate", "kept")}


def without(code: str) -> dict[str, Any]:
    """The kinds that the connector knows, as before one of them was released."""
    return {name: convert for name, convert in nems.KINDS.items() if name != code}


def test_a_kept_file_whose_reason_has_gone_away_is_taken_in(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as before:
        before.setattr(nems, "KINDS", without("pds-change-of-gp-1"))
        # A message of its own, and one of the two that are wrapped in a file.
        assert imported(stack, "gp.xml", "wrapped.xml")["kept"] == 2
    assert [one["reason"] for one in listed(stack)] == ["unknown_event_type"] * 2
    done = icr("quarantine", "redrive", "--reason", "unknown_event_type", "--json", environment=stack.environment)
    counts = json.loads(done.stdout)
    # Each is a registration and the end of the one before it.
    assert (done.returncode, counts["read"], counts["accepted"] + counts["duplicate"]) == (0, 4, 4)
    assert listed(stack) == []
    assert {one["state"] for one in listed(stack, "--state", "released")} == {"released"}
    again = imported(stack, "gp.xml", "wrapped.xml")
    assert (again["accepted"], again["kept"]) == (0, 0)


def test_a_kept_file_that_is_read_but_waits_is_released_when_what_it_names_comes(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(nems, "KINDS", without("professional-contacts-1"))
        assert imported(stack, "contact-delete.xml")["kept"] == 1
    [one] = listed(stack)
    done = icr("quarantine", "redrive", one["id"], "--json", environment=stack.environment)
    assert (done.returncode, json.loads(done.stdout)["reasons"]) == (1, {"waits_for": 1})
    [event_of_it] = listed(stack)
    assert (event_of_it["event_type"], event_of_it["reason"]) == ("EventRetracted", "waits_for")
    assert imported(stack, "contact-new.xml")["accepted"] == 1
    assert listed(stack) == []


def test_a_kept_file_that_says_nothing_new_is_settled(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as before:
        before.setattr(nems, "KINDS", without("pds-change-of-gp-1"))
        assert imported(stack, "gp.xml")["kept"] == 1
    monkeypatch.setattr(nems, "KINDS", {**nems.KINDS, "pds-change-of-gp-1": lambda _: []})
    with service_of(stack) as service:
        counts = Quarantine(service).redrive(None, "unknown_event_type")
    assert (counts.read, counts.duplicate, counts.kept) == (1, 1, 0)
    assert listed(stack) == []


def test_what_waits_only_after_its_first_reason_has_gone_is_released_too(stack: Stack) -> None:
    target = {"event_id": "mark-7", "source_record_id": None, "reason": "wrong_child"}
    retracted = event("EventRetracted", "r7", "urn-900001", {"upn": upn(1)}, "2025-09-10", target=target)
    with service_of(stack) as service:
        narrow = replace(service.settings, topic_organisations={"education": ["urn-1*"]})
        recorder = replace(service, settings=narrow).recorder()
        recorder.record([Message(retracted)])
        recorder.close()
    assert [one["reason"] for one in listed(stack)] == ["wrong_organisation"]
    assert icr("quarantine", "redrive", "--reason", "wrong_organisation", environment=stack.environment).returncode == 1
    assert [one["reason"] for one in listed(stack)] == ["waits_for"]
    record(stack, mark(7))
    assert listed(stack) == []


def _exchange(service: Service, connection: psycopg.Connection[Any], aside: str, content: bytes) -> None:
    import os
    from uuid import UUID

    from adapters.log.keys.data_keys import seal

    context = b"aside" + UUID(aside).bytes
    [(key, wrapped)] = service.keys.new_keys([context])
    connection.execute(
        "UPDATE log.aside SET wrapped = %s, sealed = %s WHERE id = %s",
        (wrapped, seal(key, os.urandom(12), content, context), aside),
    )
