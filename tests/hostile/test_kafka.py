"""What is thrown at the entrance from Kafka, and what must come of each: recorded, kept with its reason, or set apart.

Each row of the table goes to a partition of its own, with a good event before and behind it where a batch can be behind
another. One consumer then reads all of them: whatever one partition holds, the others are read to their ends.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from adapters.codec import encode_wire
from adapters.intake.kafka.consumer import Consumer
from adapters.intake.kafka.status import PARTITION_PAUSED, Status
from adapters.intake.kafka.topics import PARTITIONS, SHARED_TOPICS
from adapters.log.pauses import list_pauses
from adapters.service.opened import Service
from tests.builders.batches import NAMES, PACKERS, batch, plain, put, record, varint
from tests.builders.nightly import ON_THE_REAL_ONES
from tests.builders.process import icr
from tests.builders.stream import mark, publish, service_of, tracked
from tests.servers.plugin import Stack
from tools.kafka_broker import JavaBroker

EDUCATION: Final = "icr.education.v1"


def good(serial: int) -> bytes:
    return encode_wire(mark(serial, serial % 50))


@dataclass(frozen=True, slots=True)
class Thrown:
    """Bytes of a batch, and what must come of them: good events read, reasons of what is kept, or the place apart.

    A good event is one of education, which is accepted on its own topic and kept as `wrong_organisation` on others.

    `apart` is the offset, counted from the batch's own first, at which the partition is paused.
    """

    name: str
    data: Callable[[int], bytes]
    read: int = 0
    kept: tuple[str, ...] = ()
    apart: int | None = None


def one(value: bytes | None, **options: Any) -> Callable[[int], bytes]:
    """A batch of one record."""
    return lambda serial: batch([record(0, good(serial) if value == b"good" else value, **options)])


def whole(**options: Any) -> Callable[[int], bytes]:
    """A batch of one good record, in which the batch's own parts are wrong."""
    return lambda serial: plain([good(serial)], **options)


def of_blanks(codec: int) -> Callable[[int], bytes]:
    """A batch of one record of 64 megabytes, packed when it is thrown: each worker of the tests loads this module."""
    return lambda serial: plain([good(serial)], codec=codec, packed=PACKERS[codec](b"{" + b" " * (64 << 20) + b"}"))


def between(broken: bytes, behind: int = 1) -> Callable[[int], bytes]:
    """A good record, a broken one, and good ones behind it in the same batch."""
    return lambda serial: batch(
        [record(0, good(serial)), broken, *(record(2 + n, good(serial + 1 + n)) for n in range(behind))]
    )


CODECS: Final = [
    *(Thrown(f"{NAMES[codec]}, good", whole(codec=codec), read=1) for codec in PACKERS),
    *(Thrown(f"{NAMES[c]}, packed data broken", whole(codec=c, packed=b"\xff" * 40), apart=0) for c in PACKERS if c),
    *(Thrown(f"{NAMES[c]}, cut short", whole(codec=c, packed=PACKERS[c](good(1) * 9)[:-9]), apart=0) for c in PACKERS),
    *(Thrown(f"{NAMES[c]}, 64 MB unpacked", of_blanks(c), apart=0) for c in (1, 3, 4)),
    *(Thrown(f"codec {number}", whole(attributes=number), apart=0) for number in (5, 6, 7)),
    Thrown("snappy, a false size in front", whole(codec=2, packed=b"\xff\xff\xff\xff\x07" + b"x" * 30), apart=0),
    Thrown("nothing packed", whole(codec=4, packed=b""), apart=0),
]
BATCHES: Final = [
    Thrown("checksum", whole(checksum=1), apart=0),
    *(Thrown(f"magic {number}", whole(magic=number), apart=0) for number in (3, 100, 127)),
    Thrown("more records said than there are", whole(count=3, last_delta=2), read=1, apart=1),
    Thrown("fewer records said than there are", lambda n: plain([good(n), good(n + 1)], count=1), apart=0),
    Thrown("more records than offsets", whole(count=9), apart=0),
    Thrown("times of no calendar", whole(times=(-(1 << 62), (1 << 62))), read=1),
    Thrown("every unused bit of the attributes", whole(attributes=0x7F80), read=1),
]
RECORDS: Final = [
    Thrown("a header's name that is no UTF-8", one(b"good", headers=[(b"\xff\xfe", b"1")]), read=1),
    Thrown("a header without value", one(b"good", headers=[(b"h", None)]), read=1),
    Thrown("ten thousand headers", one(b"good", headers=[(b"h", b"v")] * 10_000), read=1),
    Thrown("the same header's name a hundred times", one(b"good", headers=[(b"h", b"v")] * 100), read=1),
    Thrown("a header count below none", one(b"good", header_count=-1), apart=0),
    Thrown("more headers than there are", one(b"good", header_count=7), apart=0),
    Thrown("fewer headers than there are", one(b"good", headers=[(b"h", b"v")] * 3, header_count=1), apart=0),
    Thrown("a key of half a megabyte", one(b"good", key=b"k" * (512 << 10)), read=1),
    Thrown("no key", one(b"good", key=None), read=1),
    Thrown("a key longer than its record", one(b"good", key_size=1 << 20), apart=0),
    Thrown("a value longer than its record", one(b"good", value_size=1 << 20), apart=0),
    Thrown("a time of 2^62", one(b"good", time=1 << 62), read=1),
    Thrown("a length of none", between(varint(0)), read=1, apart=1),
    Thrown("a negative length", between(varint(-5)), read=1, apart=1),
    Thrown("a length beyond the batch", between(record(1, b"x", length=1 << 30)), read=1, apart=1),
    Thrown("a length of eleven bytes", between(b"\xff" * 11), read=1, apart=1),
    Thrown("an offset before its place", between(record(-7, b"x")), read=1, apart=1),
    Thrown("an offset behind the batch", between(record(900, b"x")), read=1, apart=1),
    Thrown("an offset twice", between(record(0, b"x")), read=1, apart=1),
    Thrown("bytes behind the last record", lambda n: batch([record(0, good(n)), b"\0" * 5], count=1), apart=0),
]
VALUES: Final = [
    Thrown("a tombstone", one(None), kept=("empty",)),
    Thrown("nothing", one(b""), kept=("undecodable",)),
    Thrown("a message of two megabytes", one(b"{" + b" " * (2 << 20) + b"}"), kept=("too_large",)),
    Thrown("rubbish", one(b"\xff\xfe rubbish"), kept=("undecodable",)),
]
ALL: Final = [*CODECS, *BATCHES, *RECORDS, *VALUES]
PLACES: Final = [(topic, number) for topic in SHARED_TOPICS for number in range(PARTITIONS)]


