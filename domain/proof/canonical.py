"""The one way to write a value as bytes, so that equal values have equal hashes."""

import json
from typing import Any


def canonical(value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """JSON in UTF-8 with keys in order of their code points and no spaces.

    Raises ValueError for what has more than one form or none: floats, keys that are no texts, half a surrogate pair; and
    TypeError for what JSON does not know.
    """
    _check(value)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise ValueError("a text has half a surrogate pair") from None


def _check(value: Any) -> None:  # noqa: ANN401
    if isinstance(value, float):
        raise ValueError("a float has more than one form")  # noqa: TRY004 - one kind of error for what has no one form
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise ValueError("a key is a text")
        for within in value.values():
            _check(within)
    elif isinstance(value, list | tuple):
        for within in value:
            _check(within)
