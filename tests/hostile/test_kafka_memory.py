"""However much a record stands for, 512 MB of address space are enough for the consumer, and the others are read."""

import io
import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import zstandard

from adapters.codec import encode_wire
from tests.builders.batches import NAMES, PACKERS, batch, plain, put, record
from tests.builders.process import ROOT
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
    headers = record(0, encode_wire(mark(1)), headers=[(b"", b"")] * 8_000_000)
    found["eight million headers"] = plain([b""], codec=4, packed=PACKERS[4](headers))
    found["a message of 31 MB"] = plain([b""], codec=4, packed=PACKERS[4](record(0, b"{" + b" " * (31 << 20))))
    return found


def _with_window(data: bytes, log: int) -> bytes:
    packed = io.BytesIO()
    how = zstandard.ZstdCompressionParameters(window_log=log, enable_ldm=False, compression_level=1)
    with zstandard.ZstdCompressor(compression_params=how).stream_writer(packed, closefd=False) as stream:
        stream.write(data)
    return packed.getvalue()


def test_512_megabytes_are_enough_for_any_of_them(embedded_stack: Stack, tmp_path: Path) -> None:
    stack = embedded_stack
    thrown = bombs()
    for number, data in enumerate(thrown.values()):
        place = ("icr.health.v1", "icr.housing.v1")[number // 4], number % 4
        publish(stack.bootstrap_servers, [(place[0], None, b"{}")], partition=place[1])
        put(stack.bootstrap_servers, *place, data, count=1)
    publish(stack.bootstrap_servers, [(EDUCATION, None, encode_wire(mark(n, n))) for n in range(20)])
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "adapters.cli.main", "consume", "--until-end", "--json"],
        cwd=ROOT, env=stack.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT)),
    )  # fmt: skip
    assert done.returncode == 1, done.stderr[-2000:]
    assert time.monotonic() - begun < 60
    told = json.loads(done.stdout)
    assert told["accepted"] >= 20
    assert told["reasons"]["empty"] == MANY
    assert told["reasons"]["too_large"] == 1
    assert {one["reason"] for one in told["partitions"]} == {"unreadable_record"}
    assert len(told["partitions"]) == 5