def drain(service: Service, *, seconds: float = 60) -> Status:
    """Consume until everything that can be read is recorded."""
    consumer = Consumer(service)
    end = time.monotonic() + seconds
    status = consumer.run(lambda: consumer.caught_up or time.monotonic() > end)
    assert consumer.caught_up
    return status


def log_of(stack: Stack, topic: str, partition: int) -> Path | None:
    """Where a real broker of ours keeps a partition."""
    if stack.real_kafka is None:
        return None
    broker = stack.real_kafka.broker
    if not isinstance(broker, JavaBroker):
        pytest.skip("the broker's files are out of reach")
    return broker.folder / "data" / f"{topic}-{partition}"


def test_each_ends_as_it_must_and_stops_no_other(embedded_stack: Stack) -> None:
    places = dict(zip((thrown.name for thrown in ALL), PLACES, strict=False))
    assert len(places) == len(ALL)
    for index, thrown in enumerate(ALL):
        topic, partition = places[thrown.name]
        publish(embedded_stack.bootstrap_servers, [(topic, None, good(index * 10))], partition=partition)
        put(embedded_stack.bootstrap_servers, topic, partition, thrown.data(index * 10 + 1), count=1)
    with service_of(embedded_stack) as service:
        status = drain(service)
        with service.connect() as connection:
            found = {(one.topic, one.partition): one for one in list_pauses(connection)}
    wrong = []
    for thrown in ALL:
        place = places[thrown.name]
        apart = found[place].first_offset - 1 if place in found else None
        ends = tracked(embedded_stack)[f"{place[0]}:{place[1]}"]
        expected = 1 + thrown.read + len(thrown.kept)
        if apart != thrown.apart or (apart is not None and ends != 1 + apart) or (apart is None and ends != expected):
            wrong.append((thrown.name, apart, ends, found.get(place) and found[place].detail))
    assert not wrong
    counts = status.counts
    assert counts.read == counts.accepted + counts.duplicate + counts.conflict + counts.kept
    assert counts.accepted + counts.reasons.pop("wrong_organisation") == len(ALL) + sum(thrown.read for thrown in ALL)
    assert sorted(counts.reasons.elements()) == sorted(reason for thrown in ALL for reason in thrown.kept)
    assert PARTITION_PAUSED in status.wrong
    named = {(one["topic"], one["partition"], one["offset"]) for one in status.partitions}
    assert named == {(*place, one.first_offset) for place, one in found.items()}
    assert status.paused == sum(thrown.apart is not None for thrown in ALL)


