"""What clocks do to us, and what must come of it: events from the future wait, a wrong clock of ours pauses everything."""

import contextlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from fastapi.testclient import TestClient

from adapters.api.app import create_app
from adapters.codec import encode_wire
from adapters.log import recorder
from adapters.log.messages import Message, Outcome
from adapters.process.clock import ClockCheck, SystemClock
from adapters.service.opened import Service
from domain.errors import ClockWrong
from tests.builders.example_family import example_family
from tests.builders.process import icr, started, wait_for
from tests.builders.service import NOW, Bench
from tests.builders.stream import area, counted, event, mark, publish, recorded, service_of
from tests.servers.plugin import Stack

EDUCATION = "icr.education.v1"
TOLERANCE = timedelta(seconds=300)


@pytest.fixture
def here(any_emptied_bench: Bench) -> Bench:
    return any_emptied_bench


def instant(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def outcome(outcomes: list[Outcome]) -> tuple[str, str | None]:
    [one] = outcomes
    return one.outcome, one.reason


# ---- events from the future

AHEAD = {
    "as our clock says": (timedelta(0), "accepted"),
    "within the tolerance": (TOLERANCE, "accepted"),
    "just beyond it": (TOLERANCE + timedelta(microseconds=1), "kept"),
    "in an hour": (timedelta(hours=1), "kept"),
    "tomorrow": (timedelta(days=1), "kept"),
    "in 2099": (datetime(2099, 1, 1, tzinfo=UTC) - NOW, "kept"),
    "at the end of the calendar": (datetime(9999, 12, 31, tzinfo=UTC) - NOW, "kept"),
}


@pytest.mark.parametrize(("ahead", "becomes"), AHEAD.values(), ids=AHEAD)
def test_an_event_recorded_in_the_future_is_kept(here: Bench, ahead: timedelta, becomes: str) -> None:
    found = outcome(here.record({**mark(1), "recorded_at": instant(NOW + ahead)}))
    assert found == (becomes, None if becomes == "accepted" else "from_the_future")


ONE_OF_EACH = {one["event_type"]: one for one in example_family()}


@pytest.mark.parametrize("event_type", ONE_OF_EACH)
def test_so_is_an_event_of_any_type_and_a_report_of_a_feed(here: Bench, event_type: str) -> None:
    late = {**ONE_OF_EACH[event_type], "recorded_at": instant(NOW + timedelta(days=1))}
    assert outcome(here.record(late)) == ("kept", "from_the_future")


@pytest.mark.parametrize("wire", ["Avro", "JSON"])
def test_the_same_is_said_of_both_forms_of_a_message(here: Bench, wire: str) -> None:
    body = {**mark(1), "recorded_at": "2099-01-01T00:00:00Z"}
    message = json.dumps(body).encode() if wire == "JSON" else encode_wire(body)
    assert outcome(here.record(Message(message, "education"))) == ("kept", "from_the_future")


def test_it_is_kept_from_kafka_and_over_http(embedded_stack: Stack) -> None:
    body = {**mark(1), "recorded_at": "2999-01-01T00:00:00Z"}
    publish(embedded_stack.bootstrap_servers, [(EDUCATION, None, json.dumps(body).encode())])
    done = icr("consume", "--until-end", "--json", environment=embedded_stack.environment)
    assert json.loads(done.stdout)["kept"] == 1
    with service_of(embedded_stack) as service, TestClient(create_app(service), base_url="http://127.0.0.1") as client:
        answer = client.post("/v1/events", json=[{**body, "event_id": "other"}])
    assert answer.json()["reasons"] == {"from_the_future": 1}


def test_amendments_from_the_future_are_kept_and_do_not_stand_above_later_truths(here: Bench) -> None:
    assert outcome(here.record(mark(1))) == ("accepted", None)
    retraction = event(
        "EventRetracted", "r-1", "urn-900001", {"upn": mark(1)["subject"]["identifiers"][0]["value"]}, "2025-11-03",
        target={"event_id": "mark-1", "source_record_id": None, "reason": "recorded_in_error"},
    )  # fmt: skip
    assert outcome(here.record({**retraction, "recorded_at": "2099-01-01T00:00:00Z"})) == ("kept", "from_the_future")
    assert counted_of(here) == 1


def counted_of(here: Bench) -> int:
    [count] = here.connection.execute("SELECT count(*) FROM log.event").fetchone() or ()
    return int(count)


def test_it_is_recorded_by_whoever_appends_when_its_time_has_come(here: Bench) -> None:
    assert outcome(here.record({**mark(1), "recorded_at": instant(NOW + timedelta(hours=1))}))[0] == "kept"
    here.record(mark(2))
    assert counted_of(here) == 1
    here.clock.advance(timedelta(minutes=54))
    here.record(mark(3))
    assert counted_of(here) == 2
    here.clock.advance(timedelta(minutes=1))
    here.record(mark(4))
    assert counted_of(here) == 4
    assert here.connection.execute("SELECT state FROM log.aside").fetchall() == [("released",)]


def test_bug_whoever_appended_recorded_all_whose_time_had_come(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """One batch within the other: a thousand deep the interpreter ends it, and whoever appends waits for all of them."""
    monkeypatch.setattr(recorder, "READY_AT_ONCE", 2)
    here.record(*({**mark(n), "recorded_at": instant(NOW + timedelta(hours=1))} for n in range(1, 11)))
    here.clock.advance(timedelta(hours=2))
    for appended, there in enumerate((1 + 6, 2 + 10, 3 + 10), 11):
        assert outcome(here.record(mark(appended))) == ("accepted", None)
        assert counted_of(here) == there


def test_one_whose_time_has_come_and_that_cannot_be_recorded_waits_and_stops_nothing(here: Bench) -> None:
    late = {**mark(1, organisation="ods-Z9H"), "recorded_at": instant(NOW + timedelta(hours=1))}
    here.record(Message(late))
    here.connection.execute("UPDATE log.aside SET due_at = now() - interval '1 year', reason = 'from_the_future'")
    assert outcome(here.record(mark(2))) == ("accepted", None)
    assert outcome(here.record(mark(3))) == ("accepted", None)
    [(state, reason, due)] = here.connection.execute("SELECT state, reason, due_at FROM log.aside").fetchall()
    assert (state, reason, due) == ("waiting", "wrong_organisation", None)


def test_sent_again_with_the_right_time_it_replaces_what_was_kept(here: Bench) -> None:
    here.record({**mark(1), "recorded_at": "2099-01-01T00:00:00Z"})
    assert outcome(here.record(mark(1))) == ("accepted", None)
    assert here.connection.execute("SELECT state FROM log.aside").fetchall() == [("replaced",)]


# ---- our own clock


def test_received_at_never_goes_back(here: Bench) -> None:
    for number, step in enumerate((0, -30, 40, -59, -1, 3600, -60)):
        here.clock.advance(timedelta(seconds=step))
        here.record(mark(number), {**mark(number + 50), "recorded_at": "1800-01-01T00:00:00Z"})
    for query in (
        "SELECT received_at FROM log.batch ORDER BY last",
        "SELECT at FROM log.feedback ORDER BY number",
    ):
        times = [at for (at,) in here.connection.execute(query).fetchall()]
        assert len(times) == 7
        assert times == sorted(times)


def test_a_clock_that_is_far_behind_records_nothing_and_keeps_nothing(here: Bench) -> None:
    here.record(mark(1))
    here.clock.advance(timedelta(seconds=-61))
    with pytest.raises(ClockWrong, match="clock_behind"):
        here.record(mark(2), {**mark(3), "recorded_at": instant(NOW)})
    assert counted_of(here) == 1
    assert here.connection.execute("SELECT count(*) FROM log.aside").fetchone() == (0,)
    here.clock.advance(timedelta(seconds=2))
    assert outcome(here.record(mark(2))) == ("accepted", None)


class Off(SystemClock):
    """The machine's clock, wrong by some time."""

    def __init__(self, by: timedelta) -> None:
        self._by = by

    def now(self) -> datetime:
        return super().now() + self._by


@pytest.mark.parametrize("by", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=365), timedelta(seconds=-70)])
def test_a_clock_that_differs_from_the_databases_records_nothing(here: Bench, by: timedelta) -> None:
    service = here.service
    clock = Off(by)
    wrong = Service(service.settings, service.database_url, None, None, False, service.keys, clock)
    with contextlib.closing(wrong.recorder()) as recorder, pytest.raises(ClockWrong, match="clock_differs"):
        recorder.record([Message(mark(1))])
    assert counted_of(here) == 0


