"""The JSON form of events: pydantic models made from the Avro schemas, strict, for the JSON door and for OpenAPI.

JSON is plain: RFC 3339 dates, unknown and repeated keys refused (contract 1 and 2). The models check, they do not
convert: what passed is written as Avro and read back, so that both doors give the same event.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, reduce
from operator import or_
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema, create_model
from pydantic_core import ErrorDetails, PydanticCustomError

from adapters.codec.encode import EVENT_TYPE, check_string, encode_wire, plain_name, schema_for, unknown_field
from adapters.codec.limits import MAX_ENTRIES, MAX_MESSAGE, MAX_TEXT, TextRule, text_rule
from adapters.codec.plain_json import check_shape, wrong_encoding
from adapters.codec.times import read_date, read_instant
from domain.errors import Rejected
from domain.texts import CHECKED_ELSEWHERE, PATTERNS, TextClass
from schemas.registry import registry
from schemas.shape import Choice, Kind, Many, Maybe, Record, Shape, shape
from schemas.texts import texts

TypeForm = Any  # what pydantic takes as the type of a field
PlainJson = Any  # what json.loads gives

STRICT: Final = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)
_NO_RULE: Final = TextRule(MAX_TEXT, filled=False, code=False)
_LIMITS: Final = {Kind.INT: 2**31, Kind.LONG: 2**63}

# What pydantic finds, in the words of the contract.
_REASONS: Final[Mapping[str, tuple[str, str | None]]] = {
    "missing": ("missing_field", "the field is required"),
    "literal_error": ("unknown_code", None),
    "too_long": ("too_large", f"a message has at most {MAX_ENTRIES} array entries in all"),
    "string_too_short": ("missing_field", "the text is empty"),
    "string_too_long": ("too_long", None),
}


def _checked(check: Callable[[str], object]) -> AfterValidator:
    """A validator that leaves the value as it is and reports in the contract's words."""

    def validate(value: str) -> str:
        try:
            check(value)
        except Rejected as rejected:
            rule = rejected.rule or ""
            raise PydanticCustomError("rejected", "{rule}", {"reason": rejected.reason, "rule": rule}) from None
        return value

    return AfterValidator(validate)


_DATE: Final = Annotated[str, _checked(read_date), WithJsonSchema({"type": "string", "format": "date"})]
_INSTANT: Final = Annotated[str, _checked(read_instant), WithJsonSchema({"type": "string", "format": "date-time"})]


def _type(part: Shape, rule: TextRule, kind: TextClass | None = None) -> TypeForm:
    if isinstance(part, Maybe):
        return _type(part.inner, rule, kind) | None
    if isinstance(part, Many):
        return Annotated[list[_type(part.items, _NO_RULE, kind)], Field(max_length=MAX_ENTRIES)]  # type: ignore[misc]
    if isinstance(part, Choice):
        return Literal[part.symbols]
    if isinstance(part, Record):
        return _record(part)
    if part.kind is Kind.DATE:
        return _DATE
    if part.kind is Kind.INSTANT:
        return _INSTANT
    if part.kind is Kind.BOOLEAN:
        return bool
    if part.kind in _LIMITS:
        return Annotated[int, Field(ge=-_LIMITS[part.kind], lt=_LIMITS[part.kind])]
    limits = Field(max_length=rule.longest, min_length=1 if rule.filled else None, json_schema_extra=_described(kind))
    return Annotated[str, _checked(lambda value: check_string(value, "", rule)), limits]


def _described(kind: TextClass | None) -> dict[str, Any] | None:
    """What a text's class says, for JSON Schema. It is checked later: what is beside the fact is only set aside."""
    if kind is None or kind.form in CHECKED_ELSEWHERE:
        return None
    pattern = PATTERNS.get(kind.form)
    return {"maxLength": kind.longest} | ({"pattern": pattern} if pattern else {})


def _fields(record: Record, event_type: str = "") -> dict[str, Any]:
    """The fields of a record, or of an event of a type."""
    fields: dict[str, Any] = {}
    title = "" if event_type else record.title
    for entry in record.fields:
        rule = text_rule(title, entry.name, not isinstance(entry.shape, Maybe))
        kind = texts().class_of(event_type, title, entry.name)
        default = entry.default if entry.optional else ...
        fields[entry.name] = (_type(entry.shape, rule, kind), Field(default, description=entry.doc))
    return fields


@lru_cache(maxsize=1024)
def _record(record: Record) -> type[BaseModel]:
    made: type[BaseModel] = create_model(
        record.title, __config__=STRICT, __doc__=record.doc, __module__=__name__, **_fields(record)
    )
    return made


@lru_cache(maxsize=1024)
def json_model(event_type: str) -> type[BaseModel]:
    """The model of an event type's JSON form, by its newest schema; raises KeyError for an unknown type."""
    record = shape(registry().newest[event_type])
    own: Any = (Literal[event_type], Field(description="The event type."))
    made: type[BaseModel] = create_model(
        event_type,
        __config__=STRICT,
        __doc__=record.doc,
        __module__=__name__,
        **{EVENT_TYPE: own, **_fields(record, event_type)},
    )
    return made


