"""JSON lists too large for memory: taken apart into their entries without being read."""

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from adapters.codec.limits import MAX_MESSAGE
from domain.errors import Rejected

_CHUNK: Final = 64 * 1024
_OUTSIDE: Final = re.compile(rb'["\[\]{},]')
_INSIDE: Final = re.compile(rb'["\\]')
_SPACE: Final = b" \t\r\n"


class BrokenFile(Exception):
    """A file cannot be read on; the text says why, without quoting it."""


TOO_LARGE: Final = ("too_large", None, f"a message has at most {MAX_MESSAGE} bytes")


class _Entry:
    """The entry being put together; of one that is too large only that is remembered."""

    def __init__(self) -> None:
        self._parts = bytearray()
        self._too_large = False

    def add(self, part: bytes) -> None:
        self._parts += part
        if len(self._parts) > MAX_MESSAGE:
            self._too_large = True
            self._parts.clear()

    def take(self) -> bytes | Rejected:
        """The entry, and begin the next; empty when there is none."""
        taken: bytes | Rejected = Rejected(*TOO_LARGE) if self._too_large else bytes(self._parts).strip(_SPACE)
        self._parts.clear()
        self._too_large = False
        return taken


def entries(stream: BinaryIO) -> Iterator[bytes | Rejected]:
    """The entries of the JSON list that begins at the stream's next byte, `[`, each as it was written.

    Whether an entry is JSON at all is for whoever reads it. Raises BrokenFile where the list is none.
    """
    stream.read(1)
    entry = _Entry()
    depth, count, in_text, escaped = 1, 0, False, False
    while chunk := stream.read(_CHUNK):
        start = at = 0
        while at < len(chunk):
            if escaped:
                escaped = False
                at += 1
                continue
            found = (_INSIDE if in_text else _OUTSIDE).search(chunk, at)
            if found is None:
                break
            at = found.end()
            mark = found.group()
            if mark == b"\\":
                escaped = True
            elif mark == b'"':
                in_text = not in_text
            elif mark in b"[{":
                depth += 1
            elif mark in b"]}":
                depth -= 1
            if depth == 0 or (depth == 1 and mark == b","):
                entry.add(chunk[start : at - 1])
                start = at
                taken = entry.take()
                if taken or (mark == b"," or count):
                    yield _filled(taken)
                    count += 1
            if depth == 0:
                _nothing_follows(chunk[at:], stream)
                return
        entry.add(chunk[start:])
    raise BrokenFile("the list does not end")


def _filled(taken: bytes | Rejected) -> bytes | Rejected:
    if not taken and not isinstance(taken, Rejected):
        raise BrokenFile("the list has an empty entry")
    return taken


def _nothing_follows(rest: bytes, stream: BinaryIO) -> None:
    while rest:
        if rest.strip(_SPACE):
            raise BrokenFile("something follows the list")
        rest = stream.read(_CHUNK)
