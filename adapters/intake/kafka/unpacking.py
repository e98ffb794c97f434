"""Unpacking the records of a batch: never more than a bound, whatever the packed bytes say of themselves.

Twelve kilobytes may stand for gigabytes. So each codec is read piece by piece, and reading ends when the bound is passed;
a size that is written in the packed bytes is believed only where it is too large.
"""

import zlib
from collections.abc import Callable, Iterator
from typing import Final

import lz4.frame
import snappy
import zstandard

MOST_UNPACKED: Final = 32 << 20  # bytes; a producer's batch has one megabyte, where nobody has changed it
_MOST_WINDOW: Final = 128 << 20  # bytes of memory that a zstd frame may ask for; what the highest level uses
_PIECE: Final = 256 << 10
# What is given to a codec at once: what stands behind a frame is copied whenever one ends. Frames of nothing cost time and
# no memory, so that they are counted; a producer writes one, and Java's snappy a block of 32 KiB at a time.
_TAKEN: Final = 64 << 10
_MOST_FRAMES: Final = 10_000
_XERIAL: Final = b"\x82SNAPPY\0"
_XERIAL_HEADER: Final = 16


class CannotUnpack(Exception):
    """The packed bytes are broken, or stand for too many; the text says which, without quoting them."""


def unpack(codec: int, packed: memoryview, most: int = MOST_UNPACKED) -> bytes | bytearray | memoryview:
    """The records of a batch, of a codec by its number in Kafka's protocol. Raises CannotUnpack."""
    if codec == 0 or not packed:
        if len(packed) > most:
            raise _too_many(most)
        return packed
    if codec not in _CODECS:
        raise CannotUnpack(f"no codec has the number {codec}")
    name, pieces = _CODECS[codec]
    unpacked = bytearray()
    try:
        for piece in pieces(packed, most):
            if len(unpacked) + len(piece) > most:
                raise _too_many(most)
            unpacked += piece
    except CannotUnpack:
        raise
    except _BROKEN as error:
        raise CannotUnpack(f"the {name} data are broken ({type(error).__name__})") from None
    return unpacked


def _too_many(most: int) -> CannotUnpack:
    return CannotUnpack(f"the batch has more than {most} bytes unpacked")


def _one_more(frames: int) -> int:
    if frames == _MOST_FRAMES:
        raise CannotUnpack(f"the packed data are in more than {_MOST_FRAMES} parts")
    return frames + 1


def _gzip(packed: memoryview, _: int) -> Iterator[bytes]:
    at = members = 0
    while at < len(packed):  # members may follow one another
        members = _one_more(members)
        reader = zlib.decompressobj(wbits=31)
        while not reader.eof:
            rest: bytes | memoryview = reader.unconsumed_tail
            if not rest:
                rest = packed[at : at + _TAKEN]
                at += len(rest)
            piece = reader.decompress(rest, _PIECE)
            if not piece and not rest and not reader.eof:
                raise CannotUnpack("the gzip data are cut short")
            yield piece
        at -= len(reader.unused_data)


def _snappy(packed: memoryview, most: int) -> Iterator[bytes]:
    """Plain, or in the blocks of the Java library."""
    data = bytes(packed)
    if not data.startswith(_XERIAL):
        yield _snappy_block(data, most)
        return
    at, blocks = _XERIAL_HEADER, 0
    while at < len(data):
        blocks = _one_more(blocks)
        size = int.from_bytes(data[at : at + 4], "big", signed=True)
        at += 4
        if size < 0 or at + size > len(data):
            raise CannotUnpack("the snappy data are cut short")
        yield _snappy_block(data[at : at + size], most)
        at += size


def _snappy_block(block: bytes, most: int) -> bytes:
    """The size stands in front, and memory is taken by it: so it is looked at first."""
    size = shift = 0
    for byte in block[:5]:
        size |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            break
    if size > most:
        raise _too_many(most)
    unpacked: bytes = snappy.uncompress(block)
    return unpacked


def _lz4(packed: memoryview, _: int) -> Iterator[bytes]:
    at = frames = 0
    while at < len(packed):
        frames = _one_more(frames)
        reader = lz4.frame.LZ4FrameDecompressor()
        while not reader.eof:
            taken: bytes | memoryview = packed[at : at + _TAKEN] if reader.needs_input else b""
            if reader.needs_input and not taken:
                raise CannotUnpack("the lz4 data are cut short")
            at += len(taken)
            yield reader.decompress(taken, max_length=_PIECE)
        at -= len(reader.unused_data or b"")


def _zstd(packed: memoryview, _: int) -> Iterator[bytes]:
    reader = zstandard.ZstdDecompressor(max_window_size=_MOST_WINDOW).stream_reader(packed, read_across_frames=True)
    while piece := reader.read(_PIECE):
        yield piece


_BROKEN: Final = (zlib.error, snappy.UncompressError, zstandard.ZstdError, RuntimeError, ValueError, EOFError)
_CODECS: Final[dict[int, tuple[str, Callable[[memoryview, int], Iterator[bytes]]]]] = {
    1: ("gzip", _gzip),
    2: ("snappy", _snappy),
    3: ("lz4", _lz4),
    4: ("zstd", _zstd),
}