@lru_cache(maxsize=1)
def any_event() -> TypeForm:
    """The union of all event types' models, told apart by `event_type`: a type for OpenAPI documents."""
    models = [json_model(event_type) for event_type in registry().types]
    return Annotated[reduce(or_, models), Field(discriminator=EVENT_TYPE)]


def __getattr__(name: str) -> TypeForm:
    # Made when asked for: the models cost a fifth of a second, which most commands need not pay.
    if name == "AnyEvent":
        return any_event()
    raise AttributeError(name)


def _path(location: tuple[int | str, ...]) -> str:
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path


def _rejected(error: ErrorDetails, model: type[BaseModel]) -> Rejected:
    """One error of pydantic as ours; only what the schema says is quoted."""
    location, kind, context = error["loc"], error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        above = _path(location[:-1])
        return unknown_field(f"{above}." if above else "", location[-1], _known_at(model, location[:-1]))
    field = _path(location) or None
    if kind == "rejected":
        return Rejected(context["reason"], field, context["rule"])
    reason, rule = _REASONS.get(kind, ("bad_value", None))
    return Rejected(reason, field, rule or error["msg"])


def _known_at(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The field names of the record at a place of the JSON form."""
    part: Shape = shape(registry().newest[model.__name__])
    for step in location:
        while isinstance(part, Maybe):
            part = part.inner
        if isinstance(part, Many):
            part = part.items
        elif isinstance(part, Record) and (entry := part.get(str(step))):
            part = entry.shape
    while isinstance(part, Maybe):
        part = part.inner
    return [entry.name for entry in part.fields] if isinstance(part, Record) else []


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, value in pairs:
        if name in result:
            raise Rejected("unknown_field", plain_name(name), "a key appears twice")
        result[name] = value
    return result


def _no_constant(_: str) -> None:
    raise Rejected("bad_value", None, "a number is finite")


def parse(data: bytes) -> PlainJson:
    """JSON text as plain values; repeated keys, NaN and anything that is not UTF-8 JSON raise Rejected."""
    if len(data) > MAX_MESSAGE:
        raise Rejected("too_large", None, f"a message has at most {MAX_MESSAGE} bytes")
    if (wrong := wrong_encoding(data)) is not None:
        raise Rejected("undecodable", None, wrong)
    check_shape(data)
    try:
        return json.loads(data.decode(), object_pairs_hook=_pairs, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        pass
    # Raised out here so that the foreign exception, which holds the text, is not its context.
    raise Rejected("undecodable", None, "the message is a JSON object in UTF-8")


def wire_of(data: bytes | Mapping[str, Any]) -> tuple[bytes, tuple[tuple[str, str], ...]]:
    """An event's JSON form, as text or as parsed, checked and written as Avro by the newest schema.

    With it the fields that were set aside: dates that cannot be, where the schema would do without one (contract 2).
    """
    event = parse(data) if isinstance(data, bytes) else data
    if not isinstance(event, Mapping):
        raise Rejected("undecodable", None, "the message is a JSON object in UTF-8")
    schema = schema_for(event)
    model = json_model(schema.event_type)
    rejected, places = None, []
    try:
        model.model_validate(dict(event))
    except ValidationError as invalid:
        for error in invalid.errors(include_url=False, include_input=False):
            if not (_is_impossible_date(error) and _dispensable(error["loc"], model)):
                # Only this one is put into words: a message can be wrong in tens of thousands of places.
                rejected = _rejected(error, model)
                break
            places.append(error["loc"])
    if rejected is not None:
        raise rejected
    if places:
        event = _without(event, places)
    return encode_wire(event), tuple(("impossible_date", _path(place)) for place in places)


def _is_impossible_date(error: ErrorDetails) -> bool:
    return error["type"] == "rejected" and error.get("ctx", {}).get("reason") == "impossible_date"


def _dispensable(location: tuple[int | str, ...], model: type[BaseModel]) -> bool:
    """Whether there is a field at a place of the JSON form that may be absent; a correction's dates are its own fact."""
    part: Shape = shape(registry().newest[model.__name__])
    for step in location:
        part = part.inner if isinstance(part, Maybe) else part
        if isinstance(part, Many):
            part = part.items
        elif isinstance(part, Record) and (entry := part.get(str(step))):
            part = entry.shape
        else:
            return False
    return isinstance(part, Maybe) and location[0] != "changes"


def _without(part: Any, places: Iterable[tuple[int | str, ...]]) -> Any:  # noqa: ANN401 - plain JSON
    """A copy of plain JSON with null at some places; each object and list on the way is copied once."""
    below: dict[int | str, list[tuple[int | str, ...]]] = defaultdict(list)
    for place in places:
        if not place:
            return None
        below[place[0]].append(place[1:])
    if isinstance(part, Mapping):
        return {**part, **{step: _without(part[str(step)], rest) for step, rest in below.items()}}
    copied = list(part)
    for step, rest in below.items():
        copied[int(step)] = _without(copied[int(step)], rest)
    return copied
