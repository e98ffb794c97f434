"""Accesses in the words that an officer reads: what was asked, what became of it, and what a replay proves."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from adapters.web.words import day, moment, named, sentence
from domain.access.rules import BY_ID
from domain.answers import verdicts
from domain.answers.accesses import Derived, Proved
from domain.answers.named import CODED
from domain.answers.reach import ANYBODY, EXTENTS, SAYING
from domain.words import spaced

_ASKED: Final = {
    "FindChildren": "Searched for a child",
    "ShowChild": "Opened a child's record",
    "ShowTimeline": "Opened a child's timeline",
    "ShowSiblings": "Looked at who a child's brothers and sisters are",
    "ShowDecision": "Looked at what a decision about a child would do",
    "ShowContact": "Looked at a request to be put in touch about a child",
    "ShowContactAnswer": "Looked at an answer to a request for contact",
    "ListContacts": "Listed requests for contact",
    "ShowCaseload": "Listed their children",
    "ShowMyFamilies": "Listed their families",
    "ShowChanges": "Looked at what changed for their children",
    "ShowHandover": "Looked at a handover",
    "ListGaps": "Listed where a lead is missing",
    "ListFamilies": "Listed families out of touch",
    "ShowFamily": "Opened a family",
    "ShowMeasures": "Looked at measures of the system",
    "ListAccesses": "Read the access log",
    "ShowOwnAccesses": "Read their own entries of the access log",
    "ReadNotice": "Said that they had read the notice for staff",
    "ReplayEntry": "Replayed an access",
    "ExportLog": "Took an export of the access log away",
    "ListCases": "Listed officers' cases",
    "ShowCase": "Opened an officer's case",
    "ListHearings": "Looked for cases that ask them",
    "ShowHearing": "Looked at what a case asks them",
    "ShowSubjectAccess": "Prepared a child's record for who asked for it",
    "ShowReach": "Counted who could open a child's record",
    "ExplainRefusal": "Looked at why somebody was refused",
    "ShowLogState": "Looked at the state of the access log",
    "AskOfficers": "Asked a question about accesses",
    "ExportAnswer": "Took an answer about accesses away",
    "ShowDue": "Looked at how many records are due for erasure",
    "CountKept": "Counted events kept in quarantine",
    "ListMended": "Listed records that are being mended",
    "CountProtections": "Counted shields and exclusions",
    "ListProtections": "Listed shields or exclusions",
    "ListFeeds": "Looked at which feeds are heard",
    "ShowQuality": "Looked at how good what was sent is",
    "ListKept": "Listed events kept in quarantine",
    "ShowKept": "Opened an event kept in quarantine",
    "ReadFeedback": "Read feedback on an organisation's events",
    "StateMonth": "A month of the access log is over",
    "GiveUpMonth": "A month of the access log was given up",
}
_OUTCOMES: Final = {
    "shown": "Shown",
    "nothing": "Nothing was found",
    "refused": "Refused",
    "failed": "Failed, and nothing was shown",
    "month_ended": "Stated",
    "given_up": "Given up",
}
_OWN_OUTCOMES: Final = {"not_shown": "Nothing was shown"}
# Words of whoever asked, and the same to whom reads of themselves.
_TO_YOU: Final = {"their": "your", "them": "you", "they": "you"}
_OF_OTHERS: Final = re.compile(rf"\b({'|'.join(_TO_YOU)})\b")
_CHANNELS: Final = {"pages": "On these pages", "api": "By a system of your organisation"}
# What was left out of an answer, by the name that its entry has for why.
_WITHHELD: Final = {
    "sensitive_service": "Left out: a service that people must be able to use in confidence",
    "others_numbers": "Left out: that the child has numbers of other agencies",
    "minimal": "Left out: everything but who the child is",
    "no_agreement": "Left out: what the agency has not agreed to share with this one",
}
_PURPOSES: Final = {
    "work_with_own_children": "Work with one's own children",
    "claim": "Others' children, with a reason",
    "search": "To find a child, with a reason",
    "override": "To set a shield aside, with a reason",
    "mediation": "For somebody who cannot sign in",
    "own_accesses": "To read one's own accesses",
    "notice": "To read the notice for staff",
    "index_management": "Work of the index team",
    "case": "An officer's case",
    "audit": "To check how the service is used",
    "not_allowed": "None that is allowed",
}
_FIELDS: Final = {
    "because": "Why, in their words",
    "record": "Child",
    "identifier": "Number",
    "family": "Family name",
    "born": "Date of birth",
    "worker": "Whose work",
    "effective_at": "As it stood on",
    "known_at": "As known at",
    "since": "Since",
    "limit": "At most",
    "retracted": "With what was taken back",
}
_DAYS: Final = ("effective_at", "born", "first", "last")
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
_REVIEWS: Final = {
    "explained": "Explained",
    "not_explained": "Not explained",
    "passed_on_as_a_case": "Passed on as a case",
}
_MINUTE, _HOUR = 60, 3600


def asked(question: str) -> str:
    """What somebody did by asking a question."""
    return _ASKED.get(question) or question


def outcome(code: str) -> str:
    """What became of it."""
    return _OUTCOMES.get(code) or spaced(code)


def asked_own(question: str) -> str:
    """What whoever reads it did by asking a question."""
    return _OF_OTHERS.sub(lambda found: _TO_YOU[found[0]], asked(question))


def own_outcome(code: str) -> str:
    """What became of it, as whoever asked was told."""
    return _OWN_OUTCOMES.get(code) or outcome(code)


def channel(code: str) -> str:
    """By which face somebody asked."""
    return _CHANNELS.get(code) or sentence(code)


def purpose(code: str) -> str:
    """What it was for."""
    return _PURPOSES.get(code) or sentence(code)


def by_rules(codes: Sequence[str]) -> list[str]:
    """The rules by which it was shown, as the person read them, and those by which something was left out."""
    return [BY_ID[code].says if code in BY_ID else _WITHHELD.get(code) or f"Left out: {spaced(code)}" for code in codes]


def review(code: str | None) -> str:
    """What came of the review of an access."""
    return "Not reviewed" if code is None else _REVIEWS.get(code) or spaced(code)


def cell(holds: str, value: Any, names: Mapping[str, str]) -> str:  # noqa: ANN401 - a cell of an answer
    """A cell of an answer to an officers' question, in words; what is not there has none, but a review. `names`: by code."""
    if holds == "review":
        return review(value)
    if value is None:
        return ""
    if holds in CODED:
        return named(value, names)
    return _CELLS.get(holds, str)(value)


