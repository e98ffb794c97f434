"""`icr` with a look, every few milliseconds of its processor time, at which part of the program it is in.

`python -m tools.bench.sampled FILE consume` is `icr consume`, and FILE holds how often each part was met so far; it
may be read at any time. A look costs microseconds and comes two hundred times a second of work, so that what is looked
at is hardly slower. What waits is not met: it uses no processor time.
"""

import mmap
import signal
import struct
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

SECONDS: Final = 0.005  # of processor time between two looks
# Parts by where their code lies: the innermost function that is in one of these places decides.
PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "Kafka's client": ("/site-packages/kafka/",),
    "decode": ("<reader of ", "/adapters/codec/"),
    "check": ("/domain/", "/adapters/log/prepare.py:"),
    "hash": ("/adapters/log/keys/hashes.py:", "/adapters/log/keys/data_keys.py:digest"),
    "seal and pack": (
        "/adapters/log/rows.py:", "/adapters/log/fact_rows.py:", "/adapters/log/copy_rows.py:", "/adapters/log/keys/data_keys.py:",
        "/site-packages/cryptography/",
    ),
    "records and inbox": ("/adapters/log/",),
    "database driver": ("/site-packages/psycopg",),
}  # fmt: skip
OTHER: Final = "other"
_NAMES: Final = (*PARTS, OTHER)
_FORM: Final = struct.Struct(f"{len(_NAMES)}Q")


def part_of(stack: Iterable[str]) -> str:
    """The part of a stack, from its functions as `file:name`, the innermost first."""
    for function in stack:
        for part, places in PARTS.items():
            if any(place in function for place in places):
                return part
    return OTHER


def seconds(file: Path) -> dict[str, float]:
    """Processor time by part since the start, as far as looks tell; zero each when there was none yet."""
    held = file.read_bytes() if file.exists() else b""
    counts = _FORM.unpack(held) if len(held) == _FORM.size else (0,) * len(_NAMES)
    return {name: count * SECONDS for name, count in zip(_NAMES, counts, strict=True)}


def _stack(frame: FrameType | None) -> Iterator[str]:
    while frame is not None:
        yield f"{frame.f_code.co_filename}:{frame.f_code.co_name}"
        frame = frame.f_back


@contextmanager
def looking(file: Path) -> Iterator[None]:
    """Look at the main thread of this process meanwhile."""
    file.write_bytes(bytes(_FORM.size))
    with file.open("r+b") as opened:
        shown = mmap.mmap(opened.fileno(), _FORM.size)
    counts = [0] * len(_NAMES)

    def look(_: int, frame: FrameType | None) -> None:
        counts[_NAMES.index(part_of(_stack(frame)))] += 1
        _FORM.pack_into(shown, 0, *counts)

    signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, SECONDS, SECONDS)
    try:
        yield
    finally:  # or the signal ends the process once the interpreter has taken its handlers away
        signal.setitimer(signal.ITIMER_PROF, 0)


if __name__ == "__main__":
    from adapters.cli.main import main

    with looking(Path(sys.argv[1])):
        code = main(sys.argv[2:])
    sys.exit(code)
