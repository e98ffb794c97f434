"""The OpenAPI 3.1 document: what the framework says of the routes, with the events' models and the problems added."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from adapters.api.media import AVRO, AVRO_BATCH, JSON, JSON_LINES, MAX_BODY, MAX_EVENTS
from adapters.api.problems import MEDIA_TYPE
from adapters.api.shapes import REF, answer_schema, answer_shapes
from adapters.api.systems import RIGHTS, needs_token, right_for
from adapters.codec.json_form import any_event
from adapters.log.messages import OUTCOMES
from adapters.process.clients import TOKEN_PATH
from adapters.questions.table import QUESTIONS
from domain.reasons import REASONS

_REASON: Final = {"type": "string", "enum": sorted(REASONS)}
_TEXT_OR_NONE: Final = {"type": ["string", "null"]}
_COUNT: Final = {"type": "integer", "minimum": 0}
_SCHEME: Final = "system"
_TOKEN: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["access_token", "token_type", "expires_in"],
    "properties": {
        "access_token": {"type": "string"},
        "token_type": {"const": "Bearer"},
        "expires_in": {"type": "integer", "description": "Seconds"},
        "scope": {"type": "string", "description": "All that the client may do, separated by spaces"},
    },
}

INTRODUCTION: Final = f"""Events of agencies in, questions about children out.

