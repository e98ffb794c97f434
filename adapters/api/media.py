"""The forms in which events come over HTTP, and how a body is taken apart into events without reading them.

What cannot be taken apart is refused, and nothing of it is stored. What can is recorded event by event, and an event
that cannot be read is kept in quarantine with its reason, the same as over Kafka (contract 1, refused and kept).
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
from adapters.codec.limits import MAX_MESSAGE
from adapters.codec.plain_json import wrong_encoding

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
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise _Repeated(plain_name(name))
        seen.add(name)


def _constant(_: str) -> None:
    raise ValueError("a number is finite")


# Only finds where each event ends; numbers stay text, so that a long one costs nothing.
_scan: Final = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_constant=_constant, parse_int=len, parse_float=len
).raw_decode

# Characters in which an event is looked for: most are short, and none may be longer than a message. So what is made while
# looking is small, and the interpreter is never held for longer than it takes to look through one message.
_WINDOWS: Final = (8_192, MAX_MESSAGE)
_NEAR: Final = 16  # characters: no number's sign, escape or literal that a window cuts through is longer

_BLANK: Final = re.compile(r"[ \t\n\r]*")
_BLANK_BYTES: Final = re.compile(rb"[ \t\n\r]*")


def _end_of(text: str, at: int, place: str) -> int:
    """Where the JSON value that begins at `at` ends; `place` is the event's path in the body."""
    refused = _unreadable(place)
    for size in _WINDOWS:
        window = text[at : at + size]
        cut = at + size < len(text)
        try:
            end = int(_scan(window, 0)[1])
            if not cut or end < size:  # else a number may go on behind it
                return at + end
            refused = _too_large(place)
        except _Repeated as repeated:
            field = f"{place}.{repeated}" if place else str(repeated)
            refused = Refused(HTTPStatus.BAD_REQUEST, "a key appears twice", reason="unknown_field", field=field)
            break
        except json.JSONDecodeError as error:
            if not cut or not _is_cut(error, size):
                refused = _unreadable(place)
                break
            refused = _too_large(place)
        except (ValueError, RecursionError):
            refused = _unreadable(place)
            break
    # Raised out here so that the foreign exception, which holds the text, is not its context.
    raise refused


def _is_cut(error: json.JSONDecodeError, size: int) -> bool:
    """Whether what was found wrong may only be that the window of `size` characters ends there."""
    return error.msg.startswith("Unterminated") or error.pos >= size - _NEAR


def _too_large(place: str) -> Refused:
    rule = f"a message has at most {MAX_MESSAGE} bytes"
    return Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, rule, reason="too_large", field=place or None)


def _unreadable(place: str) -> Refused:
    rule = "the body is JSON in UTF-8: an event or a list of events"
    return Refused(HTTPStatus.BAD_REQUEST, rule, reason="undecodable", field=place or None)


def _text(body: bytes) -> str:
    _check_encoding(body)
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise Refused(HTTPStatus.BAD_REQUEST, "text is UTF-8", reason="undecodable") from None


def _check_encoding(body: bytes) -> None:
    if (wrong := wrong_encoding(body)) is not None:
        raise Refused(HTTPStatus.BAD_REQUEST, wrong, reason="undecodable")


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
    _check_encoding(body)
    at = _skip_bytes(body, 0)
    if at < len(body) and body[at : at + 1] != b"{":
        raise Refused(HTTPStatus.BAD_REQUEST, "JSON lines are one object a line", reason="undecodable")
    while at < len(body):
        end = body.find(b"\n", at)
        end = len(body) if end < 0 else end
        yield body[at:end].rstrip(b" \t\r")
        at = _skip_bytes(body, end)


def _skip_bytes(body: bytes, at: int) -> int:
    found = _BLANK_BYTES.match(body, at)
    return found.end() if found else at


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
