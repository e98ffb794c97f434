"""What agencies are told of their own events, over a real database: each outcome once, in order, and nothing of others."""

import json
import threading
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from adapters.codec import encode_wire
from adapters.commands.quarantine import Quarantine
from adapters.log.feedback.writing import request_replay
from adapters.log.messages import Message
from domain.errors import Rejected
from tests.builders.asking import feedback, kept
from tests.builders.service import NOW, Bench
from tests.builders.stream import event, mark, upn

SCHOOL, OTHER = "urn-900001", "urn-900002"


def admitted(serial: int, organisation: str = SCHOOL, child: int = 1, **own: Any) -> dict[str, Any]:
    who = own.pop("identifiers", {"upn": upn(child)})
    own = {"school": organisation[4:], "enrolment_status": "C", "year_group": None} | own
    return event("PupilAdmitted", f"adm-{serial}", organisation, who, "2025-09-01", **own)


def retracted(serial: int, target: int) -> dict[str, Any]:
    named = {"event_id": f"adm-{target}", "source_record_id": None, "reason": "entered_in_error"}
    return event("EventRetracted", f"ret-{serial}", SCHOOL, {"upn": upn(1)}, "2025-09-01", target=named)


def page(here: Bench, organisation: str = SCHOOL, since: str | None = None, limit: int = 500) -> Any:
    return feedback(here.service, organisation, since, limit)


def told(here: Bench, organisation: str = SCHOOL, since: str | None = None) -> list[tuple[Any, ...]]:
    """Outcome and event id of each, in order."""
    return [(row["outcome"], row["event_id"]) for row in page(here, organisation, since)["feedback"]]


def test_each_outcome_is_told_in_the_words_of_the_contract(here: Bench) -> None:
    wrong = admitted(2, identifiers={"upn": "A1"})
    here.record(admitted(1), wrong, mark(3))
    here.record(admitted(1), admitted(1, enrolment_status="M"))
    rows = page(here)["feedback"]
    assert [(row["outcome"], row["event_id"], row["event_type"]) for row in rows] == [
        ("accepted", "adm-1", "PupilAdmitted"),
        ("accepted", "mark-3", "AttendanceMarked"),
        ("kept", "adm-2", "PupilAdmitted"),
        ("duplicate", "adm-1", "PupilAdmitted"),
        ("conflict", "adm-1", "PupilAdmitted"),
    ]
    assert rows[2] == {
        "cursor": "1:2.1", "kind": "event", "outcome": "kept", "event_id": "adm-2", "event_type": "PupilAdmitted", "reason": "bad_form",
        "field": "subject.identifiers[0]", "rule": "the event's only identifier must pass its check", "set_aside": [], "at": NOW.isoformat(),
    }  # fmt: skip
    assert rows[4]["reason"] == "conflict"


def test_what_is_told_twice_in_one_batch_is_a_duplicate_of_the_first(here: Bench) -> None:
    here.record(admitted(1), admitted(1), admitted(2), admitted(2, enrolment_status="M"))
    assert told(here) == [("accepted", "adm-1"), ("accepted", "adm-2"), ("duplicate", "adm-1"), ("conflict", "adm-2")]
    before = page(here)["next"]
    here.record(admitted(1), admitted(1), admitted(3), admitted(3))
    assert told(here, since=before) == [
        ("accepted", "adm-3"), ("duplicate", "adm-3"),  # that the first came again was told
    ]  # fmt: skip


def test_fields_that_are_set_aside_are_told_with_the_event(here: Bench) -> None:
    here.record(admitted(1, identifiers={"upn": upn(1), "nhs": "9990000019"}))
    (row,) = page(here)["feedback"]
    assert row["set_aside"] == [{"reason": "bad_check_digit", "field": "subject.identifiers[1]"}]


def test_what_becomes_of_a_kept_event_later_is_told_after_the_cursor(here: Bench) -> None:
    here.record(retracted(1, 9))
    cursor = page(here)["next"]
    assert told(here, since=cursor) == []
    here.record(admitted(9))  # what it waited for
    assert told(here, since=cursor) == [("accepted", "adm-9"), ("accepted", "ret-1"), ("released", "ret-1")]
    cursor = page(here)["next"]
    here.record(admitted(2, identifiers={"upn": "A1"}))
    here.record(admitted(2))  # put right, under the same event id
    assert told(here, since=cursor) == [("kept", "adm-2"), ("accepted", "adm-2"), ("replaced", "adm-2")]
    cursor = page(here)["next"]
    here.record(admitted(3, identifiers={"upn": "A1"}))
    quarantine = Quarantine(here.service)
    (aside,) = (UUID(one["id"]) for one in kept(here.service, "bad_form"))
    assert quarantine.redrive([aside], None).kept == 1  # for the same reason: there is nothing new to tell
    quarantine.reject([aside], "agreed with the sender")
    assert told(here, since=cursor) == [("kept", "adm-3"), ("rejected", "adm-3")]


