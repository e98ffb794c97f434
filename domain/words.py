"""Codes as the words that people read; the same on a page and on the command line."""

from typing import Final

_CAPITALS: Final = {"caf": "CAF", "ehcp": "EHCP", "gp_registration": "GP registration"}


def spaced(code: object) -> str:
    """A code as words."""
    text = str(code)
    return _CAPITALS.get(text, text.replace("_", " "))
