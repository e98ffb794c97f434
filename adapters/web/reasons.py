"""Why somebody looks at what is not their own work, in their own words: typed first, kept in the access log, sealed."""

from dataclasses import replace
from typing import Final

from domain.access.viewer import FEWEST_LETTERS, MOST_LETTERS, Because, Opening, Viewer

FIELD: Final = "reason"


def read_reason(text: str) -> tuple[str, str | None]:
    """A reason as one line, and what is wrong with it; None where nothing is."""
    reason = " ".join(text.split())
    if not reason:
        return "", "Say why you look"
    if len(reason) < FEWEST_LETTERS:
        return reason, "Say more of why you look: a few words at least"
    if len(reason) > MOST_LETTERS:
        return text, f"The reason must be {MOST_LETTERS} letters or fewer. You have typed {len(reason)}"
    if not reason.isprintable():
        return reason, "The reason must be of letters, digits and signs alone"
    return reason, None


def saying(viewer: Viewer, reason: str, opening: Opening = Opening.CLAIM) -> Viewer:
    """The same person, who says why."""
    return replace(viewer, because=Because(opening, reason))
