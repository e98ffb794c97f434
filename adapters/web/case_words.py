"""Cases in the words that officers, and whom a case asks, read."""

from collections.abc import Mapping
from typing import Any, Final

from adapters.web.words import moment, named, sentence
from domain.cases.kinds import ASKED_BY, KINDS, OUTCOMES, STEPS
from domain.cases.subject_access import BY_ID

__all__ = ["ASKED_BY", "OUTCOMES"]
_DONE: Final = {
    "noted": "Noted",
    "checked": "Checked who asks, and by what right",
    "asked": "Asked the member of staff",
    "answered": "The member of staff answered",
    "regulator_told": "The regulator was told",
    "person_told": "The people were told",
    "recipient_told": "Somebody who saw it was told",
    "source_told": "The organisation that told it was told",
    "disputed": "Marked a fact as disputed",
    "undisputed": "Took the mark from a fact",
    "given": "Decided to give it",
    "left_out": "Decided to leave it out",
    "extended": "Took two more months",
}
_DECISIONS: Final = {"undecided": "Not decided", "given": "It is given", "left_out": "It is left out"}


def title(kind: str) -> str:
    """What a case is about."""
    return KINDS[kind].title


def law(kind: str) -> str:
    """The law that a case rests on."""
    return KINDS[kind].law


def shows_record(kind: str) -> bool:
    """Whether its officers see all that is held of the child."""
    return KINDS[kind].shows_record


def state(case: Mapping[str, Any]) -> str:
    """Whether it is open, and what has to be known of that."""
    if case["state"] == "closed":
        return "Closed"
    return "Open. Its time is over" if case["overdue"] else "Open"


def due(case: Mapping[str, Any]) -> str:
    """Until when a case is to be dealt with."""
    if case["due_at"] is None:
        return "It has no set time"
    if KINDS[case["kind"]].breach:
        return f"The regulator must be told by {moment(case['due_at'])}"
    return f"It must be answered by the end of {moment(case['due_at']).partition(' at ')[0]}"


def outcomes_of(kind: str) -> list[tuple[str, str]]:
    """What may come of a case of a kind."""
    return [(one, OUTCOMES[one]) for one in KINDS[kind].outcomes]


def done(step: str) -> str:
    """What was done."""
    return _DONE.get(step) or sentence(step)


def act(name: str) -> str:
    """What is about to be done."""
    return STEPS[name].title if name in STEPS else "Close the case"


def office(code: str) -> str:
    """An office, in words."""
    return sentence(code)


def ground(code: str) -> str:
    """Why something may have to be left out."""
    return BY_ID[code].says


def ground_law(code: str) -> str:
    """The law of that."""
    return BY_ID[code].law


def decision(proposal: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """What was decided, by whom and why; `names`: of organisations and people, by code."""
    said = _DECISIONS[proposal["decision"]]
    if proposal["by"] is None:
        return f"{said}. Until it is, it is left out"
    return f"{said}: {named(proposal['by'], names)}, {moment(proposal['at'])}. {proposal['why']}"


def left_out(one: Mapping[str, Any]) -> str:
    """How much was left out, in a letter."""
    things = "1 thing was" if one["count"] == 1 else f"{one['count']} things were"
    return f"{things} left out. {BY_ID[one['ground']].says} ({one['law']})"


def child(identifier: str, names: Mapping[str, str]) -> str:
    """A child by the number that a case was opened by; `names`: of organisations, by code."""
    code, _, number = identifier.rpartition(":")
    return f"{scheme(code, names)} {number}"


def scheme(code: str, names: Mapping[str, str]) -> str:
    """What number it is; `names`: of organisations, by code."""
    _, _, whose = code.partition(":")
    organisation, _, system = whose.partition(":")
    said = {"nhs": "NHS number", "upn": "Unique pupil number"}.get(code)
    return said or f"Number of {', '.join(filter(None, (named(organisation, names), system)))}"


def wrong_proposals(wrong: Mapping[str, str]) -> list[dict[str, str]]:
    """What is wrong with a decision, as the component takes it: with where to mend it."""
    return [{"text": text, "href": f"#text-{proposal}"} for proposal, text in wrong.items()]
