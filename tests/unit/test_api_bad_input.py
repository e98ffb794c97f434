"""Requests that are refused: nothing is stored, the caller learns why, and nothing that was sent is quoted."""

import json
import struct

import pytest

from adapters.api.media import AVRO, AVRO_BATCH, JSON, JSON_LINES, MAX_EVENTS, take_apart
from adapters.api.problems import Refused
from tests.builders.wire import NHS, admitted

EVENT = json.dumps(admitted()).encode()


def refusal(media: str, body: bytes) -> Refused:
    with pytest.raises(Refused) as raised:
        take_apart(media, body)
    error = raised.value
    assert NHS not in f"{error}{error.detail}{error.field}"
    assert error.__cause__ is None
    return error


@pytest.mark.parametrize(
    "body",
    [
        b"garbage",
        b"\xff\xfe\x00",
        b"\x00\x01",
        b"\xef\xbb\xbf" + EVENT,
        EVENT[:-1],
        EVENT + EVENT,
        EVENT + b" x",
        b"[" + EVENT,
        b"[" + EVENT + b",]",
        b"[" + EVENT + b" " + EVENT + b"]",
        b"[" + EVENT + b"]]",
        b"[,]",
        b"12",
        b'"text"',
        b"null",
        b"NaN",
        b'[{"a": Infinity}]',
        b'{"a": "\x01"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'[{"a":' + b"[" * 100_000,
        b"   ",
    ],
)
def test_what_is_no_json_is_refused_whole(body: bytes) -> None:
    error = refusal(JSON, body)
    assert error.status == 400
    assert error.reason == "undecodable"


def test_repeated_keys_are_refused_and_named_only_where_the_name_is_ours() -> None:
    assert refusal(JSON, b'{"event_id": "1", "event_id": "2"}').field == "event_id"
    assert refusal(JSON, b'[{}, {"source": {"system": 1, "system": 2}}]').field == "[1].system"
    error = refusal(JSON, f'{{"{NHS}": 1, "{NHS}": 2}}'.encode())
    assert (error.status, error.reason, error.field) == (400, "unknown_field", "?")


def test_a_million_entries_are_not_read_to_the_end() -> None:
    error = refusal(JSON, b"[" + b"{}," * 1_000_000 + b"{}]")
    assert (error.status, error.reason) == (413, "too_large")
    assert refusal(JSON_LINES, b"{}\n" * 1_000_000).status == 413
    assert refusal(AVRO_BATCH, bytes(4) * 1_000_000).status == 413


def test_as_many_as_allowed_are_taken_as_they_were_sent() -> None:
    spaced = b' \n{ "a" : 1.50 }\t'
    assert take_apart(JSON, b"[" + b",".join([spaced] * MAX_EVENTS) + b"] ") == [spaced.strip()] * MAX_EVENTS
    assert take_apart(JSON, b"\n" + EVENT + b"\n") == [EVENT]
    assert take_apart(JSON, b"[ ]") == []
    assert take_apart(JSON, '[{"a": "Zoë"}]'.encode()) == ['{"a": "Zoë"}'.encode()]


def test_what_stands_in_a_list_and_is_no_event_is_left_to_the_recorder() -> None:
    assert take_apart(JSON, b'[1, null, [], "a", {}]') == [b"1", b"null", b"[]", b'"a"', b"{}"]


def test_a_line_spoils_only_itself() -> None:
    assert take_apart(JSON_LINES, EVENT + b"\r\n\n  \nnot json\n" + EVENT) == [EVENT, b"not json", EVENT]


@pytest.mark.parametrize("body", [b"%PDF-1.7\n", b"[{}]\n", b'{"a": "\xff"}\n'])
def test_what_is_no_json_lines_is_refused(body: bytes) -> None:
    assert refusal(JSON_LINES, body).status == 400


@pytest.mark.parametrize("body", [b"{}", b"Obj\x01", b"\xc3\x02" + bytes(20)])
def test_what_does_not_begin_as_avro_is_refused(body: bytes) -> None:
    assert refusal(AVRO, body).reason == "undecodable"


def test_avro_that_begins_well_is_left_to_the_recorder() -> None:
    assert take_apart(AVRO, b"\xc3\x01") == [b"\xc3\x01"]
    assert take_apart(AVRO, b"\x00junk") == [b"\x00junk"]


def test_an_avro_batch_is_taken_by_its_lengths() -> None:
    events = [b"\xc3\x01" + bytes(30), b"", b"x"]
    framed = b"".join(struct.pack(">I", len(event)) + event for event in events)
    assert take_apart(AVRO_BATCH, framed) == events
    for cut in (framed[:-1], framed + b"\x00", framed[:3], b"\xff\xff\xff\xff" + framed):
        assert refusal(AVRO_BATCH, cut).reason == "undecodable"
