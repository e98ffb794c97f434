"""What the pages of requests for contact say: what a contact may be for, and what may be answered."""

from collections.abc import Mapping
from typing import Final

from domain.answers.brokering import OUTCOMES

PURPOSES: Final[Mapping[str, str]] = {
    "plan_together": "To plan help together",
    "before_an_assessment": "Before I begin an assessment",
    "share_a_worry": "To share a worry",
    "other": "Something else",
}


def purposes() -> list[dict[str, str]]:
    """What a contact may be for, to choose from."""
    return [{"value": code, "text": text} for code, text in PURPOSES.items()]


def purpose(code: str) -> str:
    """What a contact is for."""
    return PURPOSES.get(code, code)


def outcomes() -> list[dict[str, str]]:
    """What may be answered, in the words in which whoever asked is told."""
    return [{"value": code, "text": text} for code, text in OUTCOMES.items() if code is not None]
