"""What a replay says of an access, in words (access.md 5): is it proved, does the same come out again, and if not, why."""

from collections.abc import Mapping
from typing import Final

from domain.answers.accesses import Because, Derived, Proved
from domain.answers.compared import Difference

PROVED: Final[Mapping[Proved, str]] = {
    "proved_same": "Proved: what is stored is what was shown, and nobody has changed it since.",
    "not_proved": "Not proved: what is stored is not what the entry commits to. Somebody has changed it.",
    "given_up": "Given up: the month's time of keeping is over, and its entries were deleted. The log states that, and keeps this one's hash.",
    "erased_since": "Erased since, in part: a key was destroyed. What is left is proved to be what was shown.",
}
DERIVED: Final[Mapping[Derived, str]] = {
    "derived_same": "Worked out again from the log of events, as it was known then, the same comes out.",
    "differs": "Worked out again from the log of events, something else comes out.",
    "not_derived": "It was not worked out again.",
}
BECAUSE: Final[Mapping[Because, str]] = {
    "restricted_since": "A child in it is shielded by now, or consents and agreements are others than then.",
    "quarantine_since": "Events about the child have come into quarantine, or left it, since.",
    "mended_since": "Part of the record was being brought up to date then, and has been since.",
    "other_code_or_policy": "The program, or its rules of who may see what, are others by now.",
    "unknown": "The reason is not known: ask whoever operates the service.",
    "of_the_log": "Such an answer is of the log as it was, and can only be proved.",
    "nothing_shown": "Nothing was shown.",
    "not_known_now": "Nothing is known by that any more.",
    "given_up": "There is nothing left to work out.",
    "code_not_installed": "The program by which it was worked out then is not installed here any more.",
}
# Why a part of an answer is another today, after what the part is of.
DIFFERENCES: Final[Mapping[Difference, str]] = {
    "erased": "has been erased since",
    "parted": "is another child's today: records were parted",
    "joined": "is new: it was not shown then",
    "corrected": "was corrected or taken back since",
    "policy": "is shown by other rules of who may see what",
    "code": "is worked out by another program",
    "told_since": "is otherwise by what was told since",
    "other_day": "is otherwise on another day",
    "no_more_shown": "is not shown any more",
}


def verdict(proved: Proved, derived: Derived, because: Because | None, first_differing: int | None = None) -> list[str]:
    """What a replay found, in sentences. `first_differing`: the first part that comes out otherwise, counted from 0."""
    said = [PROVED[proved], DERIVED[derived]]
    if because is not None:
        said.append(BECAUSE[because])
    if first_differing is not None:
        said.append(f"The first part that differs is number {first_differing + 1}.")
    return said
