"""Avro object container files of our schemas, taken apart into single messages (Avro 1.12, "Object Container Files").

A block is split by reading over its records; the bytes themselves are passed on unchanged behind `C3 01` and the
schema's fingerprint. Everything is bounded before it is allocated, since a length in a file is only what it claims.
"""

import contextlib
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any, BinaryIO, Final

import fastavro
import orjson

from adapters.codec.avro import SINGLE_OBJECT
from adapters.codec.limits import MAX_MESSAGE
from adapters.publishing.arrays import TOO_LARGE, BrokenFile
from domain.errors import Rejected
from schemas.registry import Schema, fingerprint_of, registry

MAGIC: Final = b"Obj\x01"
_SYNC: Final = 16
_MOST_HEADER: Final = 1024 * 1024
_MOST_BLOCK: Final = 64 * 1024 * 1024
_NOT_AVRO: Final = (EOFError, ValueError, IndexError, KeyError, TypeError, OverflowError, MemoryError, struct.error)


def messages(stream: BinaryIO) -> Iterator[bytes | Rejected]:
    """The messages of a container file, each in single-object encoding. Raises BrokenFile."""
    stream.read(len(MAGIC))
    metadata = _metadata(stream)
    codec = metadata.get("avro.codec", b"null")
    if codec not in (b"null", b"deflate"):
        raise BrokenFile("its blocks are compressed otherwise than by deflate")
    schema = _schema(metadata.get("avro.schema", b""))
    parsed = fastavro.parse_schema(schema.document)
    header = SINGLE_OBJECT + schema.fingerprint
    sync = _exactly(stream, _SYNC)
    while (count := _number(stream, end_allowed=True)) is not None:
        block = _exactly(stream, _number(stream) or 0, _MOST_BLOCK)
        if codec == b"deflate":
            block = _inflate(block)
        yield from _split(block, count, parsed, header)
        if _exactly(stream, _SYNC) != sync:
            raise BrokenFile("a block does not end with the file's mark")


def _split(block: bytes, count: int, parsed: object, header: bytes) -> Iterator[bytes | Rejected]:
    source = BytesIO(block)
    for _ in range(count):
        start = source.tell()
        broken = False
        try:
            fastavro.schemaless_reader(source, parsed, None)  # type: ignore[arg-type]
        except _NOT_AVRO:
            broken = True
        # Raised out here: the other exception may hold what was read.
        if broken or source.tell() == start:
            raise BrokenFile("a record cannot be decoded by the file's schema")
        body = block[start : source.tell()]
        yield Rejected(*TOO_LARGE) if len(body) + len(header) > MAX_MESSAGE else header + body
    if source.tell() != len(block):
        raise BrokenFile("a block holds more than its records")


def _schema(text: bytes) -> Schema:
    fingerprint = None
    with contextlib.suppress(Exception):  # a stranger's schema may break the library in any way
        fingerprint = fingerprint_of(orjson.loads(text))
    schema = registry().by_fingerprint.get(fingerprint) if fingerprint is not None else None
    if schema is None:
        raise BrokenFile("its schema is not one that `icr schemas list` shows")
    # Of two schemas that differ in units alone the fingerprint is the same.
    ours, theirs = dict(_units(schema.document)), dict(_units(orjson.loads(text)))
    for field, unit in theirs.items():
        if unit != ours.get(field):
            raise BrokenFile(
                f"its schema has {field} in other units than ours ({ours.get(field) or 'none'}): write it by our schema"
            )
    return schema


def _units(part: Any, field: str = "") -> Iterator[tuple[str, str]]:  # noqa: ANN401 - what JSON can hold
    """The logical type of each field of a schema that states one, by its path."""
    if isinstance(part, list):
        for one in part:
            yield from _units(one, field)
    elif isinstance(part, dict):
        logical = part.get("logicalType")
        if isinstance(logical, str):
            yield field, logical
        for entry in part.get("fields", ()):
            yield from _units(entry["type"], f"{field}.{entry['name']}".lstrip("."))
        for inner in ("type", "items"):
            if isinstance(part.get(inner), dict | list):
                yield from _units(part[inner], field)


def _metadata(stream: BinaryIO) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    while count := _number(stream):
        if count < 0:  # then the block's size follows, for whoever wants to skip it
            count = -count
            _number(stream)
        for _ in range(count):
            name = _exactly(stream, _number(stream) or 0, _MOST_HEADER)
            found[name.decode(errors="replace")] = _exactly(stream, _number(stream) or 0, _MOST_HEADER)
    return found


def _number(stream: BinaryIO, *, end_allowed: bool = False) -> int | None:
    value = shift = 0
    while shift < 70:
        byte = stream.read(1)
        if not byte:
            if end_allowed and shift == 0:
                return None
            break
        value |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            return (value >> 1) ^ -(value & 1)
        shift += 7
    raise BrokenFile("the file ends in the middle, or a number in it is too long")


def _exactly(stream: BinaryIO, size: int, most: int = _MOST_BLOCK) -> bytes:
    if not 0 <= size <= most:
        raise BrokenFile("a part of the file claims an impossible size")
    data = stream.read(size)
    if len(data) < size:
        raise BrokenFile("the file ends in the middle")
    return data


def _inflate(block: bytes) -> bytes:
    unpacker = zlib.decompressobj(-15)
    try:
        data = unpacker.decompress(block, _MOST_BLOCK)
    except zlib.error:
        raise BrokenFile("a block cannot be decompressed") from None
    if not unpacker.eof:
        raise BrokenFile("a block is larger than allowed when decompressed, or cut off")
    return data
