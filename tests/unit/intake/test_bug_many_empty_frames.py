"""A packed batch of nothing but empty frames took time with the square of its length: a megabyte five seconds, eight five minutes.

Nothing came out of it, so that the bound of what is unpacked was never passed, and every other partition waited.
"""

import gzip
import random
import struct
import time

import lz4.frame
import pytest

from adapters.intake.kafka.unpacking import CannotUnpack, unpack

GZIP, SNAPPY, LZ4 = 1, 2, 3
MEGABYTE = 1 << 20
XERIAL = b"\x82SNAPPY\0" + struct.pack(">ii", 1, 1)
SKIPPED = struct.pack("<II", 0x184D2A50, 0)  # a frame that says nothing
BOMBS = {
    "gzip members": (GZIP, gzip.compress(b"")),
    "lz4 frames": (LZ4, lz4.frame.compress(b"")),
    "lz4 frames to be skipped": (LZ4, SKIPPED),
    "snappy blocks": (SNAPPY, struct.pack(">i", 1) + b"\0"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_are_refused_at_once(name: str) -> None:
    codec, frame = BOMBS[name]
    packed = (XERIAL if codec == SNAPPY else b"") + frame * (8 * MEGABYTE // len(frame))
    began = time.process_time()
    with pytest.raises(CannotUnpack, match="parts"):
        unpack(codec, memoryview(packed))
    assert time.process_time() - began < 3


@pytest.mark.parametrize("codec", [GZIP, LZ4])
def test_frames_that_follow_one_another_are_read(codec: int) -> None:
    pack = {GZIP: gzip.compress, LZ4: lz4.frame.compress}[codec]
    for size in (0, 1, 70_000, 3_000_000):
        said = random.Random(size).randbytes(size // 2) + bytes(size - size // 2)
        assert unpack(codec, memoryview(pack(said))) == said
        assert unpack(codec, memoryview(pack(said) + pack(b"") + pack(said))) == said + said
        for cut in (1, 5, len(pack(said)) // 2):
            with pytest.raises(CannotUnpack):
                unpack(codec, memoryview(pack(said)[:-cut]))
