"""The consumer on each broker: everything once, in batches, from where the log says; what is wrong is said or kept."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import psycopg
import pytest

from adapters.codec import encode_wire
from adapters.commands.quarantine import Quarantine
from adapters.intake.kafka.consumer import Consumer
from adapters.intake.kafka.starting_offsets import LOG_GAP, LOG_SHORTENED, place
from adapters.intake.kafka.status import DATABASE_LOST, PARTITION_PAUSED, Status
from adapters.intake.kafka.topics import cluster_name, tracking_name
from adapters.service.opened import Service
from tests.builders.nightly import ON_THE_REAL_ONES
from tests.builders.stream import area, counted, event, mark, publish, recorded, service_of, tracked, upn
from tests.servers.plugin import Stack

EDUCATION = "icr.education.v1"


def drain(service: Service, *, seconds: float = 60) -> Status:
    """Consume until everything published is recorded."""
    consumer = Consumer(service)
    end = time.monotonic() + seconds
    return consumer.run(lambda: consumer.caught_up or time.monotonic() > end)


def run_while(service: Service, condition: Callable[[Consumer], bool], *, seconds: float = 30) -> Status:
    """Consume as long as a condition holds."""
    consumer = Consumer(service)
    end = time.monotonic() + seconds
    return consumer.run(lambda: not condition(consumer) or time.monotonic() > end)


def test_everything_published_is_recorded_once_and_counted(stack: Stack) -> None:
    messages = area()
    publish(stack.bootstrap_servers, messages)
    with service_of(stack) as service:
        status = drain(service)
        again = drain(service)
    counts = status.counts
    assert counts.read == len(messages) == recorded(stack)
    assert counts.read == counts.accepted + counts.duplicate + counts.conflict + counts.kept
    assert counts.accepted == counted(stack)["event"] == counted(stack)["inbox"]
    assert counts.duplicate > 0  # the simulator sends some again
    assert (counts.conflict, counts.kept) == (0, 0)
    assert again.counts.read == 0
    assert status.wrong == ()


@ON_THE_REAL_ONES
def test_a_second_publication_of_the_same_doubles_nothing(stack: Stack) -> None:
    messages = area()[:1500]
    publish(stack.bootstrap_servers, messages)
    with service_of(stack) as service:
        drain(service)
        before = counted(stack)
        publish(stack.bootstrap_servers, messages)
        status = drain(service)
    assert status.counts.duplicate == len(messages)
    assert counted(stack) == before


def test_a_stopped_consumer_is_followed_by_one_that_reads_on(stack: Stack) -> None:
    messages = area()
    publish(stack.bootstrap_servers, messages)
    with service_of(stack) as service:
        first = run_while(service, lambda consumer: consumer.status.counts.read < 500)
        at = recorded(stack)
        assert 0 < at == first.counts.read < len(messages)
        second = drain(service)
    assert first.counts.read + second.counts.read == len(messages)
    assert first.counts.accepted + second.counts.accepted == counted(stack)["event"]


@ON_THE_REAL_ONES
def test_what_cannot_be_read_or_trusted_is_kept_and_the_stream_goes_on(stack: Stack) -> None:
    good = encode_wire(mark(1))
    bad = [
        b"",
        None,
        b"garbage",
        b"\xc3\x01" + bytes(8) + b"x",
        good[:-3],
        good + b"\0",
        b"\xc3\x01" + good[2:10] + b"\xff" * 40,
        b"[" + b"1," * 200_000 + b"1]",
        b'{"event_type":"PupilAdmitted","event_type":"PupilAdmitted"}',
        json.dumps(mark(2, organisation="ods-Z99999")).encode(),
        json.dumps({**mark(3), "event_type": "PupilExpelled"}).encode(),
        json.dumps(
            event(
                "AttendanceMarked", "e4", "urn-900001", {"upn": "A12"}, "2025-09-04", school="900001", am="/", pm=None
            )
        ).encode(),
        json.dumps(mark(5, am="%")).encode(),
    ]
    publish(stack.bootstrap_servers, [(EDUCATION, b"k", good), *((EDUCATION, b"k", value) for value in bad)])
    publish(stack.bootstrap_servers, [(EDUCATION, b"k", encode_wire(mark(6)))])
    with service_of(stack) as service:
        counts = drain(service).counts
    assert counts.read == len(bad) + 2
    assert counts.accepted == 2
    assert (counts.kept, counts.duplicate) == (len(bad), 0)
    assert counts.reasons["undecodable"] >= 4
    assert set(counts.reasons) == {
        "undecodable", "empty", "unknown_schema", "unknown_field", "wrong_organisation", "unknown_event_type", "bad_form", "unknown_code",
        "too_large",
    } - ({"too_large"} if counts.reasons["too_large"] == 0 else set())  # fmt: skip


@ON_THE_REAL_ONES
def test_a_partition_of_which_too_much_cannot_be_read_pauses_and_the_others_go_on(stack: Stack) -> None:
    topic, other = EDUCATION, "icr.health.v1"
    publish(stack.bootstrap_servers, [(topic, None, b"rubbish %d" % n) for n in range(300)], partition=1)
    publish(stack.bootstrap_servers, [(topic, None, encode_wire(mark(n))) for n in range(20)], partition=2)
    publish(stack.bootstrap_servers, [m for m in area() if m[0] == other][:50])
    with service_of(stack) as service:
        status = run_while(service, lambda consumer: recorded(stack) < 70 or not consumer.status.paused)
        assert PARTITION_PAUSED in status.wrong
        # A first poll may bring a few of them, fewer than make a partition pause.
        kept = status.counts.kept
        assert kept < service.settings.pause_unreadable_minimum
        assert tracked(stack).get(f"{topic}:1", 0) == kept
        # The operator decides to take it all.
        open_handed = replace(service.settings, pause_unreadable_share=1.0)
        changed = Service(
            open_handed, service.database_url, service.bootstrap_servers, service.incarnation, service.embedded_broker,
            service.keys, service.clock,
        )  # fmt: skip
        assert drain(changed).counts.kept == 300 - kept
    assert tracked(stack)[f"{topic}:1"] == 300


@ON_THE_REAL_ONES
def test_confluent_framing_is_read_by_the_ids_that_are_set(stack: Stack) -> None:
    def framed(serial: int, schema_id: int) -> bytes:
        return b"\0" + schema_id.to_bytes(4, "big") + encode_wire(mark(serial))[10:]

    # More than a partition may hold of what cannot be read.
    publish(stack.bootstrap_servers, [(EDUCATION, b"k", framed(serial, 41)) for serial in range(150)])
    publish(stack.bootstrap_servers, [(EDUCATION, b"k", framed(150, 42))])
    with service_of(stack) as service:
        ids = {41: encode_wire(mark(1))[2:10].hex()}
        settings = replace(service.settings, confluent_schema_ids=ids)
        counts = drain(replace(service, settings=settings)).counts
        assert (counts.accepted, counts.kept, dict(counts.reasons)) == (150, 1, {"unknown_schema": 1})
        # The registry has one more: what was kept for it is taken in.
        settings = replace(service.settings, confluent_schema_ids={42: ids[41]})
        counts = Quarantine(replace(service, settings=settings)).redrive(None, "unknown_schema")
    assert (counts.accepted, counts.kept) == (1, 0)
    assert counted(stack)["event"] == 151


@ON_THE_REAL_ONES
def test_a_trickle_of_rubbish_pauses_the_partition_too(stack: Stack) -> None:
    with service_of(stack) as service:
        done = threading.Event()
        consumer = Consumer(service)
        thread = threading.Thread(target=lambda: consumer.run(done.is_set))
        thread.start()
        try:
            for batch in range(60):
                publish(
                    stack.bootstrap_servers, [(EDUCATION, None, b"r %d %d" % (batch, n)) for n in range(9)], partition=0
                )
                if consumer.status.paused:
                    break
                time.sleep(0.02)
            end = time.monotonic() + 10
            while not consumer.status.paused and time.monotonic() < end:
                time.sleep(0.05)
        finally:
            done.set()
            thread.join()
    assert PARTITION_PAUSED in consumer.status.wrong
    assert counted(stack)["aside"] <= service.settings.pause_unreadable_minimum + 50


@ON_THE_REAL_ONES
def test_a_consumer_that_is_overtaken_is_fenced_and_reads_on_from_the_log(stack: Stack) -> None:
    messages = [m for m in area() if m[0] == EDUCATION]
    publish(stack.bootstrap_servers, messages[:400])
    with service_of(stack) as service:
        slow = Consumer(service)
        overtaken = False

        def overtake() -> bool:
            nonlocal overtaken
            if slow.status.counts.read and not overtaken:
                overtaken = True
                publish(stack.bootstrap_servers, messages[400:800])
                with psycopg.connect(stack.database_url) as connection:  # as another consumer would
                    connection.execute("UPDATE log.tracking SET next_offset = next_offset + 1")
            return slow.caught_up and slow.status.counts.read >= 700

        end = time.monotonic() + 30
        status = slow.run(lambda: overtake() or time.monotonic() > end)
    assert status.counts.read == 800 - len(tracked(stack))  # the one that "another" has recorded is not read again
    assert recorded(stack) == 800


@ON_THE_REAL_ONES
def test_a_lost_database_is_waited_for_and_nothing_is_lost_or_doubled(stack: Stack) -> None:
    messages = area()
    publish(stack.bootstrap_servers, messages)
    # Small batches, or all would be recorded before the fifth cut.
    with service_of(stack, batch_size=300) as service:
        consumer = Consumer(service)
        kills = 0

        def cut() -> bool:
            nonlocal kills
            if kills < 5 and consumer.status.counts.read > kills * 300:
                kills += 1
                with psycopg.connect(stack.database_url, autocommit=True) as connection:
                    connection.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'icr' AND datname = current_database()"
                    )
            return consumer.caught_up

        end = time.monotonic() + 60
        status = consumer.run(lambda: cut() or time.monotonic() > end)
    assert kills == 5
    assert DATABASE_LOST not in status.wrong
    assert recorded(stack) == len(messages)
    assert counted(stack)["event"] == status.counts.accepted


@pytest.mark.parametrize(
    ("recorded_", "first", "end", "offset", "alarm"),
    [
        (None, 0, 0, 0, None),
        (None, 40, 90, 40, None),
        (50, 40, 90, 50, None),
        (90, 40, 90, 90, None),
        (91, 40, 90, 40, LOG_SHORTENED),
        (30, 40, 90, 40, LOG_GAP),
    ],
)
def test_where_a_partition_is_read_on(
    recorded_: int | None, first: int, end: int, offset: int, alarm: str | None
) -> None:
    found = place(recorded_, first, end)
    assert (found.offset, found.recorded, found.alarm) == (offset, recorded_, alarm)


def test_a_shortened_log_is_said_loudly_and_read_again_without_doubling(stack: Stack) -> None:
    messages = [m for m in area() if m[0] == EDUCATION][:200]
    publish(stack.bootstrap_servers, messages, partition=0)
    with service_of(stack) as service:
        drain(service)
        name = tracking_name(cluster_name(service.bootstrap_servers or "", service.incarnation), EDUCATION, 0)
        with psycopg.connect(stack.database_url) as connection:  # as if the broker had lost a tail of 50
            connection.execute("UPDATE log.tracking SET next_offset = 250 WHERE name = %s", (name,))
        status = drain(service)
        assert status.wrong == (LOG_SHORTENED,)
        assert (status.counts.read, status.counts.duplicate) == (200, 200)
        assert tracked(stack)[f"{EDUCATION}:0"] == 200
        assert drain(service).wrong == ()


@ON_THE_REAL_ONES
def test_a_message_that_breaks_the_recorder_is_kept_and_the_stream_goes_on(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    from adapters.log.recorder import Recorder

    publish(stack.bootstrap_servers, [(EDUCATION, b"k", encode_wire(mark(n))) for n in range(50)])
    poison = encode_wire(mark(17))
    record = Recorder._record

    def breaking(self: Recorder, messages, *others):  # type: ignore[no-untyped-def]
        if any(m.data == poison and m.kept is None for m in messages):
            raise ValueError("unforeseen")
        return record(self, messages, *others)

    monkeypatch.setattr(Recorder, "_record", breaking)
    with service_of(stack) as service:
        counts = drain(service).counts
    assert (counts.read, counts.accepted, counts.kept) == (50, 49, 1)
    assert recorded(stack) == 50


def test_ids_of_children_stand_in_no_key(stack: Stack) -> None:
    assert all(upn(1).encode() not in key for _, key, _ in area()[:10])
