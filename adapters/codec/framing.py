"""Which of the three forms a message has: Avro single-object, Confluent framing or JSON (design 2, decode)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from adapters.codec.avro import SINGLE_OBJECT, Decoded, decode_wire
from adapters.codec.encode import json_form
from adapters.codec.generate import HEADER
from adapters.codec.json_form import wire_of
from adapters.codec.plain_json import wrong_encoding
from adapters.codec.primitives import varint
from adapters.codec.schema_ids import NO_IDS
from domain.errors import Rejected
from schemas.registry import registry

CONFLUENT: Final = 0
CONFLUENT_HEADER: Final = 5  # 00 and the registry's id of the schema, big-endian

# Fields that belong to the sending, not to the event (contract 1, conflict).
_TRANSPORT: Final = ("mode",)
_SOURCE_TRANSPORT: Final = ("source_version",)


def decode_json(data: bytes | Mapping[str, Any]) -> Decoded:
    """Reads the JSON form of an event, as text or as parsed; `stored` is its Avro form by the newest schema.

    A date that cannot be, in a field that may be absent, is set aside.
    Raises Rejected: `undecodable`, `too_large`, `unknown_event_type`, `missing_field`, `unknown_field`, `bad_value`,
    `unknown_code`, `impossible_date`.
    """
    wire, aside = wire_of(data)
    decoded = decode_wire(wire)
    return replace(decoded, set_aside=aside) if aside else decoded


def decode_message(data: bytes, ids: Mapping[int, bytes] = NO_IDS) -> Decoded:
    """Reads a message in any of the three forms; `ids` are those of `confluent_ids`.

    Raises Rejected: as `decode_wire` and `decode_json`.
    """
    if data[:2] == SINGLE_OBJECT:
        return decode_wire(data)
    if data[:1] == b"\0":
        if len(data) < CONFLUENT_HEADER:
            raise Rejected("undecodable", None, wrong_encoding(data) or "00 is followed by a schema id of four bytes")
        fingerprint = ids.get(int.from_bytes(data[1:CONFLUENT_HEADER], "big"))
        if fingerprint is None:
            if (wrong := wrong_encoding(data)) is not None:
                raise Rejected("undecodable", None, wrong)
            raise Rejected("unknown_schema", None, "the schema id is one of those configured")
        return decode_wire(SINGLE_OBJECT + fingerprint + data[CONFLUENT_HEADER:])
    if data[:1] == b"{" or data[:64].lstrip(b" \t\r\n")[:1] == b"{":
        return decode_json(data)
    if not data:
        raise Rejected("undecodable", None, "the message is empty")
    raise Rejected("undecodable", None, wrong_encoding(data) or "a message begins with C3 01, with 00, or with {")


def envelope_of(data: bytes, ids: Mapping[int, bytes] = NO_IDS) -> tuple[str | None, str, str | None] | None:
    """Organisation, event type and event id of a message in Avro, which may be broken further on; None of any other.

    Every schema of the contract begins with the event id, the organisation next. Raises nothing.
    """
    body, fingerprint = data[HEADER:], data[len(SINGLE_OBJECT) : HEADER]
    if data[:1] == b"\0":
        body, fingerprint = data[CONFLUENT_HEADER:], ids.get(int.from_bytes(data[1:CONFLUENT_HEADER], "big"), b"")
    elif data[:2] != SINGLE_OBJECT:
        return None
    schema = registry().by_fingerprint.get(fingerprint)
    if schema is None:
        return None
    try:
        event_id, at = _text(body, 0)
        organisation, _ = _text(body, at)
    except (IndexError, Rejected, UnicodeDecodeError):
        return None, schema.event_type, None
    return organisation, schema.event_type, event_id


def _text(data: bytes, at: int) -> tuple[str, int]:
    length, at = varint(data, at)
    end = at + length
    if length < 0 or end > len(data):
        raise IndexError
    return data[at:end].decode(), end


def to_json_form(decoded: Decoded) -> dict[str, Any]:
    """The JSON form of an event, with `event_type` first and RFC 3339 dates; reading it gives the same event."""
    return json_form(decoded.schema, decoded.body)


def same_content(a: Decoded, b: Decoded) -> bool:
    """Whether two events say the same, aside from how they were sent; bodies are compared as resolved to our schema."""
    if a.schema is not b.schema:
        return False
    return a.stored == b.stored or _content(a.body) == _content(b.body)


def _content(body: Mapping[str, Any]) -> dict[str, Any]:
    source = {name: value for name, value in body["source"].items() if name not in _SOURCE_TRANSPORT}
    return {**{name: value for name, value in body.items() if name not in _TRANSPORT}, "source": source}
