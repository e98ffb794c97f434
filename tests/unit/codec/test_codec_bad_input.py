"""Bad input to the codec: each is refused with a reason of the contract, and nothing of it is quoted."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from adapters.codec import confluent_ids, decode_json, decode_message, decode_wire, encode_wire
from adapters.codec.limits import MAX_ENTRIES, MAX_MESSAGE, MAX_TEXT
from domain.errors import Rejected
from domain.reasons import REASONS
from schemas.registry import registry
from tests.builders.wire import NHS, UPN, admitted, header, marked

PLANTED = (UPN, NHS, "Example", "Zoë", "ZE9 1AA", "100110000001", "P77", "2015-03-01")
PUPIL = registry().newest["PupilAdmitted"]


def refusal(data: Any, read: Callable[[Any], object] = decode_message) -> Rejected:
    with pytest.raises(Rejected) as caught:
        read(data)
    assert caught.value.reason in REASONS
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    assert not any(word in repr(caught.value) + str(caught.value) for word in PLANTED)
    return caught.value


def reason(data: Any, read: Callable[[Any], object] = decode_message) -> tuple[str, str | None]:
    rejected = refusal(data, read)
    return rejected.reason, rejected.field


def wire(*parts: bytes) -> bytes:
    """A PupilAdmitted by hand: event id, source, mode, instant, and then what is given."""
    return header(PUPIL) + b"\x02e\x02o\x02s\0\0\0\0" + b"".join(parts)


# What follows the identifiers in the plainest event: no person, no status, no others, a day, no end, nothing else.
REST = b"\0\0\0\xb2\xc3\x02\0\0\0\0\x02s\0\0"
ONE = b"\x02\x06upn\x02x\0"


def test_the_plain_event_by_hand_is_good() -> None:
    assert decode_wire(wire(ONE, REST)).body["subject"]["identifiers"] == [{"scheme": "upn", "value": "x"}]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "undecodable"),
        (b"\xc3", "undecodable"),
        (b"\xc3\x01", "undecodable"),
        (b"\xc3\x01\x01\x02\x03", "undecodable"),
        (b"\xc3\x02" + bytes(20), "undecodable"),
        (b"\xc3\x01" + bytes(8), "unknown_schema"),
        (b"\xc3\x01" + bytes(80), "unknown_schema"),
        (b"\0", "undecodable"),
        (b"\0\0\0\1", "undecodable"),
        (b"\0\0\0\0\1abc", "unknown_schema"),
        (b"hello", "undecodable"),
        (b"<xml/>", "undecodable"),
        (b"[]", "undecodable"),
        (b"null", "undecodable"),
        (b'"text"', "undecodable"),
        (b"\xef\xbb\xbf{}", "undecodable"),
        (b"\xff\xfe{\0}\0", "undecodable"),
        (b"{", "undecodable"),
        (b"{}", "missing_field"),
        (b"\n\n{}", "missing_field"),
        (b" " * 70, "undecodable"),
        (b'{"event_type": "\xff"}', "undecodable"),
        (b'{"event_type": "PupilAdmitted"} trailing', "undecodable"),
        (b'{"event_type": ' + b"[" * 100_000, "undecodable"),
        (b'{"event_type": 1' + b"0" * 5000 + b"}", "undecodable"),
        (b'{"event_type": NaN}', "bad_value"),
        (b'{"event_type": -Infinity}', "bad_value"),
        (b'{"event_type": null}', "missing_field"),
        (b'{"event_type": ["PupilAdmitted"]}', "bad_value"),
        (b'{"event_type": "H801200001001"}', "unknown_event_type"),
    ],
    ids=repr,
)
def test_garbage(data: bytes, expected: str) -> None:
    assert reason(data)[0] == expected


@pytest.mark.parametrize("event", [admitted(), marked()], ids=["admitted", "marked"])
def test_every_truncation(event: dict[str, Any]) -> None:
    whole = encode_wire(event)
    for end in range(len(whole)):
        assert reason(whole[:end])[0] == "undecodable"


@pytest.mark.parametrize("event", [admitted(), marked()], ids=["admitted", "marked"])
def test_bytes_left_over(event: dict[str, Any]) -> None:
    for extra in (b"\0", b"\x02", encode_wire(event)):
        assert reason(encode_wire(event) + extra) == ("undecodable", None)


def test_too_large() -> None:
    assert reason(bytes(MAX_MESSAGE + 1), decode_wire) == ("too_large", None)
    assert reason(header(PUPIL) + bytes(MAX_MESSAGE)) == ("too_large", None)
    assert reason(json.dumps(admitted(reference="x" * MAX_MESSAGE)).encode()) == ("too_large", None)


# Varints and lengths.


@pytest.mark.parametrize(
    "varint",
    [b"\x80" * 10 + b"\0", b"\xff" * 10 + b"\x01", b"\xff" * 9 + b"\x02", b"\x80" * 4000],
    ids=["eleven bytes", "eleven bytes of ones", "65 bits", "no end"],
)
def test_overlong_varints(varint: bytes) -> None:
    assert reason(header(PUPIL) + varint)[0] == "undecodable"  # a length
    assert reason(wire()[:-1] + varint + ONE + REST)[0] == "undecodable"  # an instant
    assert reason(wire(varint, ONE, REST))[0] == "undecodable"  # a block's count
    assert reason(wire(ONE, REST.replace(b"\xb2\xc3\x02", varint)))[0] == "undecodable"  # a date


def test_a_date_has_32_bits() -> None:
    assert reason(wire(ONE, REST.replace(b"\xb2\xc3\x02", b"\xff\xff\xff\xff\x1f"))) == (
        "undecodable",
        "effective.from",
    )


def test_a_long_way_of_writing_a_number_is_the_same_number() -> None:
    longer = wire(ONE, REST.replace(b"\xb2\xc3\x02", b"\xb2\xc3\x82\x00"))
    assert decode_wire(longer).body == decode_wire(wire(ONE, REST)).body


@pytest.mark.parametrize("length", [b"\x01", b"\x03", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"])
def test_a_negative_length(length: bytes) -> None:
    assert reason(header(PUPIL) + length + b"abc") == ("undecodable", "event_id")


@pytest.mark.parametrize("length", [b"\x7e", b"\xfe\x07", b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"])
def test_a_length_beyond_the_end(length: bytes) -> None:
    assert reason(header(PUPIL) + length + b"abc")[0] == "undecodable"
    assert reason(wire(ONE, REST[:-4], length, b"s"))[0] == "undecodable"


def test_a_text_that_is_too_long() -> None:
    length = b"\xa2\x9c\x01"  # 10,001
    text = b"x" * (MAX_TEXT + 1)
    assert reason(header(PUPIL) + length + text) == ("too_long", "event_id")
    assert reason(header(PUPIL) + b"\xca\x01" + b"x" * 101 + bytes(60)) == ("too_long", "event_id")


def test_a_text_that_says_nothing() -> None:
    assert reason(header(PUPIL) + b"\0" + bytes(60)) == ("missing_field", "event_id")
    assert reason(header(PUPIL) + b"\x02e\0" + bytes(60)) == ("missing_field", "source.organisation")
    assert reason(wire(ONE, REST.replace(b"\x02s", b"\0"))) == ("missing_field", "school")


@pytest.mark.parametrize("raw", [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xc0\x80", b"\xf5\x80\x80\x80"])
def test_text_that_is_not_utf_8(raw: bytes) -> None:
    sized = bytes([2 * len(raw)]) + raw
    for data in (header(PUPIL) + sized + bytes(60), wire(b"\x02\x06upn", sized, b"\0", REST), wire(b"\x02", sized)):
        assert reason(data)[0] == "undecodable"
    long = b"\xa0\x01" + b"x" * (80 - len(raw)) + raw
    assert reason(header(PUPIL) + long + bytes(60))[0] == "undecodable"


def test_nul_characters() -> None:
    assert reason(header(PUPIL) + b"\x06a\0b" + bytes(60)) == ("bad_value", "event_id")
    assert reason(wire(ONE, REST.replace(b"\x02s", b"\x04s\0"))) == ("bad_value", "school")


# Arrays.


def entries(count: int) -> bytes:
    return b"\x06upn\x02x" * count


def number(n: int) -> bytes:
    n = (n << 1) ^ (n >> 63)
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    return bytes([*out, n])


def test_as_many_entries_as_allowed() -> None:
    for blocks in (
        number(MAX_ENTRIES) + entries(MAX_ENTRIES),
        b"".join(number(1) + entries(1) for _ in range(MAX_ENTRIES)),
        number(-MAX_ENTRIES) + number(6 * MAX_ENTRIES) + entries(MAX_ENTRIES),
    ):
        assert len(decode_wire(wire(blocks, b"\0", REST)).body["subject"]["identifiers"]) == MAX_ENTRIES


def test_one_entry_too_many() -> None:
    for blocks in (
        number(MAX_ENTRIES + 1) + entries(MAX_ENTRIES + 1),
        b"".join(number(1) + entries(1) for _ in range(MAX_ENTRIES + 1)),
        number(1) + entries(1) + number(MAX_ENTRIES) + entries(MAX_ENTRIES),
    ):
        assert reason(wire(blocks, b"\0", REST)) == ("too_large", None)


def test_entries_of_all_arrays_count_together() -> None:
    other = b"\x02p" + number(10) + entries(10) + b"\0\0"
    many = number(91) + other * 91
    assert reason(wire(ONE, b"\0\0", many, b"\0", REST[3:])) == ("too_large", None)
    some = number(90) + other * 90
    assert len(decode_wire(wire(ONE, b"\0\0", some, b"\0", REST[3:])).body["others"]) == 90


@pytest.mark.parametrize("count", [1_000_000, 2**31, 2**62, 2**63 - 1])
def test_a_million_entries_are_not_made(count: int) -> None:
    assert reason(wire(number(count), entries(3), b"\0", REST)) == ("too_large", None)
    assert reason(wire(number(-count), number(18), entries(3), b"\0", REST)) == ("too_large", None)


@pytest.mark.parametrize("size", [0, 1, 5, 7, -6, 2**40])
def test_a_block_that_lies_about_its_size(size: int) -> None:
    assert reason(wire(number(-1), number(size), entries(1), b"\0", REST))[0] == "undecodable"


def test_a_block_with_a_negative_count_and_its_true_size_is_avro() -> None:
    assert decode_wire(wire(number(-1), number(6), entries(1), b"\0", REST)).body == decode_wire(wire(ONE, REST)).body


def test_the_lowest_number_as_a_count() -> None:
    assert reason(wire(b"\xff" * 9 + b"\x01", number(6), entries(1), b"\0", REST))[0] == "too_large"


def test_an_array_without_end() -> None:
    assert reason(wire(number(2), entries(1)))[0] == "undecodable"
    assert reason(wire(b"\x80\x00", REST))[0] == "undecodable"


# Unions, enums, booleans.


@pytest.mark.parametrize("index", [b"\x01", b"\x04", b"\x7f", b"\x80\x00", b"\xff"])
def test_a_branch_or_symbol_there_is_not(index: bytes) -> None:
    assert reason(wire(ONE, index, REST))[0] == "undecodable"
    enum = header(PUPIL) + b"\x02e\x02o\x02s\0\0"
    if index != b"\x04":  # the third symbol of mode
        assert reason(enum + index + b"\0" + ONE + REST) == ("undecodable", "mode")


def test_a_boolean_that_is_neither() -> None:
    event = admitted(event_type="EventCorrected", changes={"reopen": True})
    for name in ("school", "enrolment_status", "year_group"):
        del event[name]
    good = encode_wire(event)
    assert good[-2:] == b"\x01\0"
    assert reason(good[:-2] + b"\x02\0") == ("undecodable", "changes.reopen")


# Dates that no calendar has.


@pytest.mark.parametrize("day", [2_932_897, -719_163, 2**31 - 1, -(2**31)])
def test_impossible_days(day: int) -> None:
    assert reason(wire(ONE, REST.replace(b"\xb2\xc3\x02", number(day)))) == ("impossible_date", "effective.from")


@pytest.mark.parametrize("micros", [2**62, -(2**62), 2**63 - 1, 253_402_300_800_000_000])
def test_impossible_instants(micros: int) -> None:
    assert reason(wire()[:-1] + number(micros) + ONE + REST) == ("impossible_date", "recorded_at")


def test_a_mark_on_an_impossible_day() -> None:
    good = encode_wire(marked())
    assert reason(good.replace(number(20_698), number(3_000_000))) == ("impossible_date", "effective.from")


# JSON.


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('{"event_type": "PupilAdmitted", "school": "a", "school": "b"}', "school"),
        ('{"event_type": "PupilAdmitted", "event_type": "PupilAdmitted"}', "event_type"),
        ('{"event_type": "PupilAdmitted", "source": {"system": "a", "system": "a"}}', "system"),
        ('{"event_type": "PupilAdmitted", "H801200001001": 1, "H801200001001": 1}', "?"),
    ],
)
def test_repeated_keys(text: str, field: str) -> None:
    assert reason(text.encode()) == ("unknown_field", field)


@pytest.mark.parametrize("name", [UPN, "Zoë", "", "x" * 5000, "a\0b", "__class__", "event_id\n"])
def test_an_unknown_key_is_not_quoted(name: str) -> None:
    assert reason(json.dumps(admitted(**{name: 1})).encode()) == ("unknown_field", "?")
    subject = admitted()["subject"] | {name: 1}
    assert reason(json.dumps(admitted(subject=subject)).encode()) == ("unknown_field", "subject.?")


def test_the_nearest_field_is_named() -> None:
    rejected = refusal(json.dumps(admitted(schol="x")).encode())
    assert rejected.rule == "the field is not in the schema; the nearest is school"
    person = admitted()["subject"]["person"] | {"date_of_brith": "2015-03-01"}
    rejected = refusal(admitted(subject=admitted()["subject"] | {"person": person}), decode_json)
    assert rejected.field == "subject.person.?"
    assert rejected.rule == "the field is not in the schema; the nearest is date_of_birth"


def test_a_known_field_in_the_wrong_place_is_named() -> None:
    assert reason(admitted(postcode="ZE9 1AA"), decode_json) == ("unknown_field", "postcode")


@pytest.mark.parametrize("data", [None, [], "text", 7, b"7", b"[1]"])
def test_json_that_is_no_object(data: Any) -> None:
    assert reason(data, decode_json)[0] == "undecodable"


def test_a_refusal_holds_nothing_of_the_message() -> None:
    """One that is kept in a list, or shown with local variables, must not keep or show a child's details."""
    caught = refusal(encode_wire(admitted())[:-1], decode_wire)
    frames = []
    at = caught.__traceback__
    while at is not None:
        frames.append(at.tb_frame.f_code.co_filename)
        at = at.tb_next
    assert not [name for name in frames if name.startswith("<reader of")]


# Confluent framing.


def test_confluent_framing_with_a_broken_body() -> None:
    ids = confluent_ids({7: PUPIL.fingerprint.hex()})
    assert reason(b"\0\0\0\0\7", lambda data: decode_message(data, ids))[0] == "undecodable"
    assert reason(b"\0\0\0\0\7" + bytes(MAX_MESSAGE), lambda data: decode_message(data, ids))[0] == "too_large"
    assert reason(b"\0\0\0\0\x08" + encode_wire(admitted())[10:], lambda data: decode_message(data, ids)) == (
        "unknown_schema",
        None,
    )
