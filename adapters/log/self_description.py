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


def _said(data: bytes | Mapping[str, Any], ids: Mapping[int, bytes]) -> tuple[object, str | None, object]:
    if not isinstance(data, Mapping) and (envelope := envelope_of(data, ids)) is not None:
        return envelope
    if not isinstance(data, Mapping) and sum(map(data.count, (b",", b"[", b"{"))) > _MANY:
        return None, None, None
    try:
        document = data if isinstance(data, Mapping) else orjson.loads(data)
    except orjson.JSONDecodeError:
        return None, None, None
    if not isinstance(document, Mapping):
        return None, None, None
    source = document.get("source")
    organisation = source.get("organisation") if isinstance(source, Mapping) else None
    return organisation, _text(document.get("event_type")), document.get("event_id")


def _text(value: object) -> str | None:
    return (
        value if isinstance(value, str) and value.isascii() and value.isprintable() and len(value) <= _LONGEST else None
    )