@pytest.mark.parametrize(
    ("now", "newest", "database", "trouble"),
    [
        (0, None, 0, None),
        (0, 60, 0, None),
        (0, 61, 0, "clock_behind"),
        (0, -9999, 0, None),
        (0, 0, 61, "clock_differs"),
        (0, 0, -61, "clock_differs"),
        (0, 61, 61, "clock_behind"),
    ],
)
def test_what_a_clock_is_held_against(now: int, newest: int | None, database: int, trouble: str | None) -> None:
    def at(seconds: int) -> datetime:
        return NOW + timedelta(seconds=seconds)

    check = ClockCheck(timedelta(seconds=60))
    assert check.trouble(at(now), None if newest is None else at(newest), at(database)) == trouble
    assert ClockCheck(timedelta(0)).trouble(at(now), at(9999), at(9999)) is None


@pytest.fixture
def behind(embedded_stack: Stack) -> Stack:
    """A log whose newest event was received an hour from now, as by a host whose clock was right."""
    with service_of(embedded_stack) as service, contextlib.closing(service.recorder()) as recorder:
        recorder.record([Message(mark(1))])
    move_received(embedded_stack, "1 hour")
    return embedded_stack


def move_received(stack: Stack, by: str) -> None:
    with contextlib.closing(psycopg.connect(stack.database_url, autocommit=True)) as connection:
        connection.execute("UPDATE log.batch SET received_at = received_at + %s::interval", (by,))


