"""The forms in which events come over HTTP, and how a body is taken apart into events without reading them.

What cannot be taken apart is refused, and nothing of it is stored. What can is recorded event by event, and an event
that cannot be read is kept aside with its reason, the same as over Kafka (contract 1, refused and kept).
"""

import json
import re
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any, Final

from adapters.api.problems import Refused
from adapters.codec.avro import SINGLE_OBJECT
from adapters.codec.encode import plain_name
from adapters.codec.framing import CONFLUENT

MAX_EVENTS: Final = 1_000
MAX_BODY: Final = 8 * 1024 * 1024  # bytes
LENGTH_BYTES: Final = 4

JSON: Final = "application/json"
JSON_LINES: Final = "application/x-ndjson"
AVRO: Final = "application/vnd.icr.event+avro"
AVRO_BATCH: Final = "application/vnd.icr.events+avro"


def take_apart(media: str, body: bytes) -> list[bytes]:
    """The events of a body in one of `FORMS`, each as it was sent; raises Refused (400, 413)."""
    events: list[bytes] = []
    for event in FORMS[media](body):
        if len(events) == MAX_EVENTS:
            rule = f"a request has at most {MAX_EVENTS} events"
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, rule, reason="too_large")
        events.append(event)
    return events


class _Repeated(Exception):
    """A key appears twice; the argument is its name where it is one of the contract's, else `?`."""


def _pairs(pairs: list[tuple[str, Any]]) -> None:
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise _Repeated(plain_name(next(name for name in names if names.count(name) > 1)))


def _constant(_: str) -> None:
    raise ValueError("a number is finite")


# Only finds where each event ends; numbers stay text, so that a long one costs nothing.
_scan: Final = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_constant=_constant, parse_int=len, parse_float=len
).raw_decode


_BLANK: Final = re.compile(r"[ \t\n\r]*")


def _end_of(text: str, at: int, place: str) -> int:
    """Where the JSON value that begins at `at` ends; `place` is the event's path in the body."""
    try:
        return int(_scan(text, at)[1])
    except _Repeated as repeated:
        field = f"{place}.{repeated}" if place else str(repeated)
        refused = Refused(HTTPStatus.BAD_REQUEST, "a key appears twice", reason="unknown_field", field=field)
    except (ValueError, RecursionError):
        refused = _unreadable(place)
    # Raised out here so that the foreign exception, which holds the text, is not its context.
    raise refused


def _unreadable(place: str) -> Refused:
    rule = "the body is JSON in UTF-8: an event or a list of events"
    return Refused(HTTPStatus.BAD_REQUEST, rule, reason="undecodable", field=place or None)


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise Refused(HTTPStatus.BAD_REQUEST, "text is UTF-8", reason="undecodable") from None


def _json(body: bytes) -> Iterator[bytes]:
    text = _text(body)
    at = _skip(text, 0)
    if not text.startswith("[", at):
        end = _end_of(text, at, "")
        if text[at] != "{" or _skip(text, end) != len(text):
            raise _unreadable("")
        yield text[at:end].encode()
        return
    at = _skip(text, at + 1)
    index = 0
    closed = text.startswith("]", at)
    while not closed:
        place = f"[{index}]"
        end = _end_of(text, at, place)
        yield text[at:end].encode()
        at = _skip(text, end)
        closed = text.startswith("]", at)
        if not closed and not text.startswith(",", at):
            raise _unreadable(place)
        at = _skip(text, at if closed else at + 1)
        index += 1
    if _skip(text, at + 1) != len(text):
        raise _unreadable("")


def _skip(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _json_lines(body: bytes) -> Iterator[bytes]:
    """One event a line. Unlike in a list, a line that is no JSON in UTF-8 spoils itself only."""
    first = True
    for line in body.split(b"\n"):
        event = line.strip(b" \t\r")
        if not event:
            continue
        if first and event[:1] != b"{":
            raise Refused(HTTPStatus.BAD_REQUEST, "JSON lines are one object a line", reason="undecodable")
        first = False
        yield event


def _avro(body: bytes) -> Iterator[bytes]:
    if body[:2] != SINGLE_OBJECT and body[0] != CONFLUENT:
        raise Refused(HTTPStatus.BAD_REQUEST, "an Avro event begins with C3 01, or with 00", reason="undecodable")
    yield body


def _avro_batch(body: bytes) -> Iterator[bytes]:
    """Events of which each is preceded by its length."""
    at = 0
    while at < len(body):
        start = at + LENGTH_BYTES
        at = start + int.from_bytes(body[at:start], "big")
        if start > len(body) or at > len(body):
            rule = f"each event is preceded by its length in {LENGTH_BYTES} bytes, big-endian"
            raise Refused(HTTPStatus.BAD_REQUEST, rule, reason="undecodable")
        yield body[start:at]


FORMS: Final[dict[str, Callable[[bytes], Iterator[bytes]]]] = {
    JSON: _json,
    JSON_LINES: _json_lines,
    AVRO: _avro,
    AVRO_BATCH: _avro_batch,
    "avro/binary": _avro,
    "application/avro": _avro,
    "application/ndjson": _json_lines,
    "application/jsonl": _json_lines,
}
