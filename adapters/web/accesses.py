"""Accesses in the words that an officer reads: what was asked, what became of it, and what a replay proves."""

from collections.abc import Mapping
from typing import Any, Final

from domain.words import spaced

_ASKED: Final = {
    "FindChildren": "Searched for a child",
    "ShowChild": "Opened a child's record",
    "ShowTimeline": "Opened a child's timeline",
    "ShowCaseload": "Listed their children",
    "ShowMyFamilies": "Listed their families",
    "ShowChanges": "Looked at what changed for their children",
    "ShowHandover": "Looked at a handover",
    "ListGaps": "Listed where a lead is missing",
    "ListFamilies": "Listed families out of touch",
    "ShowFamily": "Opened a family",
    "ShowMeasures": "Looked at measures of the system",
    "ListAccesses": "Read the access log",
    "ReplayEntry": "Replayed an access",
    "ShowLogState": "Looked at the state of the access log",
    "ListKept": "Listed events kept in quarantine",
    "ShowKept": "Opened an event kept in quarantine",
    "ReadFeedback": "Read feedback on an organisation's events",
}
_OUTCOMES: Final = {
    "shown": "Shown",
    "nothing": "Nothing was found",
    "refused": "Refused",
    "failed": "Failed, and nothing was shown",
}
_PROVED: Final = {
    "proved_same": "Proved: what is stored is what was shown, and nobody has changed it since.",
    "not_proved": "Not proved: what is stored is not what the entry commits to. Somebody has changed it.",
    "erased_since": "Erased since, in part: a key was destroyed. What is left is proved to be what was shown.",
}
_DERIVED: Final = {
    "derived_same": "Worked out again from the log of events, as it was known then, the same comes out.",
    "differs": "Worked out again from the log of events, something else comes out.",
    "not_derived": "It was not worked out again.",
}
_BECAUSE: Final = {
    "restricted_since": "Somebody in it is protected by now, and less is shown.",
    "other_code_or_policy": "The program, or its rules of who may see what, are others by now.",
    "unknown": "The reason is not known: ask whoever operates the service.",
    "of_the_log": "Such an answer is of the log as it was, and can only be proved.",
    "nothing_shown": "Nothing was shown.",
    "not_known_now": "Nothing is known by that any more.",
}
_FOUND: Final = {
    "leaf_missing": "a leaf was taken out",
    "entry_missing": "an entry is gone",
    "entry_changed": "an entry is not as it was logged",
    "tile_missing": "hashes of the tree are missing",
    "tile_changed": "hashes of the tree were changed",
    "tree_differs": "the tree is not the one that was signed",
    "log_shorter": "the log is shorter than what was signed",
    "checkpoint_not_signed": "the checkpoint is not signed by the log's key",
}
_MINUTE, _HOUR = 60, 3600


def asked(question: str) -> str:
    """What somebody did by asking a question."""
    return _ASKED.get(question) or question


def outcome(code: str) -> str:
    """What became of it."""
    return _OUTCOMES.get(code) or spaced(code)


def verdict(replay: Mapping[str, Any]) -> list[str]:
    """What a replay says, in sentences: is it proved, does the same come out again, and why not."""
    said = [_PROVED[replay["proved"]], _DERIVED.get(replay["derived"], spaced(replay["derived"]))]
    if replay["because"] is not None:
        said.append(_BECAUSE.get(replay["because"], spaced(replay["because"])))
    return said


def checked(part: Mapping[str, Any]) -> str:
    """What a check of the last leaves found."""
    if not part["found"]:
        return "Nothing is amiss: entries, hashes and tree are as they were signed."
    return f"Something is amiss: {', '.join(_FOUND.get(one, spaced(one)) for one in part['found'])}. Tell your data protection officer now."


def waits(seconds: int | None) -> str:
    """For how long something has waited."""
    if seconds is None:
        return "Nothing waits"
    if seconds < _MINUTE:
        return "Less than a minute"
    minutes, hours = seconds // _MINUTE, seconds // _HOUR
    if hours:
        return "1 hour" if hours == 1 else f"{hours} hours"
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


def without_erased(content: Any) -> tuple[Any, int]:  # noqa: ANN401 - an answer
    """An answer without what was erased of it, and of how many things that is so."""
    if isinstance(content, Mapping):
        if content.get("$erased"):
            return None, 1
        parts = {key: without_erased(value) for key, value in content.items()}
        return {key: value for key, (value, _) in parts.items()}, sum(count for _, count in parts.values())
    if isinstance(content, list):
        kept = [without_erased(value) for value in content]
        return [value for value, count in kept if not (value is None and count)], sum(count for _, count in kept)
    return content, 0
