"""What a message that could not be read says of itself all the same: who sent it, what it is, under which id."""

from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase
from typing import Any, Final, NamedTuple

import orjson

from domain.checks import MAX_EVENT_ID
from schemas.registry import registry

_LONGEST: Final = 60


class Claims(NamedTuple):
    """Organisation, event type and event id, each where a message plainly says it."""

    organisation: str | None = None
    event_type: str | None = None
    event_id: str | None = None


def claims_of(data: bytes | Mapping[str, Any], patterns: Collection[str] | None = None) -> Claims:
    """The claims of a message in JSON form that is not an event of ours; none of anything else.

    An organisation is only taken for one where it fits one of `patterns`, which all may do when there are none: it is
    stored in the clear, and whoever puts a child's name into the wrong field must not have it stored so.
    """
    try:
        document = data if isinstance(data, Mapping) else orjson.loads(data)
    except orjson.JSONDecodeError:
        return Claims()
    if not isinstance(document, Mapping):
        return Claims()
    source = document.get("source")
    organisation = _text(source.get("organisation")) if isinstance(source, Mapping) else None
    if organisation is not None and patterns is not None and not any(fnmatchcase(organisation, p) for p in patterns):
        organisation = None
    event_type = _text(document.get("event_type"))
    event_id = document.get("event_id")
    return Claims(
        organisation,
        event_type if event_type in registry().newest else None,
        event_id if isinstance(event_id, str) and 0 < len(event_id) <= MAX_EVENT_ID else None,
    )


def _text(value: object) -> str | None:
    return (
        value if isinstance(value, str) and value.isascii() and value.isprintable() and len(value) <= _LONGEST else None
    )
