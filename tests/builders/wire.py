"""Events as agencies send them: a few by hand, and any at all, made from the schemas."""

import json
from copy import deepcopy
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import fastavro
from hypothesis import strategies as st

from adapters.codec import decode_wire, to_json_form
from adapters.codec.limits import FIRST_DAY, FIRST_INSTANT, LAST_DAY, LAST_INSTANT, text_rule
from domain.attendance import CATEGORIES
from domain.effects import Act
from schemas.registry import Schema, registry
from schemas.shape import Choice, Kind, Many, Maybe, Record, Scalar, Shape, shape

UPN = "H801200001001"
NHS = "9990000018"

MARK_CODES = ["/", "\\", "L", "B", "K", "C1", "I", "M", "N", "O", "U", "Y1", "X", "#", *CATEGORIES.values()]


def admitted(**changes: Any) -> dict[str, Any]:
    """A pupil is admitted, with everything an agency may say of a child."""
    event = {
        "event_type": "PupilAdmitted",
        "event_id": "adm-1",
        "source": {
            "organisation": "urn-937083",
            "system": "mis",
            "source_record_id": "row-1",
            "source_version": "3",
        },
        "mode": "live",
        "recorded_at": "2026-09-02T08:15:00Z",
        "subject": {
            "identifiers": [{"scheme": "upn", "value": UPN}, {"scheme": "nhs", "value": NHS}],
            "person": {
                "names": [{"given": ["Ada", "Zoë"], "family": "Example", "use": None}],
                "date_of_birth": "2015-03-01",
                "expected_date": None,
                "sex": "F",
                "postcode": "ZE9 1AA",
                "uprn": "100110000001",
            },
            "nhs_number_status": "01",
        },
        "others": [
            {
                "role": "parent",
                "identifiers": [{"scheme": "agency:la-808:mosaic", "value": "P77"}],
                "person": None,
            }
        ],
        "effective": {"from": "2026-09-01", "to": None},
        "reference": None,
        "target": None,
        "basis": "public_task",
        "school": "urn-937083",
        "enrolment_status": "C",
        "year_group": "4",
    }
    return deepcopy(event) | changes


def marked(am: str | None = "/", pm: str | None = "\\", day: str = "2026-09-02", **changes: Any) -> dict[str, Any]:
    """The marks of one pupil on one day."""
    event = {
        "event_type": "AttendanceMarked",
        "event_id": "mark-1",
        "source": {"organisation": "urn-937083", "system": "mis"},
        "recorded_at": "2026-09-02T15:30:00Z",
        "subject": {"identifiers": [{"scheme": "upn", "value": UPN}]},
        "effective": {"from": day},
        "school": "urn-937083",
        "am": am,
        "pm": pm,
    }
    return event | changes


@cache
def plain_avro(schema: Schema) -> Any:
    """The schema for fastavro without logical types, so that dates and instants stay the numbers they are."""

    def strip(node: Any) -> Any:
        if isinstance(node, dict):
            return {name: strip(value) for name, value in node.items() if name != "logicalType"}
        return [strip(entry) for entry in node] if isinstance(node, list) else node

    return fastavro.parse_schema(strip(schema.document))


def header(schema: Schema) -> bytes:
    return b"\xc3\x01" + schema.fingerprint


def by_fastavro(schema: Schema, body: dict[str, Any]) -> bytes:
    """What another program would send."""
    out = BytesIO()
    fastavro.schemaless_writer(out, plain_avro(schema), body)
    return header(schema) + out.getvalue()


def all_schemas() -> list[Schema]:
    return sorted(registry().by_fingerprint.values(), key=lambda schema: (schema.event_type, schema.version))


_DAYS = st.one_of(st.integers(0, 30_000), st.integers(FIRST_DAY, LAST_DAY))
_INSTANTS = st.one_of(
    st.integers(1_600_000_000_000_000, 1_900_000_000_000_000), st.integers(FIRST_INSTANT, LAST_INSTANT)
)


