"""The codec at its work: three forms of a message, versions resolved, marks reduced, content compared."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from adapters.codec import (
    confluent_ids,
    decode_json,
    decode_message,
    decode_stored,
    decode_wire,
    encode_wire,
    same_content,
    to_json_form,
)
from adapters.codec.avro import mark_readers
from adapters.codec.generate import compile_reader, constant, source
from domain.errors import Misuse, Rejected
from schemas.registry import ContractBroken, Schema, fingerprint_of, registry
from schemas.shape import shape_of
from tests.builders.wire import admitted, all_schemas, golden, header, marked

GP = {"practice": "Z99001"}


def confluent(number: int, wire: bytes) -> bytes:
    return b"\0" + number.to_bytes(4, "big") + wire[10:]


# The three forms.


def test_one_event_in_three_forms_is_one_event() -> None:
    wire = encode_wire(admitted())
    fingerprint = registry().newest["PupilAdmitted"].fingerprint
    ids = confluent_ids({7: fingerprint.hex()})
    read = [
        decode_message(wire),
        decode_message(confluent(7, wire), ids),
        decode_message(json.dumps(admitted()).encode()),
        decode_message(b" \r\n" + json.dumps(admitted(), indent=2).encode()),
        decode_json(admitted()),
        decode_wire(wire),
    ]
    for decoded in read:
        assert decoded.body == read[0].body
        assert decoded.stored == wire
        assert decoded.schema is registry().newest["PupilAdmitted"]


def test_a_single_object_begins_with_its_header() -> None:
    wire = encode_wire(admitted())
    assert wire[:10] == b"\xc3\x01" + registry().newest["PupilAdmitted"].fingerprint


def test_dates_are_days_and_instants_microseconds() -> None:
    body = decode_wire(encode_wire(admitted())).body
    assert body["effective"] == {"from": (date(2026, 9, 1) - date(1970, 1, 1)).days, "to": None}
    assert body["recorded_at"] == int(datetime(2026, 9, 2, 8, 15, tzinfo=UTC).timestamp()) * 1_000_000
    assert body["mode"] == "live"


def test_the_json_form_begins_with_the_event_type_and_reads_back() -> None:
    decoded = decode_wire(encode_wire(admitted()))
    shown = to_json_form(decoded)
    assert shown == admitted()
    assert next(iter(shown)) == "event_type"
    assert decode_json(shown).body == decoded.body


def test_a_shown_event_can_be_changed_without_changing_the_event() -> None:
    decoded = decode_wire(encode_wire(admitted()))
    shown = to_json_form(decoded)
    shown["subject"]["identifiers"].clear()
    shown["subject"]["person"]["names"][0]["given"].clear()
    assert to_json_form(decoded) == admitted()


@pytest.mark.parametrize("event_type", registry().types)
def test_two_readings_share_nothing_that_can_change(event_type: str) -> None:
    wire = next(bytes.fromhex(entry["wire"]) for entry in golden() if entry["event"]["event_type"] == event_type)
    first, second = decode_wire(wire), decode_wire(wire)

    def containers(node: Any) -> list[int]:
        inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        own = [id(node)] if isinstance(node, dict | list) else []
        return own + [found for entry in inner for found in containers(entry)]

    assert first.body == second.body
    assert not set(containers(first.body)) & set(containers(second.body))


# Versions.


@pytest.mark.parametrize("entry", golden(), ids=lambda entry: entry["file"])
def test_what_was_once_written_is_read_for_ever(entry: dict[str, Any]) -> None:
    wire = bytes.fromhex(entry["wire"])
    decoded = decode_stored(wire)
    shown = to_json_form(decoded)
    assert entry["event"].items() <= shown.items()
    newer = shown.keys() - entry["event"].keys()
    assert {name: shown[name] for name in newer} == dict.fromkeys(newer)


def test_every_schema_has_a_golden_message() -> None:
    """Those of new schemas are added by `tests.builders.wire.add_golden`."""
    assert {entry["file"] for entry in golden()} == {schema.file for schema in all_schemas()}


def test_an_older_version_is_resolved_to_ours() -> None:
    event = admitted(year_group=None)
    wire = encode_wire(event, version=1)
    decoded = decode_wire(wire)
    assert wire[2:10] == registry().versions("PupilAdmitted")[0].fingerprint
    assert decoded.schema.version == 2
    assert decoded.body["year_group"] is None
    assert decoded.stored == wire, "what is stored keeps the writer's version"
    assert same_content(decoded, decode_json(event))


def test_an_older_version_cannot_say_what_it_has_no_field_for() -> None:
    with pytest.raises(Rejected) as caught:
        encode_wire(admitted(year_group="4"), version=1)
    assert (caught.value.reason, caught.value.field) == ("unknown_field", "year_group")


def test_a_version_there_is_not_is_misuse() -> None:
    with pytest.raises(Misuse, match="PupilAdmitted has no version 9"):
        encode_wire(admitted(), version=9)


def made(event_type: str, version: int, *fields: dict[str, Any]) -> Schema:
    """A schema of our own, for resolutions that the contract does not have yet."""
    document = {"type": "record", "name": event_type, "namespace": "icr.test", "doc": "x", "fields": list(fields)}
    effect = registry().newest["DeathNotified"].effect
    return Schema(event_type, "test", version, fingerprint_of(document), document, effect, f"test/{version}")


def resolve(writer: dict[str, Any], reader: dict[str, Any], body: bytes) -> Any:
    """One field `f` written by one schema and read by another, between two texts."""
    text = {"name": "before", "type": "string"}, {"name": "after", "type": "string"}
    one = made("Resolved", 1, text[0], *([{"name": "f", **writer}] if writer else []), text[1])
    two = made("Resolved", 2, text[0], text[1], *([{"name": "f", **reader}] if reader else []))

    class Read:
        __slots__ = ("body", "schema", "set_aside", "stored")
        body: dict[str, Any]

    decoded = compile_reader(one, two, Read)(header(one) + b"\x02a" + body + b"\x02z")
    assert (decoded.body["before"], decoded.body["after"]) == ("a", "z")
    return decoded.body.get("f")


COLOUR = {"type": {"type": "enum", "name": "Colour", "symbols": ["red", "green", "blue"], "default": "green"}}
FEWER = {"type": {"type": "enum", "name": "Colour", "symbols": ["green", "blue"], "default": "green"}}
NO_DEFAULT = {"type": {"type": "enum", "name": "Colour", "symbols": ["green", "blue"]}}
PART = {"type": "record", "name": "Part", "fields": [{"name": "a", "type": "int"}, {"name": "b", "type": "string"}]}
LESS = {
    "type": "record",
    "name": "Part",
    "fields": [{"name": "b", "type": "string"}, {"name": "c", "type": ["null", "int"], "default": None}],
}


@pytest.mark.parametrize(
    ("writer", "reader", "body", "value"),
    [
        (COLOUR, FEWER, b"\x00", "green"),
        (COLOUR, FEWER, b"\x04", "blue"),
        ({"type": "int"}, {"type": "long"}, b"\x09", -5),
        ({"type": PART}, {"type": LESS}, b"\x0a\x04hi", {"b": "hi", "c": None}),
        (
            {"type": {"type": "array", "items": PART}},
            {"type": {"type": "array", "items": LESS}},
            b"\x02\x0a\x04hi\x00",
            [{"b": "hi", "c": None}],
        ),
        ({"type": ["null", PART]}, {"type": ["null", LESS]}, b"\x02\x0a\x04hi", {"b": "hi", "c": None}),
        ({"type": ["string", "null"]}, {"type": ["null", "string"]}, b"\x00\x02y", "y"),
        ({"type": ["string", "null"]}, {"type": ["null", "string"]}, b"\x02", None),
        ({"type": ["null", {"type": "array", "items": "int"}]}, {}, b"\x02\x04\x02\x04\x00", None),
        ({}, {"type": "string", "default": "none"}, b"", "none"),
        ({}, {"type": {"type": "array", "items": "string"}, "default": ["x"]}, b"", ["x"]),
        ({}, {"type": LESS, "default": {"b": "y"}}, b"", {"b": "y", "c": None}),
    ],
)
def test_a_field_is_resolved_by_avros_rules(writer: Any, reader: Any, body: bytes, value: object) -> None:
    assert resolve(writer, reader, body) == value


@pytest.mark.parametrize(
    ("writer", "reader"),
    [
        (COLOUR, NO_DEFAULT),
        ({"type": "string"}, {"type": "int"}),
        ({"type": "string"}, {"type": ["null", "string"], "default": None}),
        ({"type": {"type": "int", "logicalType": "date"}}, {"type": "int"}),
        ({}, {"type": "string"}),
    ],
)
def test_what_cannot_be_resolved_is_found_when_the_reader_is_made(writer: Any, reader: Any) -> None:
    with pytest.raises(ContractBroken):
        resolve(writer, reader, b"")


def test_a_default_is_a_new_value_each_time() -> None:
    part = shape_of({"type": "record", "name": "R", "fields": [{"name": "a", "type": LESS}]})
    assert constant(part, {"a": {"b": "x"}}) == "{'a': {'b': 'x', 'c': None}}"


def test_every_pair_of_versions_has_a_reader() -> None:
    """Also from new to old: an agency may read by a schema that we have left behind."""
    for writer in all_schemas():
        for reader in registry().versions(writer.event_type):
            assert source(writer, reader).startswith("def decode(b):")


# Content.


def again(change: Callable[[dict[str, Any]], object]) -> bool:
    event = admitted()
    change(event)
    return same_content(decode_json(admitted()), decode_json(event))


def test_how_an_event_was_sent_is_not_its_content() -> None:
    assert again(lambda event: event.update(mode="backfill"))
    assert again(lambda event: event["source"].update(source_version="4"))


def test_anything_else_is_content() -> None:
    assert not again(lambda event: event.update(school="urn-937084"))
    assert not again(lambda event: event["source"].update(source_record_id="row-2"))
    assert not again(lambda event: event["source"].update(system="other"))
    assert not again(lambda event: event.update(recorded_at="2026-09-02T08:15:00.000001Z"))
    assert not again(lambda event: event["subject"]["identifiers"].pop())


def test_events_of_two_types_are_two_contents() -> None:
    formal = encode_wire(admitted())
    other = encode_wire(marked())
    assert not same_content(decode_wire(formal), decode_wire(other))


# Marks.


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("/", "present"), ("\\", "present"), ("L", "present"), ("B", "elsewhere"), ("C1", "authorised"),
        ("I", "authorised"), ("R", "authorised"), ("G", "unauthorised"), ("N", "unauthorised"), ("U", "late"),
        ("Y7", "unable"), ("#", "not_required"), ("late", "late"), ("not_required", "not_required"), (None, None),
    ],
)  # fmt: skip
def test_marks_are_reduced_in_the_event_and_in_what_is_stored(code: str | None, word: str | None) -> None:
    for decoded in (decode_wire(encode_wire(marked(code, "N"))), decode_json(marked(code, "N"))):
        assert (decoded.body["am"], decoded.body["pm"]) == (word, "unauthorised")
        assert decoded.stored == encode_wire(marked(word, "unauthorised"))
        assert decode_stored(decoded.stored).body == decoded.body


def test_the_code_of_an_illness_is_nowhere_in_what_is_stored() -> None:
    decoded = decode_wire(encode_wire(marked("I", "M")))
    assert decoded.stored.endswith(b"\x02\x14authorised\x02\x14authorised")


def test_two_codes_of_one_category_are_one_content() -> None:
    assert same_content(decode_json(marked("I", "/")), decode_json(marked("M", "\\")))
    assert not same_content(decode_json(marked("I", "/")), decode_json(marked("N", "/")))


@pytest.mark.parametrize(
    ("day", "code", "word"),
    [("2018-05-01", "H", "authorised"), ("2018-05-01", "C1", None), ("2026-09-02", "C1", "authorised")],
)
def test_codes_are_of_their_school_year(day: str, code: str, word: str | None) -> None:
    if word is not None:
        assert decode_json(marked(code, None, day)).body["am"] == word
        return
    with pytest.raises(Rejected) as caught:
        decode_json(marked(code, None, day))
    assert (caught.value.reason, caught.value.field) == ("unknown_code", "am")


@pytest.mark.parametrize(("am", "pm", "field"), [("?", "/", "am"), ("/", "ILL", "pm"), ("", "/", "am")])
def test_an_unknown_code_is_refused_and_not_quoted(am: str, pm: str, field: str) -> None:
    with pytest.raises(Rejected) as caught:
        decode_wire(encode_wire(marked(am, pm)))
    assert (caught.value.reason, caught.value.field) == ("unknown_code", field)
    assert "ILL" not in str(caught.value)
    assert "?" not in str(caught.value)


def test_marks_of_many_days_and_forms_are_remembered_within_bounds() -> None:
    from adapters.codec import generate, marks

    for place in range(marks.MAX_DAYS + 20):
        day = (date(2020, 1, 1) + timedelta(days=place)).isoformat()
        decode_wire(encode_wire(marked("/", " " * (place % 60) + "n", day)))
    assert len(generate._years) <= marks.MAX_DAYS
    assert all(len(tail) <= marks.LONGEST_KNOWN for known in generate._years.values() for tail in known)


@pytest.mark.parametrize(("am", "pm"), [("/", "N"), (None, "\\"), ("I", None)])
def test_stored_marks_are_read_alone_as_they_are_read_whole(am: str | None, pm: str | None) -> None:
    stored = decode_wire(encode_wire(marked(am, pm))).stored
    body = decode_stored(stored).body
    whole = (body["event_id"], body["source"]["organisation"], body["recorded_at"], body["effective"]["from"])
    assert mark_readers[stored[:10]](stored) == (*whole, body["school"], body["am"], body["pm"])


# Encoding.


def test_dates_may_be_written_as_the_caller_has_them() -> None:
    instant = datetime(2026, 9, 2, 9, 15, tzinfo=timezone(timedelta(hours=1)))
    forms = [
        admitted(effective={"from": date(2026, 9, 1)}, recorded_at=instant),
        admitted(effective={"from": 20_697, "to": None}, recorded_at=1_788_336_900_000_000),
        admitted(recorded_at="2026-09-02T09:15:00+01:00"),
        admitted(recorded_at="2026-09-02t08:15:00.0000009z"),
    ]
    assert {encode_wire(event) for event in forms} == {encode_wire(admitted())}


@pytest.mark.parametrize("micros", [0, 1, -1, 999_999, 1_788_336_900_123_456, -62_135_596_800_000_000])
def test_instants_keep_their_microseconds(micros: int) -> None:
    decoded = decode_wire(encode_wire(admitted(recorded_at=micros)))
    assert decoded.body["recorded_at"] == micros
    assert decode_json(to_json_form(decoded)).body["recorded_at"] == micros


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"event_type": None}, "missing_field", "event_type"),
        ({"event_type": 7}, "bad_value", "event_type"),
        ({"event_type": "PupilVanished"}, "unknown_event_type", "event_type"),
        ({"event_id": 7}, "bad_value", "event_id"),
        ({"event_id": ""}, "missing_field", "event_id"),
        ({"event_id": "x" * 101}, "too_long", "event_id"),
        ({"school": "x" * 10_001}, "too_long", "school"),
        ({"school": "a\0b"}, "bad_value", "school"),
        ({"school": "\ud800"}, "bad_value", "school"),
        ({"mode": "later"}, "unknown_code", "mode"),
        ({"mode": None}, "unknown_code", "mode"),
        ({"others": {}}, "bad_value", "others"),
        ({"others": [None]}, "bad_value", "others[0]"),
        ({"subject": None}, "bad_value", "subject"),
        ({"schol": "x"}, "unknown_field", "?"),
        ({"target": {"event_id": "e"}}, "missing_field", "target.reason"),
        ({"effective": {"from": datetime(2026, 9, 1, tzinfo=UTC)}}, "bad_value", "effective.from"),
        ({"effective": {"from": True}}, "bad_value", "effective.from"),
        ({"effective": {"from": 2_932_897}}, "impossible_date", "effective.from"),
        ({"effective": {"from": "2026-02-30"}}, "impossible_date", "effective.from"),
        ({"recorded_at": datetime(2026, 9, 1)}, "bad_value", "recorded_at"),  # noqa: DTZ001
        ({"recorded_at": 2**62}, "impossible_date", "recorded_at"),
        ({"recorded_at": 1.5}, "bad_value", "recorded_at"),
    ],
)
def test_what_cannot_be_written_is_refused_with_its_field(changes: Any, reason: str, field: str) -> None:
    with pytest.raises(Rejected) as caught:
        encode_wire(admitted(**changes))
    assert (caught.value.reason, caught.value.field) == (reason, field)


def test_numbers_and_booleans_are_what_they_say() -> None:
    correction = admitted(event_type="EventCorrected", changes={"reopen": 1})
    for name in ("school", "enrolment_status", "year_group"):
        del correction[name]
    with pytest.raises(Rejected) as caught:
        encode_wire(correction)
    assert (caught.value.reason, caught.value.field) == ("bad_value", "changes.reopen")
    report = {
        "event_type": "FeedReported",
        "event_id": "f1",
        "source": {"organisation": "la-808", "system": "mosaic"},
        "recorded_at": 0,
        "feed": "EarlyHelpStarted",
        "covers": {"from": 0, "to": 7},
        "complete_through": 6,
    }
    assert decode_wire(encode_wire(report | {"count": 3})).body["count"] == 3
    for count in (True, 2**63, "3", 1.0):
        with pytest.raises(Rejected) as caught:
            encode_wire(report | {"count": count})
        assert (caught.value.reason, caught.value.field) == ("bad_value", "count")


# Confluent framing.


def test_a_configured_id_names_a_schema_of_ours() -> None:
    with pytest.raises(Misuse, match="the schema id 7 needs a fingerprint"):
        confluent_ids({7: "00" * 8})
    with pytest.raises(Misuse):
        confluent_ids({-1: registry().newest["PupilAdmitted"].fingerprint.hex()})
    assert confluent_ids({}) == {}
    second = registry().newest["PupilAdmitted"]
    for name in (second.fingerprint.hex().upper(), second.file, f"schemas/{second.file}"):
        assert confluent_ids({7: name}) == {7: second.fingerprint}


def test_an_older_version_may_come_in_confluent_framing() -> None:
    first = registry().versions("PupilAdmitted")[0]
    wire = encode_wire(admitted(year_group=None), version=1)
    decoded = decode_message(confluent(9, wire), confluent_ids({9: first.fingerprint.hex().upper()}))
    assert decoded.stored == wire
