"""What the pages of shields and exclusions call them."""

from collections.abc import Mapping
from typing import Final

_NAMED: Final[Mapping[str, str]] = {
    "shield": "Shields",
    "access_excluded": "Records that some may not see",
    "access_restricted": "Records that only some may see",
}


def named(kind: str) -> str:
    """What those of a kind are called."""
    return _NAMED[kind]


def kinds() -> list[dict[str, str]]:
    """The kinds to choose from."""
    return [{"value": kind, "text": text} for kind, text in _NAMED.items()]
