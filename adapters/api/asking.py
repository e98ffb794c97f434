"""How a question is read from a request: each kind of value has one reader, and refuses with a reason and a rule."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, create_model
from pydantic_core import PydanticCustomError

from adapters.codec.times import DAY_RULE, KNOWN_AT_RULE, read_day, read_known_at
from adapters.questions.table import Row
from domain.errors import Rejected
from domain.identifiers import parse_identifier
from domain.questions import asking
from domain.questions.asking import Kind


def _said(reason: str, rule: str) -> PydanticCustomError:
    return PydanticCustomError("rejected", "{rule}", {"reason": reason, "rule": rule})


def _day(value: object) -> date:
    if not isinstance(value, str):
        raise _said("bad_value", DAY_RULE)
    try:
        return read_day(value, "")
    except Rejected as rejected:
        raise _said(rejected.reason, DAY_RULE) from None


def _identifier(value: str) -> str:
    checked = parse_identifier(value)
    if not checked.valid:
        raise _said(checked.reason or "bad_form", "an identifier that passes its check, written SCHEME:VALUE")
    return value


def _printable(value: str) -> str:
    if not value.isprintable():
        raise _said("bad_value", "a text without control characters")
    return value


def _known_at(value: str) -> str:
    if not read_known_at(value):
        raise _said("bad_value", KNOWN_AT_RULE)
    return value


_DAY: Final = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
# What a text must be beside its length and pattern, by its kind.
_CHECKS: Final[Mapping[Kind, Callable[[str], str]]] = {
    Kind.IDENTIFIER: _identifier,
    Kind.KNOWN_AT: _known_at,
    Kind.WORKER: _printable,
    Kind.TEXT: _printable,
    Kind.ORGANISATION: _printable,
    Kind.RECORD: _printable,
}


def value_of(field: asking.Field) -> Any:  # noqa: ANN401 - a type to be read
    """The type that a field's values are read as."""
    if field.kind is Kind.NUMBER:
        return Annotated[int, Field(ge=field.least, le=field.most)]
    if field.kind is Kind.FLAG:
        return bool
    if field.kind is Kind.DAY:
        return _DAY
    least = max(field.least, 1) if field.kind in (Kind.TEXT, Kind.ORGANISATION) and field.pattern is None else None
    # A text is bounded before it is looked at.
    bounds = Field(min_length=least, max_length=field.most, pattern=field.pattern)
    return Annotated[str, bounds, AfterValidator(_CHECKS[field.kind])]


# Beside the question's own fields: for whom a system asks, and why they look.
FOR_WHOM: Final[Mapping[str, asking.Field]] = {"acting_for": asking.ACTING_FOR, "because": asking.BECAUSE}


def body_of(row: Row) -> type[BaseModel]:
    """The model of a request's body: the fields of the question, for whom a system asks it, and no others."""
    fields: dict[str, Any] = {
        name: (Annotated[value_of(field) | None, Field(description=field.says)], None)
        for name, field in FOR_WHOM.items()
    }
    for name, field in asking.fields_of(row.question):
        default = ... if asking.is_required(row.question, name) else row.question.__dataclass_fields__[name].default
        value = value_of(field) if default is not None else value_of(field) | None
        fields[name] = (Annotated[value, Field(description=field.says)], default)
    config = ConfigDict(
        strict=True, extra="forbid", hide_input_in_errors=True, json_schema_extra={"examples": [dict(row.example)]}
    )
    says, _, _ = (row.question.__doc__ or "").partition(" Raises ")
    return create_model(row.question.__name__, __config__=config, __doc__=says, **fields)