def test_a_message_that_cannot_be_read_is_told_where_it_says_plainly_whose_it_is(here: Bench) -> None:
    unread = [
        admitted(1) | {"colour": "red"},
        {**admitted(2), "event_type": "PupilExpelled"},
        admitted(3) | {"source": {"organisation": "Ada Example", "system": "mis"}, "colour": "red"},
        [1],
        b"\xc3\x01" + bytes(20),
    ]
    for one in unread:
        here.record(one if isinstance(one, bytes) else json.dumps(one).encode())
    assert [(r["outcome"], r["event_id"], r["event_type"], r["reason"]) for r in page(here)["feedback"]] == [
        ("kept", "adm-1", "PupilAdmitted", "unknown_field"),
        ("kept", "adm-2", None, "unknown_event_type"),
    ]
    here.record(json.dumps(unread[0]).encode())
    assert told(here)[-1] == ("duplicate", "adm-1")
    sources = here.connection.execute("SELECT DISTINCT organisation FROM log.aside WHERE organisation IS NOT NULL")
    assert sources.fetchall() == [(SCHOOL,)]


def test_an_agency_is_told_nothing_of_what_others_hold(here: Bench) -> None:
    """The same events have the same feedback whether the child is new, known, linked or in dispute with others."""
    mine = [
        admitted(1, child=7),
        mark(2, child=7),
        admitted(3, child=7, identifiers={"upn": upn(7), "nhs": "9990000018"}),
        retracted(4, 1) | {"subject": admitted(1, child=7)["subject"]},
    ]

    def answer() -> list[dict[str, Any]]:
        rows = page(here)["feedback"]
        return [{name: value for name, value in row.items() if name != "cursor"} for row in rows]

    here.record(*mine)
    alone = answer()
    here.empty()
    born = {
        "names": [],
        "date_of_birth": "2009-01-01",
        "expected_date": None,
        "sex": None,
        "postcode": None,
        "uprn": None,
    }
    here.record(
        *(
            admitted(n, OTHER, 7, identifiers={"upn": upn(7), "nhs": nhs}, person=born)
            for n, nhs in [(1, "9990000018"), (2, "9990000026")]
        )
    )
    here.record(admitted(1, OTHER, 7), admitted(2, OTHER, 8, identifiers={"upn": "A1"}))
    here.projector.project()
    here.record(*mine)
    assert answer() == alone
    assert {(row["outcome"], row["event_id"]) for row in page(here, OTHER)["feedback"]} >= {
        ("accepted", "adm-2"),
        ("conflict", "adm-1"),
    }


def test_polling_sees_each_outcome_once_while_others_write(here: Bench) -> None:
    """Four writers, of two organisations, and a reader that follows one of them in small pages."""
    failures: list[BaseException] = []

    def write(number: int) -> None:
        recorder = here.service.recorder()
        organisation = (SCHOOL, OTHER)[number % 2]
        try:
            for n in range(25):
                one = mark(number * 100 + n, child=number + 1, organisation=organisation)
                bad = admitted(number * 100 + n, organisation, identifiers={"upn": "A1"})
                recorder.record([Message(one), Message(bad), Message(one)])
        except BaseException as error:  # noqa: BLE001
            failures.append(error)
        finally:
            recorder.close()

    writers = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for writer in writers:
        writer.start()
    seen: list[tuple[Any, ...]] = []
    cursor: str | None = None
    while True:
        alive = any(writer.is_alive() for writer in writers)
        found = page(here, SCHOOL, cursor, 7)
        assert len(found["feedback"]) <= 7
        seen += [(row["outcome"], row["event_id"]) for row in found["feedback"]]
        cursor = found["next"]
        if not alive and not found["more"]:
            break
    assert not failures
    assert sorted(seen) == sorted(
        pair
        for number in (0, 2)
        for n in range(25)
        for pair in [
            ("accepted", f"mark-{number * 100 + n}"),
            ("duplicate", f"mark-{number * 100 + n}"),
            ("kept", f"adm-{number * 100 + n}"),
        ]
    )
    whole = [(row["outcome"], row["event_id"]) for row in page(here, limit=1000)["feedback"]]
    assert seen == whole, "read in pages it has the order that it has at once"
    again: list[tuple[Any, ...]] = []
    cursor = None
    while cursor is None or found["more"]:
        found = page(here, since=cursor, limit=7)
        again += [(row["outcome"], row["event_id"]) for row in found["feedback"]]
        cursor = found["next"]
    assert again == whole


