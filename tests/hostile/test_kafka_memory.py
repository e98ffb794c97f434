"""However much a record stands for, 512 MB of address space are enough for the consumer, and the others are read."""

import contextlib
import io
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import pytest
import zstandard
from kafka.admin import ConfigResource, ConfigResourceType

from adapters.codec import encode_wire
from tests.builders.batches import NAMES, PACKERS, batch, plain, put, record, send, varint
from tests.builders.process import ROOT, wait_for
from tests.builders.stream import mark, publish
from tests.servers.plugin import Stack

LIMIT: Final = 512 << 20  # bytes of address space, as `ulimit -v` counts them: code, libraries and stacks among them
EDUCATION: Final = "icr.education.v1"
MANY: Final = 200_000


def bombs() -> dict[str, bytes]:
    """Batches of some kilobytes that stand for much."""
    much = b"{" + b" " * (100 << 20)
    found = {
        f"{NAMES[c]}, 100 MB in one record": plain([b""], codec=c, packed=PACKERS[c](record(0, much))) for c in (1, 3)
    }
    found["zstd, 400 MB in one record"] = plain([b""], codec=4, packed=PACKERS[4](record(0, much * 4)))
    for window in (27, 31):  # the largest that a level of zstd asks for, and the largest there is
        packed = _with_window(record(0, much), window)
        found[f"zstd, a window of 2^{window} bytes"] = plain([b""], codec=4, packed=packed)
    tombstones = b"".join([record(n, None, key=None) for n in range(MANY)])
    found["many tombstones"] = batch([b""], codec=4, count=MANY, last_delta=MANY - 1, packed=PACKERS[4](tombstones))
    found["eight million headers"] = plain([b""], codec=4, packed=PACKERS[4](_with_headers(8_000_000)))
    found["a message of 31 MB"] = plain([b""], codec=4, packed=PACKERS[4](record(0, b"{" + b" " * (31 << 20))))
    return found


def _with_headers(count: int) -> bytes:
    """A record with so many headers, each without name and value."""
    without_its_length = record(0, encode_wire(mark(1)), header_count=count, length=0)[1:]
    body = without_its_length + b"\0\0" * count
    return varint(len(body)) + body


def _with_window(data: bytes, log: int) -> bytes:
    packed = io.BytesIO()
    how = zstandard.ZstdCompressionParameters(window_log=log, enable_ldm=False, compression_level=1)
    with zstandard.ZstdCompressor(compression_params=how).stream_writer(packed, closefd=False) as stream:
        stream.write(data)
    return packed.getvalue()


def consumed_within_the_limit(stack: Stack) -> subprocess.CompletedProcess[str]:
    """What the command says that reads all there is in LIMIT bytes."""
    return subprocess.run(
        [sys.executable, "-m", "adapters.cli.main", "consume", "--until-end", "--json"],
        cwd=ROOT, env=stack.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT)),
    )  # fmt: skip


def test_512_megabytes_are_enough_for_any_of_them(embedded_stack: Stack, tmp_path: Path) -> None:
    stack = embedded_stack
    thrown = bombs()
    for number, data in enumerate(thrown.values()):
        place = ("icr.health.v1", "icr.housing.v1")[number // 4], number % 4
        publish(stack.bootstrap_servers, [(place[0], None, b"{}")], partition=place[1])
        put(stack.bootstrap_servers, *place, data, count=1)
    publish(stack.bootstrap_servers, [(EDUCATION, None, encode_wire(mark(n, n))) for n in range(20)])
    begun = time.monotonic()
    done = consumed_within_the_limit(stack)
    assert done.returncode == 1, done.stderr[-2000:]
    assert time.monotonic() - begun < 60
    assert done.stdout, done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert told["accepted"] >= 20
    assert told["reasons"]["empty"] == MANY
    assert told["reasons"]["too_large"] == 1
    assert {one["reason"] for one in told["partitions"]} == {"unreadable_record"}
    assert len(told["partitions"]) == 5


@pytest.mark.kafka_real
def test_a_broker_that_gives_out_huge_batches_does_not_fill_the_memory(real_stack: Stack) -> None:
    """As one whose `max.message.bytes` was raised: 30 MB are taken and kept, 90 MB are not taken at all."""
    broker = real_stack.real_kafka
    assert broker is not None
    with contextlib.closing(broker.admin()) as admin:
        raised = {"max.message.bytes": str(96 << 20)}
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, EDUCATION, raised)])
    for partition, megabytes in ((0, 30), (1, 90)):
        large = plain([b"{" + b" " * (megabytes << 20)])
        wait_for(
            lambda at=partition, data=large: send(real_stack.bootstrap_servers, EDUCATION, at, data) == 0, seconds=30
        )  # type: ignore[misc]
    publish(real_stack.bootstrap_servers, [(EDUCATION, None, encode_wire(mark(n, n))) for n in range(20)], partition=2)
    done = consumed_within_the_limit(real_stack)
    assert done.returncode == 1, done.stderr[-2000:]
    assert done.stdout, done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert (told["accepted"], told["reasons"]) == (20, {"too_large": 1}), done.stderr[-1500:]
    assert [(one["partition"], one["offset"]) for one in told["partitions"]] == [(1, 0)]
