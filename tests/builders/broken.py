"""Good messages and files, broken at random: by a seed, so that what was found is found again."""

import gzip
import json
from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any, Final

LONG: Final = "x" * 10_001
# What stands where something else was meant.
NASTY: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 1.5, 2**31, 2**63, -(2**63) - 1, 10**400, "", " ", "\0", "a\0b", "\ud800", "\udfff\ud800", "\ufeff",
    "\u202e", "é" * 5001, LONG, "0000-00-00", "2025-02-30", "9999-12-31", "0001-01-01", "-0001-01-01", "2025-11-03T16:20:00",
    "2025-11-03T24:00:60Z", "2025-11-03T16:20:00+99:99", "9999-12-31T23:59:59.999999999Z", "nhs", "upn", "agency::", "agency:la-808:records",
    "999 000 0018", "9990000018", "\uff11\uff12\uff13\uff14", "NaN", "1e999", [], {}, [[]], [None] * 1001, {"": None}, {"scheme": "nhs"}, ["nhs"] * 3,
    # As systems write days, and what people write behind them.
    "2015-03-31T23:00:00Z", "2015-03-31 23:00:00+00", "01/04/2015 00:00", "2014-May-09 00:00:00", "2014-05-09 approx",
    "2021-09-01 - 2024-07-20", "2024-05-01Tgarbage", "2025-W36-1", "20250901", "2024-05", "1970-01-21T09:00:00Z",
)  # fmt: skip
_ENCODINGS: Final = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "utf-8-sig")
_VARINTS: Final = (
    b"\xff\xff\xff\xff\x0f", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", b"\xff" * 11, b"\x80\x80\x80\x80\x80\x00", b"\x01", b"\x02",
    b"\x03", b"\x80\x04", b"\0", b"\xfe\xff\xff\xff\x1f",
)  # fmt: skip
_DEEP: Final = 20_000


def bytes_of(random: Random, data: bytes, others: list[bytes]) -> bytes:
    """A message with a few of its bytes flipped, cut out, put in, repeated, or taken from another one."""
    broken = bytearray(data)
    for _ in range(random.randint(1, 4)):
        _BYTES[random.randrange(len(_BYTES))](random, broken, others)
    return bytes(broken)


def _place(random: Random, data: bytearray) -> int:
    return random.randint(0, len(data))


def _flip(random: Random, data: bytearray, _: list[bytes]) -> None:
    if data:
        place = random.randrange(len(data))
        data[place] = data[place] ^ 1 << random.randrange(8) if random.random() < 0.5 else random.randrange(256)


def _cut(random: Random, data: bytearray, _: list[bytes]) -> None:
    place = _place(random, data)
    del data[place : place + random.choice((1, 2, 8, 64, 100_000))]


def _insert(random: Random, data: bytearray, _: list[bytes]) -> None:
    place = _place(random, data)
    data[place:place] = random.choice((*_VARINTS, random.randbytes(4), b"\xed\xa0\x80", b"\0" * 4, b"\xc3\x01"))


def _repeat(random: Random, data: bytearray, _: list[bytes]) -> None:
    place, size = _place(random, data), random.choice((1, 4, 30, 300))
    data[place:place] = data[place : place + size] * random.choice((1, 1, 1, 2, 50))


def _splice(random: Random, data: bytearray, others: list[bytes]) -> None:
    other = random.choice(others)
    place, begin = _place(random, data), random.randint(0, len(other))
    data[place : place + random.choice((0, 10, 100))] = other[begin : begin + random.choice((5, 50, 500))]


_BYTES: Final[tuple[Callable[[Random, bytearray, list[bytes]], None], ...]] = (_flip, _flip, _cut, _insert, _repeat, _splice)  # fmt: skip


def json_of(random: Random, event: dict[str, Any], others: list[dict[str, Any]]) -> bytes:
    """An event in JSON, broken as a document: values, keys, depth, repetition; now and then as bytes besides."""
    document = json.loads(json.dumps(event))
    for _ in range(random.randint(1, 3)):
        holder, key = _somewhere(random, document)
        way = random.randrange(6)
        if way < 3:
            holder[key] = deepcopy(random.choice(NASTY))
        elif way == 3 and isinstance(holder, dict):
            del holder[key]
        elif way == 4 and isinstance(holder, dict):
            holder[random.choice(("extra", "", "Event_id", "\0", "__class__", "ev\u0435nt_id"))] = deepcopy(
                random.choice(NASTY)
            )
        else:
            other = deepcopy(random.choice(others))
            holder[key] = other.get(key, other) if isinstance(holder, dict) else other
        if not document:
            break
    text = json.dumps(document, ensure_ascii=random.random() < 0.7)
    return _as_text(random, text).encode("utf-8", "surrogatepass")