def test_what_is_apart_is_shown_and_a_person_may_skip_it(stack: Stack) -> None:
    """By the commands, on both brokers."""
    place = (EDUCATION, 1)
    publish(stack.bootstrap_servers, [(EDUCATION, None, good(1))], partition=1)
    broken = batch([record(0, good(2)), record(1, b"x", header_count=5), record(2, good(3))], codec=4)
    put(stack.bootstrap_servers, *place, broken, count=3, log=log_of(stack, *place))
    publish(stack.bootstrap_servers, [(EDUCATION, None, good(4))], partition=1)
    publish(stack.bootstrap_servers, [(EDUCATION, None, good(5))], partition=2)
    environment = stack.environment
    done = icr("consume", "--until-end", "--json", environment=environment)
    assert done.returncode == 1
    counts = json.loads(done.stdout)
    assert (counts["read"], counts["accepted"], counts["lag"]) == (3, 3, 3)
    assert f"{EDUCATION} 1 at offset 2" in done.stderr

    [paused] = json.loads(icr("partitions", "list", "--json", environment=environment).stdout)["partitions"]
    assert (paused["topic"], paused["partition"], paused["offset"], paused["next_offset"]) == (*place, 2, 3)
    assert (paused["state"], paused["reason"]) == ("paused", "unreadable_record")
    listed = json.loads(
        icr("quarantine", "list", "--reason", "unreadable_record", "--json", environment=environment).stdout
    )
    assert [one["id"] for one in listed["aside"]] == [paused["aside"]]
    shown = json.loads(
        icr("quarantine", "show", paused["aside"], "--content", "--json", environment=environment).stdout
    )
    content = json.loads(shown["content"])
    assert bytes.fromhex(content["first_bytes"]) == record(1, b"x", header_count=5)
    assert content["bytes"] == len(record(1, b"x", header_count=5))

    again = json.loads(icr("consume", "--until-end", "--json", environment=environment).stdout)
    assert (again["read"], again["partitions"][0]["offset"]) == (0, 2)
    why = ("--note", "agreed with the sender", "--by", "an operator")
    skipped = icr("partitions", "skip", EDUCATION, "1", *why, environment=environment)
    assert skipped.returncode == 0, skipped.stderr
    done = icr("consume", "--until-end", "--json", environment=environment)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["accepted"] == 2
    assert tracked(stack)[f"{EDUCATION}:1"] == 5
    assert icr("partitions", "list", environment=environment).returncode == 0
    [told] = json.loads(icr("partitions", "list", "--skipped", "--json", environment=environment).stdout)["partitions"]
    assert (told["skipped_by"], told["note"]) == ("an operator", "agreed with the sender")
    for command in (["skip", EDUCATION, "1", "--note", "again"], ["resume", EDUCATION, "1"]):
        assert icr("partitions", *command, environment=environment).returncode == 2


def test_a_consumer_that_runs_reads_on_where_a_person_has_skipped(embedded_stack: Stack) -> None:
    stack = embedded_stack
    publish(stack.bootstrap_servers, [(EDUCATION, None, good(0))], partition=0)
    put(stack.bootstrap_servers, EDUCATION, 0, plain([good(1), good(2)], checksum=7), count=2)
    publish(stack.bootstrap_servers, [(EDUCATION, None, good(3))], partition=0)
    with service_of(stack) as service:
        consumer = Consumer(service)
        end = time.monotonic() + 30
        asked = False

        def stop() -> bool:
            nonlocal asked
            if consumer.status.paused and not asked:
                asked = (
                    icr("partitions", "skip", EDUCATION, "0", "--note", "n", environment=stack.environment).returncode
                    == 0
                )
            return time.monotonic() > end or consumer.status.counts.accepted == 2

        status = consumer.run(stop)
    assert (status.counts.read, status.counts.accepted, status.counts.kept) == (4, 2, 2)
    assert status.counts.reasons == {"unreadable_record": 2}
    assert (status.paused, status.wrong) == (0, ())


@ON_THE_REAL_ONES
def test_a_hundred_and_fifty_tombstones_pause_nothing(stack: Stack) -> None:
    publish(stack.bootstrap_servers, [(EDUCATION, b"k%d" % n, None) for n in range(150)], partition=0)
    publish(stack.bootstrap_servers, [(EDUCATION, None, good(n)) for n in range(20)], partition=0)
    publish(stack.bootstrap_servers, [(EDUCATION, b"k", None)] * 5, partition=0)
    with service_of(stack) as service:
        status = drain(service)
        with psycopg.connect(stack.database_url) as connection:
            rows = connection.execute("SELECT reason FROM log.aside").fetchall()
    counts = status.counts
    assert (counts.read, counts.accepted, counts.duplicate, counts.kept) == (175, 20, 0, 155)
    assert (counts.reasons, status.wrong) == ({"empty": 155}, ())
    assert rows == [("empty",)]  # however many there are
