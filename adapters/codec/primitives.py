"""What the generated readers call off their fast path: numbers, texts, dates and blocks of Avro's binary encoding.

Every function takes the whole message and a place in it, and gives the value and the place after it. Reading past the
end raises IndexError, which `adapters.codec.avro` turns into `undecodable`; nothing here ever quotes what it read.
Source: Avro 1.12 specification, "Binary encoding".
"""

from struct import Struct
from typing import Final, NoReturn

from adapters.codec.limits import (
    FIRST_DAY,
    FIRST_INSTANT,
    LAST_DAY,
    LAST_INSTANT,
    MAX_ENTRIES,
    MAX_TEXT,
    MAX_VARINT,
)
from domain.errors import Rejected

MAX_SHARED: Final = 4096
SHORT: Final = 63  # bytes: the longest text whose length takes one byte

four_pairs = Struct("<4H").unpack_from


def _pairs(last_continues: bool) -> list[int]:
    """14 bits of two varint bytes, by the pair as a little-endian number; -1 where a continuation bit is wrong."""
    table = [-1] * 65536
    for high in range(128):
        for low in range(128):
            place = (low | 128) | (high | 128 if last_continues else high) << 8
            table[place] = low | high << 7
    return table


# An instant of our time (1978 to 3111) is a varint of exactly eight bytes; by pairs it costs a third of a loop.
PAIR: Final = _pairs(last_continues=True)
LAST_PAIR: Final = _pairs(last_continues=False)


def broken(path: str | None, rule: str) -> NoReturn:
    """The bytes do not follow the schema."""
    raise Rejected("undecodable", path, rule)


def too_many() -> NoReturn:
    """More array entries than a message may have."""
    raise Rejected("too_large", None, f"a message has at most {MAX_ENTRIES} array entries in all")


def truncated() -> NoReturn:
    """The message ends before its record does."""
    broken(None, "the message ends before its record does")


def varint(b: bytes, p: int, path: str | None = None) -> tuple[int, int]:
    """A zigzag number of at most ten bytes and 64 bits."""
    n = shift = 0
    for q in range(p, p + MAX_VARINT):
        c = b[q]
        n |= (c & 127) << shift
        if c < 128:
            if n >> 64:
                broken(path, "a number has more than 64 bits")
            return (n >> 1) ^ -(n & 1), q + 1
        shift += 7
    broken(path, f"a number has more than {MAX_VARINT} bytes")


def long(b: bytes, p: int, path: str) -> tuple[int, int]:
    """A signed number of 64 bits."""
    return varint(b, p, path)


def int32(b: bytes, p: int, path: str) -> tuple[int, int]:
    """A signed number of 32 bits."""
    n, p = varint(b, p, path)
    if not -0x80000000 <= n <= 0x7FFFFFFF:
        broken(path, "a number has more than 32 bits")
    return n, p


def day(b: bytes, p: int, path: str, known: dict[bytes, int]) -> tuple[int, int]:
    """A date; the usual form of three bytes is remembered in `known`."""
    n, q = int32(b, p, path)
    if not FIRST_DAY <= n <= LAST_DAY:
        raise Rejected("impossible_date", path, "a date lies between 0001-01-01 and 9999-12-31")
    if q == p + 3:
        if len(known) >= MAX_SHARED:
            known.clear()
        known[b[p:q]] = n
    return n, q


def instant(b: bytes, p: int, path: str) -> tuple[int, int]:
    """An instant in microseconds."""
    n, p = varint(b, p, path)
    if not FIRST_INSTANT <= n <= LAST_INSTANT:
        raise Rejected("impossible_date", path, "an instant lies in the years 0001 to 9999")
    return n, p


def block(b: bytes, p: int, path: str) -> tuple[int, int, int]:
    """Head of an array block: count, place of the first entry, and place after the last one (0 where not stated).

    A negative count is followed by the block's size in bytes, which must be true: an untrue size would let two readers
    see two different events. The empty block that ends an array is one zero byte and does not come here.
    """
    n, p = varint(b, p, path)
    if n == 0:
        broken(path, "an array ends with one zero byte")
    if n > 0:
        return n, p, 0
    size, p = varint(b, p, path)
    if not 0 < size <= len(b) - p:
        broken(path, "a block's size does not fit the message")
    return -n, p, p + size


def text(b: bytes, p: int, path: str, longest: int, filled: bool) -> tuple[str, int]:
    """A text of any legal length; `filled` where it may not be empty."""
    n, p = varint(b, p, path)
    if n < 0:
        broken(path, "a text has a negative length")
    if n > len(b) - p:
        truncated()
    if n > MAX_TEXT:
        raise Rejected("too_long", path, f"a text has at most {MAX_TEXT} bytes")
    value = b[p : p + n].decode()
    check_text(value, path, longest, filled)
    return value, p + n


def check_text(value: str, path: str, longest: int, filled: bool) -> None:
    """The rules of a text besides its encoding, whichever way it came."""
    if filled and not value:
        raise Rejected("missing_field", path, "the text is empty")
    if len(value) > longest:
        raise Rejected("too_long", path, f"the text has at most {longest} characters")
    if "\0" in value:
        # PostgreSQL cannot hold it, so one such text would stop a whole batch.
        raise Rejected("bad_value", path, "a text has no NUL characters")


def shared(raw: bytes, length: int, path: str, filled: bool, known: dict[bytes, str]) -> str:
    """A short text seen for the first time; it is remembered in `known`."""
    if len(raw) != length:
        truncated()
    value = raw.decode()
    check_text(value, path, SHORT, filled)
    if value:
        if len(known) >= MAX_SHARED:
            known.clear()
        known[raw] = value
    return value
