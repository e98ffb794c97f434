"""Logs: nothing about a child can stand in them, whatever is passed in."""

import io
import logging
import sys
import threading
from datetime import UTC, datetime

import orjson
import pytest

from adapters.process.clock import FixedClock
from adapters.process.logs import FIELDS, configure_logs, describe, dropped_total, get_logger
from domain.errors import Rejected

NHS_NUMBER = "9990548609"
UPN = "A801200000012"


class Lines:
    """What was logged."""

    def __init__(self, stream: io.StringIO) -> None:
        self.stream = stream

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def last(self) -> dict[str, object]:
        line: dict[str, object] = orjson.loads(self.text.splitlines()[-1])
        return line


@pytest.fixture
def lines() -> Lines:
    stream = io.StringIO()
    configure_logs(clock=FixedClock(datetime(2026, 9, 2, 8, 15, tzinfo=UTC)), stream=stream)
    return Lines(stream)


def test_a_line_is_a_json_document_with_time_event_level_and_fields(lines: Lines) -> None:
    get_logger("consumer").info("batch_recorded", accepted=12, topic="icr.health.v1", position="1:48211")
    assert lines.last() == {
        "at": "2026-09-02T08:15:00.000+00:00",
        "event": "batch_recorded",
        "level": "info",
        "component": "consumer",
        "accepted": 12,
        "topic": "icr.health.v1",
        "position": "1:48211",
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"nhs_number": NHS_NUMBER},
        {"family_name": "Example"},
        {"reason": NHS_NUMBER},
        {"reason": "999 054 8609"},
        {"reason": "999-054-8609"},
        {"feed": UPN},
        {"reason": "Ada Example"},
        {"organisation": {"name": "Example"}},
        {"count": "Example"},
        {"position": "Example"},
        {"since": "born 2015-03-01"},
        {"file": "/home/ada/example.csv"},
    ],
)
def test_what_may_not_be_logged_is_dropped_and_counted(lines: Lines, fields: dict[str, object]) -> None:
    before = dropped_total()
    get_logger("consumer").info("event_kept", **fields)
    line = lines.last()
    assert line["dropped"] == 1
    assert set(line) == {"at", "event", "level", "component", "dropped"}
    assert dropped_total() == before + 1


@pytest.mark.parametrize("event", [f"kept {NHS_NUMBER}", f"kept_{NHS_NUMBER}", "Ada Example", ""])
def test_an_event_is_a_constant_not_a_sentence(lines: Lines, event: str) -> None:
    get_logger("consumer").info(event)
    assert lines.last()["event"] == "unnamed_event"
    assert lines.last()["dropped"] == 1


def test_arguments_put_into_the_event_do_not_come_out(lines: Lines) -> None:
    get_logger("consumer").info("kept %s", NHS_NUMBER)
    assert NHS_NUMBER not in lines.text


def test_an_exception_is_its_type_and_place_and_never_its_text(lines: Lines) -> None:
    try:
        raise ValueError(f"Key (nhs)=({NHS_NUMBER}) already exists")
    except ValueError:
        get_logger("recorder").exception("batch_failed")
    assert lines.last()["error"] == "ValueError"
    assert str(lines.last()["error_at"]).startswith("test_logs.py:")
    assert NHS_NUMBER not in lines.text


def test_our_own_exceptions_say_their_reason_code(lines: Lines) -> None:
    get_logger("recorder").warning("event_kept", exc_info=Rejected("bad_check_digit", field=NHS_NUMBER, rule="x"))
    assert lines.last()["reason"] == "bad_check_digit"
    assert NHS_NUMBER not in lines.text


def test_libraries_say_who_and_where_only(lines: Lines) -> None:
    logging.getLogger("kafka.consumer").warning("cannot read %s", NHS_NUMBER)
    line = lines.last()
    assert line["event"] == "library_message"
    assert line["library"] == "kafka.consumer"
    assert NHS_NUMBER not in lines.text


def test_libraries_exceptions_too(lines: Lines) -> None:
    try:
        raise ValueError(NHS_NUMBER)
    except ValueError:
        logging.getLogger("psycopg.pool").exception("failed")
    assert lines.last()["error"] == "ValueError"
    assert NHS_NUMBER not in lines.text


def test_uncaught_exceptions_end_up_there_too(lines: Lines) -> None:
    def fail() -> None:
        raise ValueError(NHS_NUMBER)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert lines.last()["event"] == "uncaught_exception"
    sys.excepthook(ValueError, ValueError(NHS_NUMBER), None)
    assert [orjson.loads(line)["event"] for line in lines.text.splitlines()] == ["uncaught_exception"] * 2
    assert NHS_NUMBER not in lines.text


def test_lines_below_the_level_are_not_written(lines: Lines) -> None:
    get_logger("consumer").debug("poll_returned", count=0)
    assert lines.text == ""


def test_configuring_again_doubles_nothing(lines: Lines) -> None:
    stream = io.StringIO()
    configure_logs(stream=stream)
    logging.getLogger("kafka").warning("x")
    assert len(stream.getvalue().splitlines()) == 1
    assert lines.text == ""


def test_no_field_is_one_that_would_hold_a_person() -> None:
    telling = "name nhs upn postcode address birth file path url subject value message identifier".split()
    assert [field for field in FIELDS if set(field.split("_")) & set(telling)] == []


def test_an_exception_without_a_traceback_has_no_place() -> None:
    assert describe(ValueError("x")) == {"error": "ValueError"}


def test_bug_a_line_that_cannot_be_written_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    closed, later = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", closed)
    configure_logs()
    log = get_logger("consumer")
    log.info("batch_recorded")
    closed.close()
    before = dropped_total()
    log.info("batch_recorded")
    assert dropped_total() == before + 1
    monkeypatch.setattr(sys, "stderr", later)
    log.info("batch_recorded")
    assert len(later.getvalue().splitlines()) == 1
