"""One way to write a value as bytes, so that equal values have equal hashes."""

import json
from typing import Any


def canonical(value: Any) -> bytes:  # noqa: ANN401 - any value that JSON has
    """A value as JSON with sorted keys, without spaces, in UTF-8. Raises ValueError for what is no number, as NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