def _somewhere(random: Random, document: Any) -> tuple[Any, Any]:
    """A part of a document: what holds it, and its key or index there."""
    holder = document
    while True:
        key = random.choice(list(holder)) if isinstance(holder, dict) else random.randrange(len(holder))
        if not isinstance(holder[key], dict | list) or not holder[key] or random.random() < 0.2:
            return holder, key
        holder = holder[key]


def _as_text(random: Random, text: str) -> str:
    """What only the text can be: a key twice, numbers that are none, depth, something after the end."""
    way = random.randrange(14)
    if way == 0:
        return text[:1] + '"event_id": "twice",' + text[1:]
    if way == 1:
        return text.replace("null", random.choice(("NaN", "-Infinity", "1e400", "01", "-", "1" * 5000)), 1)
    if way == 2:
        deep = random.choice(("[", '{"a":'))
        return text.replace("null", deep * _DEEP, 1)
    if way == 3:
        return text + random.choice((" ", "\n{}", "]", "\0", text))
    if way == 4:
        return random.choice(("\ufeff", " ", "\n")) + text
    return text


def xml_of(random: Random, data: bytes, others: list[bytes]) -> bytes:
    """XML broken as XML: elements taken out, told twice, moved, renamed, values changed; now and then as bytes."""
    if random.random() < 0.3:
        return bytes_of(random, data, others)
    text = data.decode("utf-8", "replace")
    for _ in range(random.randint(1, 4)):
        text = _xml_step(random, text)
    return _saved(random, text)


def _saved(random: Random, text: str) -> bytes:
    """A file's text as some program saved it: nearly always UTF-8, now and then cut off, or packed and cut off."""
    way = random.randrange(12)
    if way == 0:
        return text.encode(random.choice(_ENCODINGS), "replace")
    saved = text.encode("utf-8", "surrogatepass")
    if way == 1:
        return saved[: random.randrange(len(saved) + 1)]
    if way == 2:
        packed = gzip.compress(saved)
        return packed[: len(packed) - random.choice((0, 1, 8, 9, 200))]
    return saved


def _xml_step(random: Random, text: str) -> str:
    parts = text.split("<")
    if len(parts) < 4:
        return text + "<"
    place = random.randrange(1, len(parts))
    way = random.randrange(7)
    if way == 0:
        del parts[place]
    elif way == 1:
        parts.insert(place, parts[random.randrange(1, len(parts))])
    elif way == 2:
        parts[place] = _value(random, parts[place])
    elif way == 3:
        end = min(len(parts), place + random.randint(1, 40))
        parts[place:place] = parts[place:end]
    elif way == 4:
        parts[place] = parts[place].replace(">", ">&#0;&x;" if random.random() < 0.5 else ">&#55296;", 1)
    elif way == 5:
        parts.insert(place, "a><" * random.choice((10, 3000)) + "a>")
    else:
        parts[place] = "![CDATA[" + parts[place] + "]]>"
    return "<".join(parts)


def _value(random: Random, part: str) -> str:
    nasty = str(random.choice([one for one in NASTY if isinstance(one, str | int)]))
    if 'value="' in part:
        before, _, rest = part.partition('value="')
        return f'{before}value="{nasty}"{rest.partition(chr(34))[2]}'
    return part.partition(">")[0] + ">" + nasty


def csv_of(random: Random, data: bytes, others: list[bytes]) -> bytes:
    """A table broken as a table: cells, columns and rows; quotes that do not end; now and then as bytes."""
    if random.random() < 0.3:
        return bytes_of(random, data, others)
    rows = [line.split(",") for line in data.decode("utf-8", "replace").splitlines()]
    for _ in range(random.randint(1, 5)):
        row = random.choice(rows)
        place = random.randrange(len(row)) if row else 0
        way = random.randrange(6)
        if way < 2 and row:
            nasty = random.choice([one for one in NASTY if isinstance(one, str | int)])
            row[place] = str(nasty)
        elif way == 2 and row:
            del row[place]
        elif way == 3:
            row.insert(place, '"' if random.random() < 0.5 else "a\r\nb")
        elif way == 4:
            rows.insert(random.randrange(len(rows)), list(random.choice(rows)))
        else:
            random.shuffle(rows[0])
    text = random.choice(("\n", "\n", "\r\n", "\r")).join(",".join(row) for row in rows)
    return _saved(random, text)
