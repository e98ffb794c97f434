"""JSON before anything is made of it: hostile text takes time in proportion to its length; its encoding is named."""

import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.api.media import AVRO_BATCH, JSON, JSON_LINES, MAX_BODY, take_apart
from adapters.api.problems import Refused
from adapters.codec import decode_json, decode_message
from adapters.codec.limits import MAX_DEPTH, MAX_KEYS, MAX_MESSAGE
from adapters.codec.plain_json import check_shape, wrong_encoding
from adapters.log.self_description import self_description_of
from adapters.publishing.arrays import BrokenFile
from adapters.publishing.files import read_events
from domain.errors import Rejected
from tests.builders.wire import admitted

EVENT = json.dumps(admitted())
OPEN = EVENT[:-1].encode()


def keys(count: int, name: str = '"k%d":1') -> bytes:
    return b"{" + b",".join((name % n).encode() for n in range(count)) + b"}"


def fill(unit: bytes, size: int, head: bytes = b"", tail: bytes = b"") -> bytes:
    return head + unit * ((size - len(head) - len(tail)) // len(unit)) + tail


def listed(part: Callable[[int], bytes], size: int) -> bytes:
    """As many of the largest events there may be as a body may hold."""
    return b"[" + b",".join([part(MAX_MESSAGE - 100)] * (size // MAX_MESSAGE)) + b"]"


# Bodies of a size, of the kinds that cost most.
BODIES: dict[str, tuple[str, Callable[[int], bytes]]] = {
    "many keys": (JSON, lambda size: listed(lambda most: keys(most // 11), size)),
    "one key twice among many": (JSON, lambda size: listed(lambda most: keys(most // 11)[:-1] + b',"k0":1}', size)),
    "escapes": (JSON, lambda size: listed(lambda most: fill(b'\\"', most, b'{"a":"', b'"}'), size)),
    "escapes of four digits": (JSON, lambda size: listed(lambda most: fill(b"\\u0041", most, b'{"a":"', b'"}'), size)),
    "escapes without an end": (JSON, lambda size: fill(b'\\"', size, b'{"a":"')),
    "backslashes": (JSON, lambda size: fill(b"\\", size, b'{"a":"')),
    "empty texts": (JSON, lambda size: listed(lambda most: fill(b'"",', most, b'{"a":[', b'""]}'), size)),
    "empty lists": (JSON, lambda size: listed(lambda most: fill(b"[],", most, b'{"a":[', b"0]}"), size)),
    "long numbers": (JSON, lambda size: listed(lambda most: fill(b"1", most, b'{"a":', b"}"), size)),
    "huge exponents": (JSON, lambda size: listed(lambda most: fill(b"9", most, b'{"a":1e', b"}"), size)),
    "depth": (JSON, lambda size: fill(b"[", size)),
    "depth of objects": (JSON, lambda size: fill(b'{"a":', size)),
    "spaces": (JSON, lambda size: fill(b" ", size)),
    "spaces between": (JSON, lambda size: fill(b" ", size, b"[{}", b",{}]")),
    "empty lines": (JSON_LINES, lambda size: fill(b"\n", size)),
    "blank lines": (JSON_LINES, lambda size: fill(b" \r\n", size, b"{}\n")),
    "one endless line": (JSON_LINES, lambda size: fill(b" ", size, b"{")),
    "lines": (JSON_LINES, lambda size: fill(b"{}\n", size)),
    "nothing, often": (AVRO_BATCH, bytes),
}  # fmt: skip


def time_taken(media: str, body: bytes) -> float:
    """Seconds of the processor."""
    began = time.process_time()
    with contextlib.suppress(Refused):
        take_apart(media, body)
    return time.process_time() - began


@pytest.mark.parametrize("kind", BODIES)
def test_a_hostile_body_is_taken_apart_in_time_proportional_to_its_length(kind: str) -> None:
    media, make = BODIES[kind]
    quarter, whole = (time_taken(media, make(size)) for size in (MAX_BODY // 4, MAX_BODY))
    assert whole < 10 * quarter + 1  # four times as much takes four times as long; what is not linear, sixteen times


# Events that are as long as may be.
EVENTS: dict[str, bytes] = {
    "fields that are none": OPEN + b"," + keys(MAX_KEYS - 100)[1:],
    "too many keys": OPEN + b"," + keys(MAX_MESSAGE // 12)[1:],
    "entries that are none": json.dumps({**admitted(), "others": [{"x" * 59 + str(n): 1} for n in range(1000)]}).encode(),
    "depth": OPEN + b',"x":' + b"[" * 120_000 + b"]" * 120_000 + b"}",
    "depth without an end": OPEN + b',"x":' + b'{"a":' * 50_000,
    "lists": OPEN + b',"x":[' + b"[]," * 80_000 + b"[]]}",
    "texts": OPEN + b',"x":[' + b'"",' * 80_000 + b'""]}',
    "numbers as long as may be": OPEN + b',"x":[' + b",".join([b"1" * 4_290] * 58) + b"]}",
    "a longer number": OPEN + b',"x":' + b"1" * 250_000 + b"}",
    "a long fraction": OPEN + b',"x":1.' + b"1" * 250_000 + b"e999999999}",
    "huge exponents": OPEN + b',"x":[' + b",".join([b"1e99999"] * 30_000) + b"]}",
    "escapes without an end": OPEN + b',"x":"' + b'\\"' * 120_000,
    "one key many times": OPEN + b',"x":1' * 40_000 + b"}",
}  # fmt: skip


@pytest.mark.parametrize("kind", EVENTS)
def test_a_hostile_event_is_judged_in_time_proportional_to_its_length(kind: str) -> None:
    event = EVENTS[kind]
    assert len(event) <= MAX_MESSAGE
    decode_json(EVENT.encode())  # the model of its type is made once
    began = time.process_time()
    with pytest.raises(Rejected) as raised:
        decode_message(event)
    self_description_of(event)
    assert time.process_time() - began < 2
    assert raised.value.__context__ is None


def test_many_dates_that_cannot_be_are_set_aside_together() -> None:
    other = {
        "identifiers": [],
        "role": "parent",
        "person": {"names": [], "date_of_birth": "2015-02-30"},
    }
    event = {**admitted(), "others": [other] * 900}
    try:
        decoded = decode_message(json.dumps(event).encode())
    except Rejected as rejected:
        pytest.fail(f"{rejected.reason} {rejected.field} {rejected.rule}")
    assert len(decoded.set_aside) == 900
    assert event["others"][0]["person"]["date_of_birth"] == "2015-02-30", "what was given is not changed"


def test_what_is_too_large_is_looked_at_only_where_that_costs_little() -> None:
    source = b'{"event_type": "PupilAdmitted", "source": {"organisation": "urn-900001"}, "x": '
    assert self_description_of(source + b'"' + b"a" * 9_000_000 + b'"}').organisation == "urn-900001"
    assert self_description_of(source + b"[" + b"[]," * 3_000_000 + b"0]}").organisation is None


def test_depth_and_keys_are_counted_outside_texts() -> None:
    check_shape(json.dumps({"a": "[" * 1_000 + '"\\' + ":" * 20_000}).encode())
    check_shape(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"[]" * 1_000)
    for text in (b"[" * (MAX_DEPTH + 1), b'{"\\"":' * (MAX_DEPTH + 1), keys(MAX_KEYS + 1)):
        with pytest.raises(Rejected):
            check_shape(text)


# Files of the kinds that cost most.
FILES: dict[str, Callable[[int], bytes]] = {
    "escapes": lambda size: fill(b'\\"', size, b'[{"a":"', b'"}]'),
    "escapes without an end": lambda size: fill(b'\\"', size, b'[{"a":"'),
    "entries": lambda size: fill(b"{},", size, b"[", b"{}]"),
    "lists": lambda size: fill(b"[],", size, b"[[", b"[]]]"),
    "depth": lambda size: fill(b"[", size),
    "spaces": lambda size: fill(b" ", size, b"[{}", b"]"),
    "spaces behind": lambda size: fill(b" ", size, b"[{}]"),
    "empty lines": lambda size: fill(b"\n", size, b"{}"),
    "numbers": lambda size: fill(b"1" * 4_000 + b",", size, b"[", b"1]"),
    "one line": lambda size: fill(b"1", size, b'{"a":'),
}  # fmt: skip


@pytest.mark.parametrize("kind", FILES)
def test_a_hostile_file_is_taken_apart_in_time_proportional_to_its_length(tmp_path: Path, kind: str) -> None:
    (tmp_path / "a.json").write_bytes(FILES[kind](1_500_000))
    began = time.process_time()
    with contextlib.suppress(BrokenFile):
        for _ in read_events(tmp_path / "a.json"):
            pass
    assert time.process_time() - began < 4


MARK = "the text begins with a byte order mark (EF BB BF): send UTF-8 without it"
# How an event is written -> in which words that is refused.
ENCODED: dict[str, tuple[bytes, str]] = {
    "marked": (b"\xef\xbb\xbf" + EVENT.encode(), MARK),
    **{
        f"{name}{'' if mark else ', unmarked'}": (mark + EVENT.encode(name), f"the text is {name[:6].upper()}: send UTF-8")
        for name, mark in (
            ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff"), ("utf-16-le", b""), ("utf-16-be", b""),
            ("utf-32-le", b"\xff\xfe\0\0"), ("utf-32-be", b"\0\0\xfe\xff"), ("utf-32-le", b""), ("utf-32-be", b""),
        )
    },
}  # fmt: skip


@pytest.mark.parametrize("name", ENCODED)
def test_the_wrong_encoding_is_named_at_every_entrance(tmp_path: Path, name: str) -> None:
    data, rule = ENCODED[name]
    with pytest.raises(Rejected) as kept:
        decode_message(data)
    assert (kept.value.reason, kept.value.rule) == ("undecodable", rule)
    for media in (JSON, JSON_LINES):
        with pytest.raises(Refused) as refused:
            take_apart(media, data + b"\n" + data)
        assert (refused.value.status, refused.value.reason, refused.value.detail) == (400, "undecodable", rule)
    for file in ("a.json", "a.jsonl"):
        (tmp_path / file).write_bytes(data)
        if rule == MARK:
            assert list(read_events(tmp_path / file)) == [EVENT.encode()]
        else:
            with pytest.raises(BrokenFile, match=rule.split(":")[0].removeprefix("the text is ")):
                list(read_events(tmp_path / file))


def test_bug_lines_of_utf_16_behind_utf_8_are_named_each(tmp_path: Path) -> None:
    """As `>>` of Windows PowerShell adds them to a file."""
    file = tmp_path / "a.jsonl"
    file.write_bytes(EVENT.encode() + b"\n" + f"{EVENT}\r\n{EVENT}\r\n".encode("utf-16-le"))
    found = list(read_events(file))
    rules = []
    for event in found[1:]:
        assert isinstance(event, bytes)
        with pytest.raises(Rejected) as rejected:
            decode_message(event)
        rules.append((rejected.value.reason, rejected.value.rule))
    assert found[0] == EVENT.encode()
    assert set(rules[:2]) == {("undecodable", "the text is UTF-16: send UTF-8")}
    assert {reason for reason, _ in rules} == {"undecodable"}


def test_a_schema_id_that_looks_like_utf_16_is_one_where_it_is_configured() -> None:
    ids = {int.from_bytes(b'{\0"\0', "big"): bytes(8)}
    with pytest.raises(Rejected) as rejected:
        decode_message(b'\0{\0"\0' + b"x" * 20, ids)
    assert rejected.value.reason == "unknown_schema"
    assert wrong_encoding(b'\0{\0"\0') is not None


@pytest.mark.parametrize("text", [b"", b"{", b"{}", b"[{}]", b" {}", b"\xc3\x01" + bytes(20), b'{"a": "\\u0000"}'])
def test_what_may_be_utf_8_is_not_called_anything_else(text: bytes) -> None:
    assert wrong_encoding(text) is None
