"""Record batches made by hand, with any of their parts wrong, and a way to put them on a topic as they are."""

import gzip
import socket
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import lz4.frame
import snappy
import zstandard
from crc32c import crc32c

from adapters.process.clock import SystemClock

PACKERS: Mapping[int, Callable[[bytes], bytes]] = MappingProxyType(
    {0: bytes, 1: gzip.compress, 2: snappy.compress, 3: lz4.frame.compress, 4: zstandard.compress}
)
NAMES: Mapping[int, str] = MappingProxyType({0: "plain", 1: "gzip", 2: "snappy", 3: "lz4", 4: "zstd"})
Header = tuple[bytes, bytes | None]


# A batch of long ago is deleted as soon as the broker looks what its retention has passed, which it does every five minutes.
# This day's first moment, so that all test processes name their examples alike.
NOW: Final = int(SystemClock().now().timestamp()) // 86_400 * 86_400_000


def varint(value: int) -> bytes:
    """A number in zigzag, seven bits a byte."""
    value = (value << 1) ^ (value >> 63)
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def sized(data: bytes | None) -> bytes:
    """Bytes with their length in front; None is written as -1."""
    return varint(-1) if data is None else varint(len(data)) + data


def record(
    delta: int,
    value: bytes | None,
    *,
    key: bytes | None = b"k",
    headers: Sequence[Header] = (),
    time: int = 0,
    header_count: int | None = None,
    length: int | None = None,
    key_size: int | None = None,
    value_size: int | None = None,
) -> bytes:
    """One record; what is named by its size or count may be said wrongly."""
    body = b"\0" + varint(time) + varint(delta)
    body += sized(key) if key_size is None else varint(key_size) + (key or b"")
    body += sized(value) if value_size is None else varint(value_size) + (value or b"")
    body += varint(len(headers) if header_count is None else header_count)
    body += b"".join(sized(name) + sized(content) for name, content in headers)
    return varint(len(body) if length is None else length) + body


def batch(
    records: Iterable[bytes],
    *,
    base: int = 0,
    codec: int = 0,
    attributes: int | None = None,
    magic: int = 2,
    count: int | None = None,
    last_delta: int | None = None,
    length: int | None = None,
    checksum: int | None = None,
    packed: bytes | None = None,
    producer: int = -1,
    times: tuple[int, int] = (NOW, NOW),
) -> bytes:
    """A batch of records as `record` makes them. `packed` stands in place of what the codec makes of them."""
    each = list(records)
    said = len(each) if count is None else count
    body = PACKERS[codec](b"".join(each)) if packed is None else packed
    checked = struct.pack(
        ">hiqqqhii",
        codec if attributes is None else attributes,
        max(len(each) - 1, 0) if last_delta is None else last_delta,
        *times,
        producer,
        -1 if producer < 0 else 0,
        -1,
        said,
    )
    checked += body
    sum_ = crc32c(checked) if checksum is None else checksum
    rest = struct.pack(">ibI", 0, magic, sum_) + checked
    return struct.pack(">qi", base, len(rest) if length is None else length) + rest


def plain(values: Sequence[bytes | None], **options: Any) -> bytes:
    """A good batch of these values."""
    return batch([record(n, value) for n, value in enumerate(values)], **options)


def send(bootstrap_servers: str, topic: str, partition: int, data: bytes) -> int:
    """Produce a batch as it is (acks=all); the broker's error code, 0 when it took it."""
    host, port = bootstrap_servers.split(",", maxsplit=1)[0].rsplit(":", 1)
    name = topic.encode()
    request = (
        struct.pack(">hhi", 0, 3, 1) + _text(b"test") + struct.pack(">h", -1)
    )  # Produce, version 3; no transaction
    request += struct.pack(">hii", -1, 10_000, 1) + _text(name) + struct.pack(">iii", 1, partition, len(data)) + data
    with socket.create_connection((host, int(port)), 30) as connection:
        connection.sendall(struct.pack(">i", len(request)) + request)
        (size,) = struct.unpack(">i", _exactly(connection, 4))
        answer = _exactly(connection, size)
    at = 4 + 4 + 2 + len(name) + 4 + 4
    return int(struct.unpack_from(">h", answer, at)[0])


def put(
    bootstrap_servers: str, topic: str, partition: int, data: bytes, *, count: int, log: Path | None = None
) -> None:
    """Put a batch on a topic, whatever is wrong with it. `count` is the number of offsets that it takes.

    A real broker looks into batches when they are produced, so there a good one of the same size is produced first, and
    then overwritten in the broker's own file, in the folder `log` of the partition, as a failing disk would.
    """
    if log is None:
        assert send(bootstrap_servers, topic, partition, data) == 0
        return
    bare = len(plain([b""] + [None] * (count - 1)))
    room = len(data) - bare
    room -= len(varint(room)) - 1 + (len(varint(room + 9)) - 1)
    stand_in = plain([b"x" * room] + [None] * (count - 1))
    assert len(stand_in) == len(data), (len(stand_in), len(data))
    assert send(bootstrap_servers, topic, partition, stand_in) == 0
    file = max(log.glob("*.log"))
    with file.open("r+b") as segment:
        segment.seek(-len(data), 2)
        base = segment.read(8)
        segment.seek(-len(data), 2)
        segment.write(base + data[8:])


def _text(text: bytes) -> bytes:
    return struct.pack(">h", len(text)) + text


def _exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        assert more, "the broker hung up"
        data += more
    return data
