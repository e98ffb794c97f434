"""From the JSON-shaped form of an event to what fastavro writes, and from a decoded event back to that form.

For each shape a function is made once; it checks as it goes, so that what is written can be read again, and names the
field it stumbles on, never its value.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from functools import lru_cache
from io import BytesIO
from typing import Any, Final

from fastavro import parse_schema, schemaless_writer

from adapters.codec.limits import (
    FIRST_DAY,
    FIRST_INSTANT,
    LAST_DAY,
    LAST_INSTANT,
    MAX_MESSAGE,
    MAX_TEXT,
    TextRule,
    text_rule,
)
from adapters.codec.primitives import check_text
from adapters.codec.times import day_of, micros_of, read_date, read_instant, write_date, write_instant
from domain.errors import Misuse, Rejected
from schemas.registry import Schema, registry
from schemas.shape import Choice, Kind, Many, Maybe, Record, Scalar, Shape, shape, walk

Convert = Callable[[Any, str], Any]
Plain = Callable[[Any], Any]

EVENT_TYPE: Final = "event_type"
LONGEST_NAME: Final = 60

_RANGES: Final = {Kind.INT: (-(2**31), 2**31 - 1), Kind.LONG: (-(2**63), 2**63 - 1)}


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    """Every field name of the contract."""
    schemas = registry().by_fingerprint.values()
    return frozenset(entry.name for schema in schemas for _, entry in walk(shape(schema))) | {EVENT_TYPE}


def plain_name(name: object) -> str:
    """A sender's field name where it is one of the contract's, else `?`: a name may hold a value; none is quoted."""
    return name if isinstance(name, str) and name in _names() else "?"


def unknown_field(prefix: str, name: object, known: Iterable[str]) -> Rejected:
    """The error for a field that the schema does not have, with the nearest one that it has."""
    near = get_close_matches(name, known, 1) if isinstance(name, str) and len(name) <= LONGEST_NAME else []
    rule = "the field is not in the schema" + (f"; the nearest is {near[0]}" if near else "")
    return Rejected("unknown_field", f"{prefix}{plain_name(name)}", rule)


def check_string(value: object, field: str, rule: TextRule) -> str:
    """A text that Avro and the store can hold; raises Rejected."""
    if not isinstance(value, str):
        raise Rejected("bad_value", field, "the value is a text")
    try:
        size = len(value.encode())
    except UnicodeEncodeError:
        size = -1
    if size < 0:
        raise Rejected("bad_value", field, "a text has no lone surrogates")
    if size > MAX_TEXT:
        raise Rejected("too_long", field, f"a text has at most {MAX_TEXT} bytes")
    check_text(value, field, rule.longest, rule.filled)
    return value


def _day(value: object, field: str) -> int:
    if isinstance(value, str):
        return read_date(value, field)
    if isinstance(value, date) and not isinstance(value, datetime):
        return day_of(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Rejected("bad_value", field, "the value is a date")
    if not FIRST_DAY <= value <= LAST_DAY:
        raise Rejected("impossible_date", field, "a date lies between 0001-01-01 and 9999-12-31")
    return value


def _instant(value: object, field: str) -> int:
    if isinstance(value, str):
        return read_instant(value, field)
    micros = micros_of(value) if isinstance(value, datetime) else value
    if not isinstance(micros, int) or isinstance(micros, bool):
        raise Rejected("bad_value", field, "the value is an instant with a zone")
    if not FIRST_INSTANT <= micros <= LAST_INSTANT:
        raise Rejected("impossible_date", field, "an instant lies in the years 0001 to 9999")
    return micros


def _scalar(kind: Kind, rule: TextRule) -> Convert:
    if kind is Kind.TEXT:
        return lambda value, field: check_string(value, field, rule)
    if kind is Kind.DATE:
        return _day
    if kind is Kind.INSTANT:
        return _instant

    def boolean(value: object, field: str) -> bool:
        if not isinstance(value, bool):
            raise Rejected("bad_value", field, "the value is true or false")
        return value

    def number(value: object, field: str) -> int:
        low, high = _RANGES[kind]
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise Rejected("bad_value", field, f"the value is a whole number of {64 if kind is Kind.LONG else 32} bits")
        return value

    return boolean if kind is Kind.BOOLEAN else number


def _many(items: Convert) -> Convert:
    def convert(value: object, field: str) -> list[Any]:
        if not isinstance(value, list | tuple):
            raise Rejected("bad_value", field, "the value is a list")
        return [items(entry, f"{field}[{place}]") for place, entry in enumerate(value)]

    return convert


def _record(record: Record, top: bool) -> Convert:
    fields = [
        (
            entry,
            _convert(
                entry.shape, text_rule("" if top else record.title, entry.name, not isinstance(entry.shape, Maybe))
            ),
        )
        for entry in record.fields
    ]
    names = {entry.name for entry in record.fields}

    def convert(value: object, field: str) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise Rejected("bad_value", field or None, "the value is an object")
        prefix = f"{field}." if field else ""
        if extra := value.keys() - names:
            raise unknown_field(prefix, min(extra, key=str), names)
        result = {}
        for entry, inner in fields:
            here = f"{prefix}{entry.name}"
            if entry.name in value:
                result[entry.name] = inner(value[entry.name], here)
            elif entry.optional:
                result[entry.name] = inner(entry.default, here)
            else:
                raise Rejected("missing_field", here, "the field is required")
        return result

    return convert


def _convert(part: Shape, rule: TextRule) -> Convert:
    if isinstance(part, Maybe):
        inner = _convert(part.inner, rule)
        return lambda value, field: None if value is None else inner(value, field)
    if isinstance(part, Many):
        return _many(_convert(part.items, rule))
    if isinstance(part, Record):
        return _record(part, top=False)
    if isinstance(part, Scalar):
        return _scalar(part.kind, rule)
    symbols = frozenset(part.symbols)

    def symbol(value: object, field: str) -> object:
        if not isinstance(value, str) or value not in symbols:
            raise Rejected("unknown_code", field, "the value is one of: " + ", ".join(part.symbols))
        return value

    return symbol


@lru_cache(maxsize=1024)
def _writer(schema: Schema) -> tuple[Convert, Any]:
    return _record(shape(schema), top=True), parse_schema(schema.document)


def schema_for(event: Mapping[str, Any], version: int | None = None) -> Schema:
    """The schema an event is to be written by.

    Raises Rejected where the event type is missing or unknown, Misuse for a version there is not.
    """
    event_type = event.get(EVENT_TYPE)
    if event_type is None:
        raise Rejected("missing_field", EVENT_TYPE, "the field is required")
    if not isinstance(event_type, str):
        raise Rejected("bad_value", EVENT_TYPE, "the value is a text")
    contract = registry()
    if event_type not in contract.newest:
        raise Rejected("unknown_event_type", EVENT_TYPE, "the event type is in the contract")
    schema = contract.find(event_type, version)
    if schema is None:
        raise Misuse(f"{event_type} has no version {version}")
    return schema


def encode_wire(event: Mapping[str, Any], version: int | None = None) -> bytes:
    """An event in the JSON-shaped form as Avro's single-object encoding, by the newest schema or the version asked for.

    Dates may be `date`, ISO text or day numbers, instants aware `datetime`, RFC 3339 text or microseconds. A field that
    the version does not have may be there with its default only. Raises Rejected, naming the field.
    """
    schema = schema_for(event, version)
    convert, parsed = _writer(schema)
    body = {name: value for name, value in event.items() if name != EVENT_TYPE}
    newest = registry().newest[schema.event_type]
    if newest is not schema:
        later = [entry for entry in shape(newest).fields if shape(schema).get(entry.name) is None]
        for entry in later:
            if entry.name in body and body[entry.name] == entry.default:
                del body[entry.name]
    out = BytesIO()
    out.write(b"\xc3\x01" + schema.fingerprint)
    schemaless_writer(out, parsed, convert(body, ""))
    if out.tell() > MAX_MESSAGE:
        raise Rejected("too_large", None, f"a message has at most {MAX_MESSAGE} bytes")
    return out.getvalue()


def _plain(part: Shape) -> Plain | None:
    """How a value of this shape is shown in the JSON form; None where as it is."""
    if isinstance(part, Scalar):
        return {Kind.DATE: write_date, Kind.INSTANT: write_instant}.get(part.kind)
    if isinstance(part, Choice):
        return None
    if isinstance(part, Maybe):
        inner = _plain(part.inner)
        return None if inner is None else lambda value: None if value is None else inner(value)
    if isinstance(part, Many):
        items = _plain(part.items)
        return list if items is None else lambda value: [items(entry) for entry in value]
    fields = [(entry.name, _plain(entry.shape)) for entry in part.fields]
    return lambda value: {name: value[name] if show is None else show(value[name]) for name, show in fields}


@lru_cache(maxsize=1024)
def _shower(schema: Schema) -> Plain:
    show = _plain(shape(schema))
    assert show is not None  # a record always has one
    return show


def json_form(schema: Schema, body: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON form of a decoded body: the event type first, dates and instants as RFC 3339 text."""
    return {EVENT_TYPE: schema.event_type, **_shower(schema)(body)}
