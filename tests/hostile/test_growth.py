"""What would grow without end: the same sent every night, floods of what is kept, giants, what is old."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from adapters.commands.quarantine import Quarantine
from adapters.log import quarantine_rows
from adapters.log.growth import full
from adapters.log.messages import CONFLICT, DUPLICATE, KEPT
from adapters.log.quarantine_rows import FIRST_OF_A_GIANT, GIANT
from adapters.process.quotas import Quota
from adapters.service.housekeeping import Housekeeping
from domain.errors import Misuse
from tests.builders.asking import feedback, kept_event, quality
from tests.builders.service import NOW, Bench, bench
from tests.builders.stream import event, mark, upn

SCHOOL, OTHER = "urn-900001", "urn-900002"
ROWS = (
    "SELECT (SELECT count(*) FROM log.feedback) + (SELECT count(*) FROM log.aside) + (SELECT count(*) FROM log.counted)"
)


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(database_url, tmp_path, quarantine_rows=5)
    yield made
    made.close()


def admitted(serial: int, organisation: str = SCHOOL, number: str | None = None, **own: Any) -> dict[str, Any]:
    own = {"school": organisation[4:], "enrolment_status": "C", "year_group": None} | own
    return event("PupilAdmitted", f"adm-{serial}", organisation, {"upn": number or upn(serial)}, "2025-09-01", **own)


def rows(here: Bench) -> int:
    found = here.connection.execute(ROWS).fetchone()
    assert found is not None
    return int(found[0])


def one(here: Bench, query: str) -> tuple[Any, ...]:
    found = here.connection.execute(query).fetchone()
    assert found is not None
    return tuple(found)


def counted(here: Bench) -> dict[str, int]:
    lines = quality(here.service)
    found = {name: sum(line[name] for line in lines) for name in ("accepted", "duplicate", "conflict", "kept")}
    return found | {"read": sum(line["read"] for line in lines)}


def test_what_is_sent_again_every_night_costs_no_row_a_night(here: Bench) -> None:
    day: list[dict[str, Any] | bytes] = [
        *[mark(n, n) for n in range(1, 40)],
        admitted(50),
        admitted(51, number="A1"),
        b"no event",
        b"",
    ]
    conflict = admitted(50, enrolment_status="M")
    for _ in range(3):  # accepted; told to have come again; the first that is only counted
        here.record(*day, conflict)
    before = rows(here)
    for night in range(1, 5):
        outcomes = here.record(*day, conflict)
        assert {o.outcome for o in outcomes} == {DUPLICATE, CONFLICT}
        assert rows(here) == before, f"night {night}"
    assert counted(here) == {"read": 44 * 7, "accepted": 40, "kept": 3, "conflict": 7, "duplicate": 6 * 43}


def test_beyond_its_quota_an_organisation_has_reason_length_and_digest_kept_and_others_everything(here: Bench) -> None:
    outcomes = here.record(*(admitted(n, number="A1") for n in range(8)), admitted(1, OTHER, number="A1"))
    assert {o.outcome for o in outcomes} == {KEPT}
    stored = "SELECT organisation, count(*), count(*) FILTER (WHERE stored > 0) FROM log.aside GROUP BY 1 ORDER BY 1"
    assert here.connection.execute(stored).fetchall() == [(SCHOOL, 8, 5), (OTHER, 1, 1)]
    told = feedback(here.service, SCHOOL)["feedback"]
    assert [(one["outcome"], one["event_id"], one["reason"]) for one in told] == [
        ("kept", f"adm-{n}", "bad_form") for n in range(8)
    ]
    house = Housekeeping(here.service)
    house.when_due()
    assert (house.trouble, house.said) == (("quarantine_full",), {"quarantine_full": [SCHOOL]})


def test_bug_whoever_has_a_new_code_with_each_message_had_a_quota_with_each(
    any_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All organisations have a quota together: each message below names another one, as any sector's pattern lets it."""
    monkeypatch.setattr(quarantine_rows, "LOOK_SECONDS", 0.0)
    made = bench(any_database_url, tmp_path, quarantine_total_megabytes=1)
    long = "x" * 100_000
    for n in range(15):
        made.record(admitted(n, f"urn-{900_100 + n}", number="A1", no_such_field=long))
    assert one(made, "SELECT count(*), count(*) FILTER (WHERE stored > 0) FROM log.aside") == (15, 10)
    assert full(made.connection, Quota(total=1_000_000)) == ["all"]
    assert full(made.connection, made.service.settings.quota) == []  # there is room for a smaller one
    made.close()


def test_what_had_no_room_is_stored_once_it_comes_again_and_there_is_room(here: Bench) -> None:
    sent = [admitted(n, number="A1") for n in range(6)]
    here.record(*sent)
    [(last,)] = here.connection.execute("SELECT id FROM log.aside WHERE stored = 0").fetchall()
    with pytest.raises(Misuse, match="not stored whole"):
        Quarantine(here.service).redrive([last], None)
    here.connection.execute(
        "DELETE FROM log.aside WHERE id = (SELECT min(id::text)::uuid FROM log.aside WHERE stored > 0)"
    )
    assert here.record(sent[5])[0].outcome == DUPLICATE
    shown = kept_event(here.service, last)
    assert shown["whole"]
    assert "adm-5" in shown["content"]


