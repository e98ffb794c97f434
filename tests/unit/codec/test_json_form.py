"""The JSON form: models made from the Avro schemas, strict, told to agencies as OpenAPI."""

import json
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from adapters.codec import decode_json, json_form
from adapters.codec.times import read_date, read_instant, write_date, write_instant
from domain.errors import Rejected
from schemas.registry import registry
from schemas.shape import Choice, Field, Kind, Many, Maybe, Record, Scalar, shape
from tests.builders.wire import UPN, admitted, golden, marked


def reason(event: dict[str, Any]) -> tuple[str, str | None]:
    with pytest.raises(Rejected) as by_parts:
        decode_json(event)
    with pytest.raises(Rejected) as by_text:
        decode_json(json.dumps(event).encode())
    assert (by_parts.value.args, by_parts.value.__context__) == (by_text.value.args, None)
    assert UPN not in repr(by_parts.value)
    return by_parts.value.reason, by_parts.value.field


def inside(path: str, value: Any) -> dict[str, Any]:
    """The admission with one value replaced."""
    event = admitted()
    *above, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    node: Any = event
    for step in above:
        node = node[step]
    node[last] = value
    return event


def test_only_what_has_no_default_must_be_said() -> None:
    event = marked()
    del event["am"]
    body = decode_json(event).body
    assert (body["am"], body["mode"], body["basis"], body["others"]) == (None, "live", "public_task", [])
    assert body["subject"]["person"] is None


@pytest.mark.parametrize("name", ["event_id", "source", "recorded_at", "subject", "effective", "school"])
def test_a_missing_field_is_named(name: str) -> None:
    event = admitted()
    del event[name]
    assert reason(event) == ("missing_field", name)


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("event_id", 7, ("bad_value", "event_id")),
        ("event_id", None, ("bad_value", "event_id")),
        ("event_id", "", ("missing_field", "event_id")),
        ("event_id", "x" * 101, ("too_long", "event_id")),
        ("school", "", ("missing_field", "school")),
        ("school", "x" * 10_001, ("too_long", "school")),
        ("school", "é" * 6_000, ("too_long", "school")),
        ("school", "a\0b", ("bad_value", "school")),
        ("school", "\udfff", ("bad_value", "school")),
        ("source.organisation", "", ("missing_field", "source.organisation")),
        ("source.organisation", ["urn-1"], ("bad_value", "source.organisation")),
        ("source", "urn-1", ("bad_value", "source")),
        ("mode", "later", ("unknown_code", "mode")),
        ("mode", 0, ("unknown_code", "mode")),
        ("basis", None, ("unknown_code", "basis")),
        ("others", None, ("bad_value", "others")),
        ("others", {"role": "parent"}, ("bad_value", "others")),
        ("others.0.role", None, ("bad_value", "others[0].role")),
        ("subject.identifiers", "upn", ("bad_value", "subject.identifiers")),
        ("subject.identifiers.1.value", 9990000018, ("bad_value", "subject.identifiers[1].value")),
        ("subject.identifiers.0", {"scheme": "upn"}, ("missing_field", "subject.identifiers[0].value")),
        ("subject.person.names.0", {"family": "X", "role": 1}, ("unknown_field", "subject.person.names[0].role")),
        ("subject.person.date_of_birth", "01/03/2015", ("bad_value", "subject.person.date_of_birth")),
        ("subject.person.date_of_birth", "2015-3-1", ("bad_value", "subject.person.date_of_birth")),
        ("subject.person.date_of_birth", "20150301", ("bad_value", "subject.person.date_of_birth")),
        ("subject.person.date_of_birth", "2015-W09-7", ("bad_value", "subject.person.date_of_birth")),
        ("subject.person.date_of_birth", "\uff12015-03-01", ("bad_value", "subject.person.date_of_birth")),
        ("subject.person.date_of_birth", 16495, ("bad_value", "subject.person.date_of_birth")),
        ("effective.from", None, ("bad_value", "effective.from")),
        ("recorded_at", "2026-09-02", ("bad_value", "recorded_at")),
        ("recorded_at", "2026-09-02T08:15:00", ("bad_value", "recorded_at")),
        ("recorded_at", "2026-09-02T08:15Z", ("bad_value", "recorded_at")),
        ("recorded_at", "2026-09-02 08:15:00Z", ("bad_value", "recorded_at")),
        ("recorded_at", "2026-09-02T08:15:00,5Z", ("bad_value", "recorded_at")),
        ("recorded_at", "2026-09-02T08:15:00+0100", ("bad_value", "recorded_at")),
        ("recorded_at", "2026-09-31T08:15:00Z", ("impossible_date", "recorded_at")),
        ("recorded_at", "2026-09-02T24:00:00Z", ("impossible_date", "recorded_at")),
        ("recorded_at", "2026-09-02T08:60:00Z", ("impossible_date", "recorded_at")),
        ("recorded_at", "2026-09-02T08:15:60Z", ("impossible_date", "recorded_at")),
        ("recorded_at", "2026-09-02T08:15:00+24:00", ("impossible_date", "recorded_at")),
        ("recorded_at", "0001-01-01T00:00:00+01:00", ("impossible_date", "recorded_at")),
        ("recorded_at", "9999-12-31T23:59:59-01:00", ("impossible_date", "recorded_at")),
        ("recorded_at", 1788336900, ("bad_value", "recorded_at")),
        ("event_type", "PupilVanished", ("unknown_event_type", "event_type")),
        ("event_type", "pupiladmitted", ("unknown_event_type", "event_type")),
    ],
)  # fmt: skip
def test_a_bad_value_is_named_by_its_field_and_not_quoted(path: str, value: Any, expected: tuple[str, str]) -> None:
    assert reason(inside(path, value)) == expected