def _text(longest: int, filled: bool) -> st.SearchStrategy[str]:
    letters = st.characters(codec="utf-8", exclude_characters="\0")
    words = st.sampled_from(["la-808", "agency:la-808:mosaic", UPN, NHS, "x" * 63, "y" * 64, "ő" * 40])
    return st.one_of(words, st.text(letters, min_size=int(filled), max_size=min(longest, 90)))


@cache
def values(part: Shape, record: str = "", field: str = "", required: bool = True) -> st.SearchStrategy[Any]:
    """Any value of a shape that the codec accepts."""
    if isinstance(part, Maybe):
        return st.none() | values(part.inner, record, field, required=False)
    if isinstance(part, Many):
        return st.lists(values(part.items, record, field, required), max_size=3)
    if isinstance(part, Choice):
        return st.sampled_from(part.symbols)
    if isinstance(part, Record):
        return st.fixed_dictionaries({entry.name: values(entry.shape, part.title, entry.name) for entry in part.fields})
    assert isinstance(part, Scalar)
    if part.kind is Kind.TEXT:
        rule = text_rule(record, field, required)
        return _text(rule.longest, rule.filled)
    return {
        Kind.BOOLEAN: st.booleans(),
        Kind.INT: st.integers(-(2**31), 2**31 - 1),
        Kind.LONG: st.integers(-(2**63), 2**63 - 1),
        Kind.DATE: _DAYS,
        Kind.INSTANT: _INSTANTS,
    }[part.kind]


@cache  # hypothesis looks at every new strategy anew, which costs more than to draw from it
def bodies(schema: Schema) -> st.SearchStrategy[dict[str, Any]]:
    """Any event of a schema, in the form that Avro writes."""
    fields = {entry.name: values(entry.shape, "", entry.name) for entry in shape(schema).fields}
    if schema.effect.act is Act.MARK:
        marks = st.none() | st.sampled_from(MARK_CODES)
        days = st.fixed_dictionaries({"from": st.integers(19_700, 30_000), "to": st.none() | _DAYS})
        fields |= {"am": marks, "pm": marks, "effective": days}
    return st.fixed_dictionaries(fields)


def full(part: Shape, name: str = "") -> Any:
    """A value with every optional part there, the same each time: for golden messages."""
    if isinstance(part, Maybe):
        return full(part.inner, name)
    if isinstance(part, Many):
        return [full(part.items, name)]
    if isinstance(part, Choice):
        return part.symbols[-1]
    if isinstance(part, Record):
        return {entry.name: full(entry.shape, entry.name) for entry in part.fields}
    known = {"am": "/", "pm": "U", "scheme": "upn", "value": UPN, "school": "urn-937083", "organisation": "la-808"}
    return {
        Kind.TEXT: known.get(name, f"{name} é"),
        Kind.BOOLEAN: True,
        Kind.INT: 7,
        Kind.LONG: 300,
        Kind.DATE: 20_697,
        Kind.INSTANT: 1_788_336_900_000_000,
    }[part.kind]


GOLDEN = Path(__file__).parent.parent / "fixtures" / "wire.json"


def golden() -> list[dict[str, Any]]:
    """One message of each released schema as it was once written; entries are added with a schema and never changed."""
    entries: list[dict[str, Any]] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return entries


def add_golden() -> None:
    """Adds the messages of new schemas: `python -c 'from tests.builders.wire import add_golden as add; add()'`."""
    entries = golden() if GOLDEN.exists() else []
    there = {entry["file"] for entry in entries}
    for schema in all_schemas():
        if schema.file not in there:
            body = full(shape(schema))
            event = to_json_form(decode_wire(by_fastavro(schema, body)))
            entries.append({"file": schema.file, "wire": by_fastavro(schema, body).hex(), "event": event})
    GOLDEN.write_text(json.dumps(entries, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
