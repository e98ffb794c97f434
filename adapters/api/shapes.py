"""What answers look like, for the OpenAPI document: made from the types of the answers themselves.

A test holds these against real answers. Fields may be added to answers at any time.
"""

from collections.abc import Sequence
from typing import Any, Final, Literal, get_type_hints

from pydantic import TypeAdapter

from adapters.questions.table import QUESTIONS, Row
from domain.answers.answered import AsOf
from domain.answers.fields import said_of, types_within
from domain.questions.asking import AsKnown, answer_of

REF: Final = "#/components/schemas/{model}"


def answer_shapes() -> dict[str, Any]:
    """The JSON Schemas of all answers and their parts, by name; each field says what it discloses."""
    return shapes_of([AsOf, *(answer_of(row.question) for row in QUESTIONS if row.path is not None)], REF)


def shapes_of(answers: Sequence[type], ref: str) -> dict[str, Any]:
    """The JSON Schemas of some answers and their parts, by name, which refer to each other by a template."""
    adapters: list[tuple[type, Literal["serialization"], TypeAdapter[Any]]] = [
        (answer, "serialization", TypeAdapter(answer)) for answer in dict.fromkeys(answers)
    ]
    _, found = TypeAdapter.json_schemas(adapters, ref_template=ref)
    shapes: dict[str, Any] = found["$defs"]
    for part in {part.__name__: part for answer in answers for part in types_within(answer)}.values():
        for name, hint in get_type_hints(part, include_extras=True).items():
            _describe(shapes[part.__name__]["properties"][name], hint)
    return shapes


def answer_schema(row: Row) -> dict[str, Any]:
    """The schema of the answer to a question, with what it is as of, where it is of an edition."""
    content = {"$ref": REF.format(model=answer_of(row.question).__name__)}
    if issubclass(row.question, AsKnown):
        return {"allOf": [{"$ref": REF.format(model=AsOf.__name__)}, content]}
    return content


def _describe(schema: dict[str, Any], hint: object) -> None:
    written, discloses = said_of(hint)
    if discloses is not None:
        schema["x-discloses"] = discloses.value
    if written.says:
        schema["description"] = written.says
    form = {name: said for name in ("pattern", "format") if (said := getattr(written, name)) is not None}
    for option in (schema, *schema.get("anyOf", ()), schema.get("items", {})):
        if option.get("type") == "string":
            option.update(form)