def asked_by(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What a question was asked by, in words: why it was asked comes first."""
    named = sorted(fields, key=lambda name: list(_FIELDS).index(name) if name in _FIELDS else len(_FIELDS))
    return {_FIELDS.get(name, sentence(name)): day(fields[name]) if name in _DAYS else fields[name] for name in named}


def is_proved(code: Proved) -> str:
    """Whether an access is proved, in a sentence."""
    return verdicts.PROVED[code]


def is_derived(code: Derived) -> str:
    """Whether it comes out the same, in a sentence."""
    return verdicts.DERIVED[code]


def verdict(replay: Mapping[str, Any]) -> list[str]:
    """What a replay says, in sentences."""
    return verdicts.verdict(replay["proved"], replay["derived"], replay["because"], replay["first_differing"])


def checked(part: Mapping[str, Any]) -> str:
    """What a check of the last leaves found."""
    if not part["found"]:
        return "Nothing is amiss: entries, hashes and tree are as they were signed."
    return f"Something is amiss: {', '.join(_FOUND.get(one, spaced(one)) for one in part['found'])}. Tell your data protection officer now."


def difference(one: Mapping[str, Any]) -> str:
    """That a part of an old answer is another today, and why."""
    record, child = one["record"], one["child"]
    of = "What is said of no child" if child is None else "What is said of the child as a whole"
    said = of if record is None else f"What record {record} says"
    return f"{said} {verdicts.DIFFERENCES[one['why']]}"


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


def extent(shows: str | None) -> str:
    """How much somebody is shown."""
    return EXTENTS[shows]


def must_say(saying: str) -> str:
    """What somebody must say before they are shown anything."""
    return SAYING[saying]


def anybody(rule: str | None) -> str:
    """What whoever has nothing to do with a child may see of it."""
    return ANYBODY[rule]


# What a cell holds -> how it is said; what stands here not is said as it is.
_CELLS: Final[Mapping[str, Callable[[Any], str]]] = {
    "moment": moment,
    "day": day,
    "question": asked,
    "rule": sentence,
    "outcome": outcome,
    "text": sentence,
    "yes_no": lambda holds: "Yes" if holds else "No",
}