def test_too_many_entries_in_one_array_and_in_all() -> None:
    identifiers = [{"scheme": "upn", "value": UPN}] * 1001
    assert reason(inside("subject.identifiers", identifiers)) == ("too_large", "subject.identifiers")
    other = {"role": "parent", "identifiers": identifiers[:100]}
    assert reason(admitted(others=[other] * 11)) == ("too_large", None)


def test_marks_are_reduced_through_the_json_door_too() -> None:
    assert decode_json(marked("I", "U")).body["pm"] == "late"


def agree(part: Any, model: Any, document: dict[str, Any]) -> None:
    """That a JSON schema says of a value what the Avro schema says of it."""
    if "$ref" in model:
        model = document["$defs"][model["$ref"].rpartition("/")[2]]
    if isinstance(part, Maybe):
        there, null = model["anyOf"]
        assert null == {"type": "null"}
        agree(part.inner, there, document)
    elif isinstance(part, Many):
        assert (model["type"], model["maxItems"]) == ("array", 1000)
        agree(part.items, model["items"], document)
    elif isinstance(part, Choice):
        assert tuple(model["enum"]) == part.symbols
    elif isinstance(part, Record):
        assert model["additionalProperties"] is False
        assert model["description"] == part.doc
        names = [name for name in model["properties"] if name != "event_type"]
        assert names == [entry.name for entry in part.fields]
        required = set(model.get("required", ())) - {"event_type"}
        assert required == {entry.name for entry in part.fields if not entry.optional}
        for entry in part.fields:
            property_ = model["properties"][entry.name]
            assert property_["description"] == entry.doc
            if entry.optional:
                assert property_["default"] == entry.default
            agree(entry.shape, property_, document)
    else:
        assert isinstance(part, Scalar)
        kinds = {Kind.BOOLEAN: "boolean", Kind.INT: "integer", Kind.LONG: "integer"}
        assert model["type"] == kinds.get(part.kind, "string")
        formats = {Kind.DATE: "date", Kind.INSTANT: "date-time"}
        assert model.get("format") == formats.get(part.kind)


@pytest.mark.parametrize("event_type", registry().types)
def test_the_model_says_what_the_schema_says(event_type: str) -> None:
    model = json_form.json_model(event_type)
    document = model.model_json_schema()
    assert document["properties"]["event_type"]["const"] == event_type
    agree(shape(registry().newest[event_type]), document, document)


def test_the_models_are_strict() -> None:
    model = json_form.json_model("PupilAdmitted")
    model.model_validate(admitted())
    with pytest.raises(ValidationError) as caught:
        model.model_validate(inside("subject.identifiers.0.value", 7))
    assert "7" not in str(caught.value).replace("1 validation", ""), "pydantic's own text quotes no input either"


def test_any_event_is_a_type_for_open_api() -> None:
    document = TypeAdapter(json_form.AnyEvent).json_schema()
    assert set(document["discriminator"]["mapping"]) == set(registry().types)
    assert "Person" in document["$defs"], "a part that all events have is described once"
    assert not [name for name in document["$defs"] if "__" in name]


def test_any_event_takes_every_golden_event() -> None:
    adapter = TypeAdapter(json_form.any_event())
    for entry in golden():
        adapter.validate_python(entry["event"])


def test_a_module_has_no_other_late_names() -> None:
    with pytest.raises(AttributeError):
        _ = json_form.NoSuchName


def test_dates_and_instants_are_written_as_they_are_read() -> None:
    assert write_date(read_date("2026-02-28")) == "2026-02-28"
    assert write_date(read_date("0001-01-01")) == "0001-01-01"
    for text in ("2026-09-02T08:15:00Z", "2026-09-02T08:15:00.000001Z", "0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z"):
        assert write_instant(read_instant(text)) == text
    assert write_instant(read_instant("2026-09-02T08:15:00.1234567+01:00")) == "2026-09-02T07:15:00.123456Z"


def test_a_field_that_the_avro_schema_lacks_has_no_model() -> None:
    with pytest.raises(KeyError):
        json_form.json_model("NoSuchEvent")
    assert shape(registry().newest["PupilAdmitted"]).get("no_such_field") is None
    assert isinstance(shape(registry().newest["PupilAdmitted"]).get("school"), Field)
