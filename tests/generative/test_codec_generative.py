"""Any event, in any form and broken in any way: our readers against fastavro, which shares no code with them."""

import json
from io import BytesIO
from typing import Any

import fastavro
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.codec import (
    Decoded,
    decode_json,
    decode_message,
    decode_stored,
    decode_wire,
    encode_wire,
    same_content,
    to_json_form,
)
from domain.attendance import CATEGORIES, reduce_mark
from domain.dates import school_year_of
from domain.effects import Act
from domain.errors import Rejected
from domain.reasons import REASONS
from schemas.registry import Schema, registry
from schemas.shape import Choice, Kind, Many, Maybe, Record, Shape, shape
from tests.builders.wire import all_schemas, bodies, by_fastavro, golden, header, plain_avro

SCHEMAS = all_schemas()
EACH = pytest.mark.parametrize("schema", SCHEMAS, ids=[f"{schema.event_type}-v{schema.version}" for schema in SCHEMAS])
# Of each of some hundred and thirty schemas.
A_FEW = settings(max_examples=max(5, settings().max_examples // 40))
FEWER = settings(max_examples=max(3, settings().max_examples // 100))
WIRES = [bytes.fromhex(entry["wire"]) for entry in golden()]


def read_by_fastavro(schema: Schema, wire: bytes) -> dict[str, Any]:
    """The event as another implementation of Avro resolves it to our newest schema, with its marks reduced."""
    newest = registry().newest[schema.event_type]
    body: Any = fastavro.schemaless_reader(BytesIO(wire[10:]), plain_avro(schema), plain_avro(newest))
    if schema.effect.act is Act.MARK:
        for session in ("am", "pm"):
            if body[session] is not None:
                body[session] = CATEGORIES[reduce_mark(body[session], school_year_of(body["effective"]["from"])) or 0]
    return body


def number(n: int) -> bytes:
    n = (n << 1) ^ (n >> 63)
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    return bytes([*out, n])


def in_odd_blocks(part: Shape, value: Any, draw: Any) -> bytes:
    """Avro as it may also be written: arrays in several blocks, some with a negative count and their size."""
    if isinstance(part, Maybe):
        there = value is not None
        return number(part.null_index if not there else 1 - part.null_index) + (
            in_odd_blocks(part.inner, value, draw) if there else b""
        )
    if isinstance(part, Record):
        return b"".join(in_odd_blocks(entry.shape, value[entry.name], draw) for entry in part.fields)
    if isinstance(part, Choice):
        return number(part.symbols.index(value))
    if isinstance(part, Many):
        out, rest = b"", list(value)
        while rest:
            size = draw(st.integers(1, len(rest)))
            inside = b"".join(in_odd_blocks(part.items, entry, draw) for entry in rest[:size])
            out += (number(-size) + number(len(inside)) if draw(st.booleans()) else number(size)) + inside
            rest = rest[size:]
        return out + b"\0"
    if part.kind is Kind.BOOLEAN:
        return bytes([value])
    if part.kind is Kind.TEXT:
        raw = value.encode()
        return number(len(raw)) + raw
    return number(value)


def check_accepted(decoded: Decoded) -> None:
    """What holds of anything that was accepted, however it came."""
    again = decode_stored(decoded.stored)
    assert again.body == decoded.body
    assert again.stored == decoded.stored, "what is stored is stored for ever"
    shown = json.dumps(to_json_form(decoded)).encode()
    by_json = decode_message(shown)
    assert by_json.body == decoded.body
    assert same_content(by_json, decoded)


@EACH
@A_FEW
@given(data=st.data())
def test_any_event_is_read_as_fastavro_reads_it(schema: Schema, data: Any) -> None:
    body = data.draw(bodies(schema))
    wire = by_fastavro(schema, body)
    decoded = decode_wire(wire)
    assert decoded.schema is registry().newest[schema.event_type]
    assert decoded.body == read_by_fastavro(schema, wire)
    if schema.effect.act is not Act.MARK:
        assert decoded.stored == wire
    check_accepted(decoded)


@EACH
@FEWER
@given(data=st.data())
def test_arrays_in_odd_blocks_are_the_same_event(schema: Schema, data: Any) -> None:
    body = data.draw(bodies(schema))
    odd = header(schema) + in_odd_blocks(shape(schema), body, data.draw)
    assert decode_wire(odd).body == decode_wire(by_fastavro(schema, body)).body
    check_accepted(decode_wire(odd))


@EACH
@FEWER
@given(data=st.data())
def test_the_encoder_writes_what_fastavro_writes(schema: Schema, data: Any) -> None:
    body = data.draw(bodies(schema))
    assert encode_wire({"event_type": schema.event_type, **body}, schema.version) == by_fastavro(schema, body)


@st.composite
def broken(draw: Any) -> bytes:
    """A good message with a few bytes changed, taken out, put in or repeated; the header mostly left alone."""
    wire = bytearray(draw(st.sampled_from(WIRES)))
    for _ in range(draw(st.integers(1, 4))):
        header_too = len(wire) < 10 or draw(st.integers(0, 9)) == 0
        place = draw(st.integers(0 if header_too else 10, len(wire)))
        way = draw(st.sampled_from(["change", "cut", "insert", "end", "repeat"]))
        if way == "change" and place < len(wire):
            wire[place] = draw(st.one_of(st.sampled_from([0, 1, 2, 3, 127, 128, 255]), st.integers(0, 255)))
        elif way == "cut":
            del wire[place : place + draw(st.integers(1, 8))]
        elif way == "insert":
            wire[place:place] = draw(st.binary(min_size=1, max_size=8))
        elif way == "end":
            del wire[place:]
        else:
            wire[place:place] = wire[place : place + 20]
    return bytes(wire)


def refused(read: Any, data: Any) -> Decoded | None:
    """What came out, or None where it was refused in the proper way."""
    rejected = None
    try:
        decoded: Decoded = read(data)
    except Rejected as error:
        rejected = error
    if rejected is None:
        return decoded
    assert rejected.reason in REASONS
    assert rejected.__context__ is None, "a foreign exception may hold the data"
    return None


@settings(max_examples=500)
@given(wire=broken())
def test_a_broken_message_is_refused_or_a_whole_event(wire: bytes) -> None:
    decoded = refused(decode_message, wire)
    if decoded is not None:
        check_accepted(decoded)


@given(data=st.binary(max_size=200))
def test_garbage_is_refused(data: bytes) -> None:
    assert refused(decode_message, data) is None


@given(data=st.data())
def test_json_with_any_part_replaced_is_refused_or_a_whole_event(data: Any) -> None:
    event = to_json_form(decode_wire(data.draw(st.sampled_from(WIRES))))
    node: Any = event
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(node[key], dict | list) or not node[key] or data.draw(st.booleans()):
            break
        node = node[key]
    scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12)
    node[key] = data.draw(st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
    text = json.dumps(event).encode()
    one, other = refused(decode_message, text), refused(decode_json, event)
    assert (one is None) == (other is None)
    if one is not None:
        check_accepted(one)