Publish with `POST /v1/events`: one event or up to {MAX_EVENTS:,}, of at most {MAX_BODY:,} bytes in all.
Questions are asked by POST, so that no identifier is in an address. `read = accepted + duplicate + conflict + kept`,
always. What is answered about people is logged first: the header `ICR-Access` names the entry.
Errors are RFC 9457 problem+json; their `reason` is one of `/v1/reasons`."""

_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "RFC 9457. No problem quotes what was sent.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "reason": _REASON,
        "field": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "reason", "rule"],
                "properties": {"field": _TEXT_OR_NONE, "reason": _REASON, "rule": {"type": "string"}},
            },
        },
    },
}

_PUBLISHED: Final[dict[str, Any]] = {
    "type": "object",
    "description": "`read = accepted + duplicate + conflict + kept`, always.",
    "required": ["read", *OUTCOMES, "set_aside", "reasons", "set_aside_reasons", "outcomes"],
    "properties": {
        **dict.fromkeys(("read", *OUTCOMES, "set_aside"), _COUNT),
        "reasons": {"type": "object", "propertyNames": _REASON, "additionalProperties": _COUNT},
        "set_aside_reasons": {"type": "object", "propertyNames": _REASON, "additionalProperties": _COUNT},
        "outcomes": {"type": "array", "items": {"$ref": "#/components/schemas/Outcome"}},
    },
}

_OUTCOME: Final[dict[str, Any]] = {
    "type": "object",
    "description": "What became of one event; `index` counts the events of the request from 0.",
    "required": ["index", "event_id", "event_type", "outcome", "reason", "field", "rule", "position", "set_aside"],
    "properties": {
        "index": _COUNT,
        "event_id": _TEXT_OR_NONE,
        "event_type": _TEXT_OR_NONE,
        "outcome": {"type": "string", "enum": list(OUTCOMES)},
        "reason": {"oneOf": [_REASON, {"type": "null"}]},
        "field": _TEXT_OR_NONE,
        "rule": _TEXT_OR_NONE,
        "position": {"type": ["string", "null"], "pattern": r"^\d+:\d+$"},
        "set_aside": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["reason", "field"],
                "properties": {"reason": _REASON, "field": {"type": "string"}},
            },
        },
    },
}

# Status -> what it means here; of POST only, or of all.
_POST_PROBLEMS: Final = {
    "400": "The request cannot be read",
    "413": "The body is too large",
    "415": "The body is of another type",
    "422": "A field of the request is wrong",
}
_PROBLEMS: Final = {
    "503": "A server that is needed does not answer; send the request again later",
    "default": "Any other problem",
}
_NOT_FOUND: Final = "Nothing is known by that"


def describe(app: FastAPI, *, signed_in: bool = False) -> dict[str, Any]:
    """The document of an application; `signed_in`: one where systems must sign in."""
    document = get_openapi(title=app.title, version=app.version, description=INTRODUCTION, routes=app.routes)
    events = TypeAdapter(any_event()).json_schema(ref_template=REF)
    parts = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        parts.pop(name, None)
    models = events.pop("$defs")
    assert not set(parts) & set(models), "an answer's model has the name of an event's"
    parts |= models
    answers = answer_shapes()
    assert not set(parts) & set(answers), "an answer has the name of a question or an event"
    parts |= answers
    parts |= {"Event": events, "Problem": _PROBLEM, "Published": _PUBLISHED, "Outcome": _OUTCOME}
    not_found = {f"/v1/{row.path}" for row in QUESTIONS if row.unknown is not None}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _add_problems(operation, method, lost=path in not_found or path.endswith("}"))
    for row in QUESTIONS:
        if row.path is not None:
            shape = {"content": {JSON: {"schema": answer_schema(row)}}}
            responses = document["paths"][f"/v1/{row.path}"][row.method.lower()]["responses"]
            responses["200"] = {"description": "The answer", **shape}
    _add_events(document["paths"]["/v1/events"]["post"])
    if signed_in:
        _add_signing_in(document)
    return document


def _add_signing_in(document: dict[str, Any]) -> None:
    """How systems sign in, and which operations need it."""
    flow = {"tokenUrl": TOKEN_PATH, "scopes": dict(RIGHTS)}
    says = (
        f"An assertion signed by the client's own key (private_key_jwt, RFC 7523) is worth a token, at `{TOKEN_PATH}`."
    )
    scheme = {"type": "oauth2", "description": says, "flows": {"clientCredentials": flow}}
    document["components"]["securitySchemes"] = {_SCHEME: scheme}
    problem = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path, operations in document["paths"].items():
        for operation in operations.values():
            if path == TOKEN_PATH:
                _describe_tokens(operation)
            elif needs_token(path):
                operation["security"] = [{_SCHEME: [right_for(path)]}]
                operation["responses"]["401"] = {"description": "There is no token, or none of now", "content": problem}
                operation["responses"]["403"] = {"description": "The client may not do this", "content": problem}


def _describe_tokens(operation: dict[str, Any]) -> None:
    operation["responses"]["200"] = {"description": "A token", "content": {JSON: {"schema": _TOKEN}}}
    operation["responses"]["400"] = {
        "description": "`invalid_client`, whatever is wrong with it; or what is wrong with the request (RFC 6749, 5.2)",
        "content": {
            JSON: {"schema": {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}}
        },
    }


def _add_problems(operation: dict[str, Any], method: str, *, lost: bool) -> None:
    said = {**(_POST_PROBLEMS if method == "post" else {"400": _POST_PROBLEMS["400"]}), **_PROBLEMS}
    if operation.get("parameters"):
        said["422"] = _POST_PROBLEMS["422"]
    if lost:
        said["404"] = _NOT_FOUND
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    operation["responses"].pop("422", None)  # the framework's own words
    # What a route says of its own refusals stands.
    said |= {status: told["description"] for status, told in operation["responses"].items() if status >= "4"}
    for status, meaning in sorted(said.items()):
        operation["responses"][status] = {"description": meaning, "content": {MEDIA_TYPE: problem}}


def _add_events(operation: dict[str, Any]) -> None:
    """The bodies of `POST /v1/events` and its answers; the framework does not see them."""
    event = {"$ref": "#/components/schemas/Event"}
    several = {"type": "array", "items": event, "maxItems": MAX_EVENTS}
    operation["requestBody"] = {
        "required": True,
        "content": {
            JSON: {"schema": {"oneOf": [event, several]}},
            JSON_LINES: {"schema": {"type": "string", "description": "One event a line"}},
            AVRO: {"schema": {"description": "One event in Avro's single-object encoding: C3 01, fingerprint, record"}},
            AVRO_BATCH: {"schema": {"description": "Such events, each preceded by its length: four bytes, big-endian"}},
        },
    }
    published = {"content": {JSON: {"schema": {"$ref": "#/components/schemas/Published"}}}}
    operation["responses"]["202"] = {"description": "Every event is in the log, or kept in quarantine", **published}
    operation["responses"]["200"] = {"description": "With validate_only: what would become of them", **published}