def test_a_page_ends_at_the_head_so_that_what_others_did_is_not_looked_through_again(here: Bench) -> None:
    here.record(mark(1))
    here.record(*(mark(n, organisation=OTHER) for n in range(2, 9)))
    found = page(here)
    assert ([row["event_id"] for row in found["feedback"]], found["next"], found["more"]) == (
        ["mark-1"],
        "1:8.0",
        False,
    )


def test_a_batch_of_many_organisations_and_types_is_told_apart(here: Bench) -> None:
    batch = [
        one
        for n in range(30)
        for one in (mark(n, n, organisation=f"urn-9000{n:02}"), admitted(n, f"urn-9000{n:02}", n))
    ]
    here.record(*map(encode_wire, batch))
    for n in (0, 17, 29):
        assert told(here, f"urn-9000{n:02}") == [("accepted", f"mark-{n}"), ("accepted", f"adm-{n}")]


def test_an_erased_event_keeps_its_outcome_and_loses_its_id(here: Bench) -> None:
    here.record(mark(1))
    here.connection.execute("DELETE FROM log.data_key")
    assert told(here) == [("accepted", None)]


def test_a_requested_replay_is_told(here: Bench) -> None:
    here.record(mark(1))
    request_replay(here.connection, SCHOOL, "AttendanceMarked", date(2025, 9, 1), date(2025, 10, 1), NOW)
    assert page(here)["feedback"][1] == {
        "cursor": "1:1.1", "kind": "replay_requested", "event_type": "AttendanceMarked", "from": "2025-09-01", "to": "2025-10-01",
        "at": NOW.isoformat(),
    }  # fmt: skip
    assert told(here, OTHER) == []


@pytest.mark.parametrize(
    "since", ["", "1", "1:2", "x", "1:2.3.4", "-1:2.3", "1:2.٣", "1:2.3 ", f"1:{9**30}.1", "1:9.0", "2:0.0"]
)
def test_what_is_no_cursor_of_this_log_is_refused(here: Bench, since: str) -> None:
    here.record(mark(1))
    with pytest.raises(Rejected) as refused:
        page(here, since=since)
    assert (refused.value.reason, refused.value.field) == ("bad_value", "since")


def test_an_organisation_with_an_odd_code_puts_the_others_not_out_of_step(here: Bench) -> None:
    here.record(
        mark(1, organisation="urn-1\x1fx\x1f"),
        mark(2),
        mark(3, organisation="urn-{,}'\" "),
        mark(4, organisation=OTHER),
    )
    assert told(here) == [("accepted", "mark-2")]
    assert told(here, OTHER) == [("accepted", "mark-4")]
    assert told(here, "urn-{,}'\" ") == []  # what is no code is nobody's


def test_event_ids_that_carry_a_childs_number_stand_nowhere_in_the_clear(here: Bench) -> None:
    number = "9990000018"
    good, bad = (
        mark(1) | {"event_id": f"m-{number}"},
        admitted(2, identifiers={"upn": "A1"}) | {"event_id": f"a-{number}"},
    )
    odd = admitted(3) | {"event_id": f"o-{number}", number: number, "source": {"organisation": number, "system": "mis"}}
    here.record(good, bad, good, bad, good | {"am": "N"}, json.dumps(odd).encode())
    assert {event_id for _, event_id in told(here)} == {f"m-{number}", f"a-{number}"}
    tables = here.connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'log'").fetchall()
    assert ("feedback",) in tables
    for (table,) in tables:
        with here.connection.cursor() as cursor, cursor.copy(f"COPY log.{table} TO STDOUT") as copy:
            dumped = b"".join(bytes(block) for block in copy)
        assert number.encode() not in dumped, table
