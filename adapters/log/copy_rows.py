"""Rows in PostgreSQL's binary COPY format, packed with one call a row where their shape is fixed."""

import struct
from collections.abc import Sequence
from typing import Final

HEADER: Final = b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, 0)
TRAILER: Final = struct.pack("!h", -1)
NULL: Final = b"\xff\xff\xff\xff"

_INT2 = struct.Struct("!ih").pack
_INT4 = struct.Struct("!ii").pack
_INT8 = struct.Struct("!iq").pack
_LENGTH = struct.Struct("!i").pack
UUID_OID: Final = 2950


def int2(value: int | None) -> bytes:
    """A smallint field."""
    return NULL if value is None else _INT2(2, value)


def int4(value: int | None) -> bytes:
    """An int field."""
    return NULL if value is None else _INT4(4, value)


def int8(value: int | None) -> bytes:
    """A bigint field."""
    return NULL if value is None else _INT8(8, value)


def text(value: str | None) -> bytes:
    """A text field; PostgreSQL takes no NUL, which becomes U+FFFD."""
    if value is None:
        return NULL
    raw = value.encode("utf-8", "replace")
    if 0 in raw:
        raw = raw.replace(b"\0", b"\xef\xbf\xbd")
    return _LENGTH(len(raw)) + raw


def blob(value: bytes | None) -> bytes:
    """A bytea or uuid field."""
    return NULL if value is None else _LENGTH(len(value)) + value


def boolean(value: bool) -> bytes:
    """A boolean field."""
    return b"\0\0\0\1\1" if value else b"\0\0\0\1\0"


def uuids(values: Sequence[bytes] | None) -> bytes:
    """A uuid[] field; None for none."""
    if not values:
        return NULL
    items = b"".join(b"\0\0\0\x10" + value for value in values)
    body = struct.pack("!iiIii", 1, 0, UUID_OID, len(values), 1) + items
    return _LENGTH(len(body)) + body


def row(*fields: bytes) -> bytes:
    """A row of already packed fields."""
    return struct.pack("!h", len(fields)) + b"".join(fields)


def row_of(fields: bytes, count: int) -> bytes:
    """A row of `count` fields that are packed one behind the other."""
    return struct.pack("!h", count) + fields