def test_bug_an_event_from_the_future_without_content_was_recorded_as_nothing(here: Bench) -> None:
    """When its time came, the empty text that stood for it was taken for the event, and its reason was lost."""
    ahead = (NOW + timedelta(hours=1)).isoformat()
    here.record(*({**admitted(n), "recorded_at": ahead} for n in range(7)))
    here.clock.advance(timedelta(hours=2))
    here.record(admitted(90))
    left = here.connection.execute("SELECT reason, stored FROM log.aside WHERE state = 'waiting'").fetchall()
    assert left == [("from_the_future", 0)] * 2
    assert one(here, "SELECT count(*) FROM log.aside WHERE state = 'released'") == (5,)


def test_an_amendment_without_content_does_not_become_ready(here: Bench) -> None:
    named = {"event_id": "adm-90", "source_record_id": None, "reason": "entered_in_error"}
    waiting = [event("EventRetracted", f"r{n}", SCHOOL, {"upn": upn(90)}, "2025-09-01", target=named) for n in range(7)]
    assert {o.reason for o in here.record(*waiting)} == {"waits_for"}
    here.record(admitted(90))
    assert one(here, "SELECT count(*) FROM log.aside WHERE state = 'released'") == (5,)
    assert one(here, "SELECT count(*) FROM log.aside WHERE state = 'waiting'") == (2,)


@pytest.mark.parametrize("sent", [b"x" * (GIANT + 1), b"<x>" * 500_000, b'{"a": "' + b"b" * 2_000_000])
def test_of_a_giant_the_beginning_is_stored_with_its_length(here: Bench, sent: bytes) -> None:
    [kept] = here.record(sent)
    assert kept.outcome == KEPT
    aside, length, stored, sealed = one(here, "SELECT id, length, stored, octet_length(sealed) FROM log.aside")
    assert (length, stored, sealed) == (len(sent), FIRST_OF_A_GIANT, FIRST_OF_A_GIANT + 28)
    shown = kept_event(here.service, aside)
    assert not shown["whole"]
    assert shown["content"].encode() == sent[:FIRST_OF_A_GIANT]
    with pytest.raises(Misuse, match="not stored whole"):
        Quarantine(here.service).redrive([UUID(str(aside))], None)
    assert Quarantine(here.service).redrive(None, kept.reason).read == 0
    assert here.record(sent)[0].outcome == DUPLICATE


def test_what_is_settled_is_cleared_after_its_days_and_stays_counted(here: Bench) -> None:
    here.record(admitted(1), admitted(1, enrolment_status="M"), admitted(2, number="A1"), admitted(3, number="A1"))
    here.record(admitted(2))  # replaces what was kept
    before = counted(here)
    here.clock.set(NOW + timedelta(days=89))
    assert Quarantine(here.service).clear() == (0, 0, 0)
    here.clock.set(NOW + timedelta(days=91))
    assert Quarantine(here.service).clear() == (2, 0, 0)
    assert counted(here) == before
    assert here.connection.execute("SELECT state FROM log.aside").fetchall() == [("waiting",)]


@pytest.mark.parametrize(("cursor", "cleared"), [(None, 0), ("1:0.0", 0), ("1:9.9", 1), ("2:9.9", 0)])
def test_what_waits_is_cleared_only_where_its_agency_was_told(here: Bench, cursor: str | None, cleared: int) -> None:
    here.record(admitted(1, number="A1"), b"nobody's")
    if cursor is not None:
        name = f"kafka:x:{SCHOOL}"
        here.connection.execute("INSERT INTO log.feedback_reader VALUES (%s, %s, %s)", (name, cursor, NOW))
    before = counted(here)
    here.clock.set(NOW + timedelta(days=399))
    assert Quarantine(here.service).clear().waiting == 0
    here.clock.set(NOW + timedelta(days=401))
    assert Quarantine(here.service).clear().waiting == cleared
    assert counted(here) == before


def test_old_feedback_is_cleared_counted_and_leaves_every_cursor_good(here: Bench) -> None:
    here.record(mark(1), mark(1), admitted(1, number="A1"))
    here.record(mark(1, am="N"))
    cursor, before = feedback(here.service, SCHOOL)["next"], counted(here)
    here.clock.set(NOW + timedelta(days=401))
    assert Quarantine(here.service).clear().feedback == 2
    assert counted(here) == before
    assert feedback(here.service, SCHOOL, cursor)["feedback"] == []
    here.record(mark(2))
    assert [one["event_id"] for one in feedback(here.service, SCHOOL, cursor)["feedback"]] == ["mark-2"]


def test_an_age_of_nought_days_clears_nothing(database_url: str, tmp_path: Path) -> None:
    here = bench(database_url, tmp_path, quarantine_settled_days=0, quarantine_waiting_days=0, feedback_days=0)
    here.record(admitted(2, number="A1"), admitted(2))
    here.clock.set(NOW + timedelta(days=9000))
    assert Quarantine(here.service).clear() == (0, 0, 0)
    here.close()
