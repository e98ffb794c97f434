"""Feedback on topics: each thing at least once and in order, to those that have a topic, across ends and losses."""

import json
import threading
from datetime import date
from typing import Any

import psycopg
import pytest
from confluent_kafka import Consumer as Reader
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from adapters.intake.kafka.feedback_topics import FeedbackPublisher, follow
from adapters.log.feedback.writing import request_replay
from adapters.log.messages import Message
from adapters.service.opened import Service
from domain.errors import Unreachable
from tests.builders.asking import feedback
from tests.builders.process import icr, wait_for
from tests.builders.stream import mark, service_of
from tests.integration.log.test_feedback import OTHER, SCHOOL, admitted
from tests.servers.plugin import Stack

TOPIC = f"icr.feedback.{SCHOOL}.v1"


def make_topic(stack: Stack, topic: str) -> None:
    if stack.real_kafka is not None:
        stack.real_kafka.create_topics([topic])
    else:
        AdminClient({"bootstrap.servers": stack.bootstrap_servers, "log_level": 0}).list_topics(topic, timeout=10)


def told(stack: Stack, topic: str = TOPIC) -> list[dict[str, Any]]:
    """All messages of a topic."""
    reader = Reader(
        {
            "bootstrap.servers": stack.bootstrap_servers,
            "group.id": "reader",
            "enable.auto.commit": False,
            "log_level": 0,
        }
    )
    found = []
    for number in range(4):
        partition = TopicPartition(topic, number, 0)
        _, end = reader.get_watermark_offsets(partition, timeout=10)
        if not end:
            continue
        reader.assign([partition])
        while len(messages := reader.consume(1000, timeout=0.5)) or reader.position([partition])[0].offset < end:
            assert all(message.key() == SCHOOL.encode() or topic != TOPIC for message in messages)
            found += [json.loads(message.value() or b"") for message in messages]
    reader.close()
    return found


def record(service: Service, *events: Any) -> None:
    recorder = service.recorder()
    recorder.record([Message(one) for one in events])
    recorder.close()


def quiet(*_: object, **__: object) -> None:
    pass


def test_an_agency_with_a_topic_is_told_what_the_answer_over_http_says(stack: Stack) -> None:
    make_topic(stack, TOPIC)
    with service_of(stack) as service:
        record(service, mark(1), mark(2, organisation=OTHER), admitted(3, identifiers={"upn": "A1"}), mark(1))
        with service.connect() as connection:
            request_replay(
                connection, SCHOOL, "AttendanceMarked", date(2025, 9, 1), date(2025, 10, 1), service.clock.now()
            )
            page = feedback(service, SCHOOL)
        assert follow(service, lambda: False, quiet, until_end=True) == 4
        assert told(stack) == [{"organisation": SCHOOL} | one for one in page["feedback"]]
        assert [one.get("outcome") for one in page["feedback"]] == ["accepted", "duplicate", "kept", None]
        # Nothing is told twice without need, and what came since is.
        assert follow(service, lambda: False, quiet, until_end=True) == 0
        record(service, mark(9))
        assert follow(service, lambda: False, quiet, until_end=True) == 1
    assert [one["event_id"] for one in told(stack)[-1:]] == ["mark-9"]


def test_a_topic_that_is_made_later_begins_at_the_beginning(stack: Stack) -> None:
    other = f"icr.feedback.{OTHER}.v1"
    make_topic(stack, TOPIC)
    with service_of(stack) as service:
        record(service, mark(1), mark(2, organisation=OTHER))
        assert follow(service, lambda: False, quiet, until_end=True) == 1
        make_topic(stack, other)
        assert follow(service, lambda: False, quiet, until_end=True) == 1
    assert [one["event_id"] for one in told(stack, other)] == ["mark-2"]


def test_what_was_not_acknowledged_is_told_again_under_its_cursor(
    embedded_stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = embedded_stack
    make_topic(stack, TOPIC)
    with service_of(stack) as service:
        record(service, *(mark(n) for n in range(5)))
        teller = FeedbackPublisher(service)
        with monkeypatch.context() as patch:
            patch.setattr("adapters.intake.kafka.feedback_topics.write_cursor", _lost)
            with pytest.raises(psycopg.OperationalError):
                teller.step()
        teller.close()
        teller.step()
        teller.close()
    found = told(stack)
    assert len(found) == 10
    assert found[:5] == found[5:]


def _lost(*_: object) -> None:
    raise psycopg.OperationalError


def test_one_of_two_tells_and_the_other_takes_over(embedded_stack: Stack) -> None:
    stack = embedded_stack
    make_topic(stack, TOPIC)
    with service_of(stack) as service:
        record(service, mark(1))
        first, second = FeedbackPublisher(service), FeedbackPublisher(service)
        first.step()
        record(service, mark(2))
        second.step()
        assert (first.told, second.told) == (1, 0)
        first.step()
        first.close()
        record(service, mark(3))
        wait_for(lambda: second.step() or second.told)
        second.close()
    assert [one["event_id"] for one in told(stack)] == ["mark-1", "mark-2", "mark-3"]


def test_a_lost_database_is_waited_for(embedded_stack: Stack) -> None:
    stack = embedded_stack
    make_topic(stack, TOPIC)
    said: list[tuple[str, ...]] = []
    done = threading.Event()
    with service_of(stack) as service:
        record(service, mark(1))
        thread = threading.Thread(
            target=follow, args=(service, done.is_set, lambda trouble=(), **_: said.append(trouble))
        )
        thread.start()
        try:
            wait_for(lambda: len(told(stack)) == 1)
            with psycopg.connect(stack.database_url, autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'icr' AND datname = current_database()"
                )
            record(service, mark(2))
            wait_for(lambda: len(told(stack)) == 2)
        finally:
            done.set()
            thread.join()
    assert ("database_lost",) in said
    assert said[-1] == ()


def test_a_broker_that_does_not_acknowledge_is_said(embedded_stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    stack = embedded_stack
    make_topic(stack, TOPIC)
    with service_of(stack) as service:
        record(service, mark(1))
        teller = FeedbackPublisher(service)
        monkeypatch.setattr(
            "adapters.intake.kafka.producer.KafkaProducer.flush", lambda self: setattr(self, "failed", "timed_out")
        )
        with pytest.raises(Unreachable):
            teller.step()
        teller.close()
        with service.connect() as connection:
            assert connection.execute("SELECT count(*) FROM log.feedback_reader").fetchone() == (0,)


def test_tell_is_a_command(embedded_stack: Stack) -> None:
    stack = embedded_stack
    make_topic(stack, TOPIC)
    with service_of(stack) as service:
        record(service, mark(1), mark(2))
        done = icr("tell", "--until-end", "--json", environment=stack.environment)
        assert (done.returncode, json.loads(done.stdout)) == (0, {"told": 2}), done.stderr
        assert len(told(stack)) == 2


def test_telling_and_projecting_do_not_wait_for_each_other(embedded_stack: Stack) -> None:
    make_topic(embedded_stack, TOPIC)
    with service_of(embedded_stack) as service:
        record(service, mark(1))
        teller, projector = FeedbackPublisher(service), service.projector()
        teller.step()
        assert projector.project() == 1
        teller.close()
        projector.close()
