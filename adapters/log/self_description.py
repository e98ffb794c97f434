"""What a message that was rejected says of itself all the same: who sent it, what it is, under which id."""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import orjson

from adapters.codec import NO_IDS, envelope_of
from domain.checks import MAX_EVENT_ID, organisation_allowed
from schemas.registry import registry

_LONGEST: Final = 60  # of an event type
_MANY: Final = 100_000  # values of a text of JSON; a hundred bytes of memory each
_MOST_IDENTIFIERS: Final = 20
_HALF: Final = re.compile("[\ud800-\udfff]")  # of a surrogate: JSON can say it, and no text has it


class SelfDescription(NamedTuple):
    """Organisation, event type and event id, each where a message plainly says it."""

    organisation: str | None = None
    event_type: str | None = None
    event_id: str | None = None


def self_description_of(
    data: bytes | Mapping[str, Any], patterns: tuple[str, ...] | None = None, ids: Mapping[int, bytes] = NO_IDS
) -> SelfDescription:
    """The claims of a message, also of one that is not an event of ours but says in JSON or Avro what it means to be.

    An organisation is only taken for one where it fits one of `patterns`, which all may do when there are none: it is
    stored in the clear, and whoever puts a child's name into the wrong field must not have it stored so.
    """
    organisation, event_type, event_id = _said(data, ids)
    allowed = isinstance(organisation, str) and (patterns is None or organisation_allowed(organisation, patterns))
    usable = isinstance(event_id, str) and 0 < len(event_id) <= MAX_EVENT_ID and not _HALF.search(event_id)
    return SelfDescription(
        organisation if allowed else None,  # type: ignore[arg-type]
        event_type if event_type in registry().newest else None,
        event_id if usable else None,  # type: ignore[arg-type]
    )


def identifiers_said(data: bytes | Mapping[str, Any]) -> list[tuple[str, str]]:
    """Schemes and values of the subject's identifiers in a text of JSON that is no event of ours; none where it is no such text."""
    document = _document(data)
    subject = document.get("subject") if document is not None else None
    said = subject.get("identifiers") if isinstance(subject, Mapping) else None
    pairs = (
        [(one.get("scheme"), one.get("value")) for one in said if isinstance(one, Mapping)]
        if isinstance(said, list)
        else []
    )
    return [(a, b) for a, b in pairs[:_MOST_IDENTIFIERS] if isinstance(a, str) and isinstance(b, str)]


def _document(data: bytes | Mapping[str, Any]) -> Mapping[str, Any] | None:
    if isinstance(data, Mapping):
        return data
    if sum(map(data.count, (b",", b"[", b"{"))) > _MANY:
        return None
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    return document if isinstance(document, Mapping) else None


def _said(data: bytes | Mapping[str, Any], ids: Mapping[int, bytes]) -> tuple[object, str | None, object]:
    if not isinstance(data, Mapping) and (envelope := envelope_of(data, ids)) is not None:
        return envelope
    document = _document(data)
    if document is None:
        return None, None, None
    source = document.get("source")
    organisation = source.get("organisation") if isinstance(source, Mapping) else None
    return organisation, _text(document.get("event_type")), document.get("event_id")


def _text(value: object) -> str | None:
    return (
        value if isinstance(value, str) and value.isascii() and value.isprintable() and len(value) <= _LONGEST else None
    )
