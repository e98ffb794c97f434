"""What the pages of decisions say: which there are, what each asks for, and whom and what it may be said of."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from adapters.web import words
from domain.leads.commands import DECISIONS
from domain.words import spaced

Part = Mapping[str, Any]
Item = dict[str, Any]

# The decisions by what they are about, in the order in which a child may see them.
GROUPS: Final[Sequence[tuple[str, Sequence[str]]]] = (
    ("Who leads", ("nominate", "accept", "decline", "transfer", "cover", "end-cover", "end")),
    ("Your own work with this child", ("start", "confirm", "finish")),
    ("The team around the child", ("join", "leave")),
)
_ASKS: Final = {
    "role": "Which lead",
    "scope": "Whom the lead is for",
    "service": "Which service",
    "provision": "Who has that service",
    "reason": "Why",
    "family_view": "What the child and family know and think",
}
_HINTS: Final = {
    "service": "As your organisation calls it. For example, family support",
    "reason": "A word or two. You may leave it empty",
}
# Of oneself, in the words of whoever says it.
_TITLES: Final = {
    "accept": "Accept the lead that you were nominated for",
    "decline": "Decline the lead that you were nominated for",
    "transfer": "Propose that somebody else leads",
    "end": "End your lead",
    "start": "Say that your work with the child has started",
    "confirm": "Say that your work with the child goes on",
    "finish": "Say that your work with the child has ended",
}
_SAID: Final = {
    "universal": "Every child of its age",
    "additional": "This child, for what it needs",
    "child": "This child",
    "family": "The whole family",
    **words.FAMILY_VIEWS,
}
# Decisions about something that goes on: of which service, is known.
_GO_ON: Final = frozenset({"confirm", "finish", "leave"})


def title(name: str) -> str:
    """What a decision is called."""
    return _TITLES.get(name, DECISIONS[name].title)


def asks(field: str) -> str:
    """What a field of a decision asks for."""
    return _ASKS[field]


def said(code: str) -> str:
    """A code as a person chose it."""
    return _SAID.get(code, words.sentence(spaced(code)))


def hint(field: str) -> str:
    """An example of what may be typed."""
    return _HINTS.get(field, "")


def codes(of: Iterable[str]) -> list[Item]:
    """Codes, or texts that are known, to choose from."""
    return [{"value": one, "text": said(one)} for one in of]


def people(decision: Part, viewer: str) -> list[Item]:
    """Whom a decision may be said of: the viewer, who works with the child, and anybody else by their number."""
    works = (*decision["lead"], *decision["works"])
    found: dict[str, str] = {}
    for entry in works:
        if entry.get("worker"):
            found.setdefault(entry["worker"], words.who(entry)[0])
    found.pop(viewer, None)
    names = {entry["agency"]: entry["agency_name"] for entry in works if entry.get("agency_name")}
    others = [
        {"value": worker, "text": f"{said}, {words.named(worker.partition(':')[0], names)}"}
        for worker, said in found.items()
    ]
    return [
        {"value": viewer, "text": "Myself"},
        *others,
        {"value": "other", "text": "Somebody else"},
    ]


def own_services(decision: Part, viewer: str, name: str) -> list[str]:
    """The services of the viewer's own that go on, for a decision about one of them."""
    if name not in _GO_ON:
        return []
    kinds = ("team_member",) if name == "leave" else ("involvement",)
    own = [one["service"] for one in decision["works"] if one.get("worker") == viewer and one["kind"] in kinds]
    return list(dict.fromkeys(own))
