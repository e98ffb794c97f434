"""However much a record stands for, 512 MB of address space are enough for the consumer, and the others are read."""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from adapters.codec import encode_wire
from tests.builders.batches import NAMES, PACKERS, batch, put, record
from tests.builders.process import ROOT
from tests.builders.stream import mark, publish
from tests.servers.plugin import Stack

LIMIT: Final = 512 << 20  # bytes of address space, as `ulimit -v` counts them: code, libraries and stacks among them
EDUCATION: Final = "icr.education.v1"
MANY: Final = 4_000_000


def bombs() -> dict[str, bytes]:
    """Batches of some kilobytes that stand for much."""
    blanks = record(0, b"{" + b" " * 400_000_000)
    found = {
        f"{NAMES[codec]}, 400 MB in one record": batch([b""], codec=codec, packed=PACKERS[codec](blanks))
        for codec in (1, 3, 4)
    }
    small = record(0, b"", key=None)
    tiny = b"".join([small] * MANY)
    found["four million records"] = batch([b""], codec=4, count=MANY, last_delta=MANY - 1, packed=PACKERS[4](tiny))
    headers = record(0, encode_wire(mark(1)), headers=[(b"", b"")] * 10_000_000)
    found["ten million headers"] = batch([b""], codec=4, packed=PACKERS[4](headers))
    found["thirty-one megabytes of a message"] = batch(
        [b""], codec=4, packed=PACKERS[4](record(0, b"{" + b" " * (31 << 20)))
    )
    return found


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
    told = json.loads(done.stdout)
    assert told["accepted"] >= 20
    print(
        time.monotonic() - begun,
        told["reasons"],
        [(one["topic"], one["partition"], one["detail"]) for one in told["partitions"]],
    )
    assert len(told["partitions"]) >= 4