def test_the_workers_say_so_pause_and_go_on_when_the_clock_is_right(behind: Stack, tmp_path: Path) -> None:
    environment = behind.environment

    def trouble(worker: str) -> list[str]:
        told = json.loads(icr("health", worker, "--json", environment=environment).stdout)
        return [word for one in told["workers"] for word in one["trouble"]]

    with (
        started("consume", environment=environment, log=tmp_path / "log"),
        started("project", environment=environment, log=tmp_path / "log"),
    ):
        publish(behind.bootstrap_servers, area(20, 30)[:100])
        wait_for(lambda: trouble("consume") == ["clock_behind"] == trouble("project"), pause=0.3, seconds=30)
        assert (recorded(behind), counted(behind)["event"], counted(behind)["aside"]) == (0, 1, 0)
        move_received(behind, "-1 hour")
        wait_for(lambda: recorded(behind) == 100, seconds=30)
        wait_for(lambda: trouble("consume") == [] == trouble("project"), pause=0.3, seconds=30)


def test_an_import_is_refused_with_a_sentence(behind: Stack) -> None:
    done = icr("import", "nems", "tests/fixtures/nems/gp.xml", environment=behind.environment)
    assert done.returncode == 3
    assert "the clock of this host is behind" in done.stderr
    assert "clock_behind" in done.stderr
    assert (counted(behind)["event"], counted(behind)["aside"]) == (1, 0)


def test_http_answers_503_with_the_word(behind: Stack) -> None:
    with service_of(behind) as service, TestClient(create_app(service), base_url="http://127.0.0.1") as client:
        answer = client.post("/v1/events", json=[mark(2)])
        assert answer.status_code == 503
        assert "clock_behind" in answer.text
        assert client.get("/v1/health").status_code == 200
    assert (counted(behind)["event"], counted(behind)["aside"]) == (1, 0)
