"""Files of events, read in constant memory as messages in any form that the service takes.

What a file is, is seen from its beginning: `Obj` and a 1 an Avro container, `C3 01` one single-object message, `[` a
JSON list, `{` JSON Lines or one JSON document. A file named .jsonl or .ndjson is read line by line whatever it holds,
so that a bad line spoils itself only.
"""

import json
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, Final

from adapters.codec.avro import SINGLE_OBJECT
from adapters.codec.limits import MAX_MESSAGE
from adapters.codec.plain_json import BYTE_ORDER_MARK, wide_encoding
from adapters.publishing import arrays, containers
from adapters.publishing.arrays import TOO_LARGE, BrokenFile
from domain.errors import Rejected

_SPACE: Final = b" \t\r\n"
_LINES: Final = (".jsonl", ".ndjson")
_PEEK: Final = 4096


def read_events(path: Path) -> Iterator[bytes | Rejected]:
    """The messages of a file, as they are; in the place of one that is too large, why it cannot be taken.

    Raises OSError when it cannot be opened, BrokenFile when it is no file of events or breaks off.
    """
    with path.open("rb") as stream:
        yield from _events(stream, path.suffix.lower())


def _events(stream: BufferedReader, suffix: str) -> Iterator[bytes | Rejected]:
    start = stream.peek(_PEEK)[:_PEEK]
    if start.startswith(containers.MAGIC):
        return containers.messages(stream)
    if start.startswith(SINGLE_OBJECT):
        return _one(stream.read(MAX_MESSAGE + 1))
    if (wide := wide_encoding(start)) is not None:
        raise BrokenFile(f"the file is {wide}: save it as UTF-8")
    blank = len(start) - len(start.removeprefix(BYTE_ORDER_MARK).lstrip(_SPACE))
    if blank == len(start):
        raise BrokenFile("the file is empty" if not start else "the file is blank, or begins so")
    stream.read(blank)
    if suffix in _LINES:
        return _lines(stream, b"")
    if start[blank : blank + 1] == b"[":
        return arrays.entries(stream)
    if start[blank : blank + 1] == b"{":
        return _objects(stream)
    raise BrokenFile("it is no file of events: neither JSON nor Avro of a schema of ours")


def _objects(stream: BinaryIO) -> Iterator[bytes | Rejected]:
    """JSON Lines, if the first line is a whole document; else one document over many lines."""
    first = stream.readline(MAX_MESSAGE + 2)
    if _is_json(first):
        return _lines(stream, first)
    return _one(first + stream.read(MAX_MESSAGE + 1))


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line, parse_int=len, parse_float=len)  # a number is not read, so that a long one costs nothing
    except (ValueError, RecursionError):
        return False
    return True


def _one(data: bytes) -> Iterator[bytes | Rejected]:
    yield Rejected(*TOO_LARGE) if len(data) > MAX_MESSAGE else data.strip(_SPACE) if data[:1] == b"{" else data


def _lines(stream: BinaryIO, first: bytes) -> Iterator[bytes | Rejected]:
    line = first or stream.readline(MAX_MESSAGE + 2)
    while line:
        if len(line.rstrip(b"\r\n")) > MAX_MESSAGE:
            while line and not line.endswith(b"\n"):
                line = stream.readline(_PEEK)
            yield Rejected(*TOO_LARGE)
        elif event := line.strip(_SPACE):
            yield event
        line = stream.readline(MAX_MESSAGE + 2)
