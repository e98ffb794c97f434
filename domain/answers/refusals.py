"""Answer about a refusal: which rules were tried for somebody, what each lacked, and what would nearly have done (access.md 2)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from typing_extensions import TypedDict

from domain.access.relation import AboutChildren
from domain.access.rules import NOT_ALLOWED, Basis, Rule
from domain.access.trace import Lack, Tried
from domain.answers.fields import ChildText, Day, Discloses, Written
from domain.answers.ids import child_id
from domain.answers.named import Named
from domain.dates import from_day, iso_day
from domain.words import spaced


class TriedRule(TypedDict):
    """A rule that was tried, and what it lacked."""

    rule: Annotated[str, Discloses.NOTHING]
    says: Annotated[str, Written("What is said to people whom it lets see or refuses"), Discloses.NOTHING]
    lacks: Annotated[list[str], Written("What was not so, a sentence each; empty: it decided"), Discloses.INVOLVEMENT]


class Refusal(Named):
    """Why somebody was refused, or would be."""

    viewer: Annotated[str, Discloses.WORKER]
    children: Annotated[list[ChildText], Written("Whom it was about; none where nobody was known by what was asked")]
    question: Annotated[str, Discloses.NOTHING]
    day: Annotated[Day, Written("The day on which they asked; else today"), Discloses.NOTHING]
    position: Annotated[str, Written("As known at which position"), Discloses.NOTHING]
    decided: Annotated[str, Written("The rule that decided; `not_allowed` where none did"), Discloses.NOTHING]
    says: Annotated[str, Discloses.NOTHING]
    refused: Annotated[bool, Written("Whether they are refused"), Discloses.NOTHING]
    tried: list[TriedRule]
    nearly: Annotated[
        list[str],
        Written("What of their own would have let them, were it not over or not yet so, a sentence each"),
        Discloses.INVOLVEMENT,
    ]


@dataclass(frozen=True, slots=True)
class Near:
    """Something of a viewer's own that lets them see nothing: an entry of the child, a membership, a role, their employment.

    `what`: the kind of an entry, a role or a team. `how`: a key of `_NEARLY`. `day`: since or from when, where that is known.
    """

    how: str
    what: str = ""
    day: int | None = None


@dataclass(frozen=True, slots=True)
class RefusalFacts(AboutChildren):
    """What was tried for a viewer on a day, as known at a position, and what was near."""

    viewer: str
    organisation: str
    question: str
    day: int
    position: str
    tried: Sequence[Tried]
    near: Sequence[Near]


def refusal(of: RefusalFacts) -> Refusal:
    """Why a viewer was refused. Of refusals only the one that decided is told: that somebody is not excluded lacks nothing."""
    last = of.tried[-1] if of.tried else None
    rule = last.rule if last is not None and not last.lacks else NOT_ALLOWED
    return {
        "viewer": of.viewer,
        "children": [child_id(one) for one in of.children],
        "question": of.question,
        "day": iso_day(of.day),
        "position": of.position,
        "decided": rule.id,
        "says": rule.says,
        "refused": rule.shows is None,
        "tried": [_tried(one) for one in of.tried if one.rule.shows is not None or not one.lacks],
        "nearly": [_nearly(one) for one in of.near],
        "names": {},
    }


def _tried(one: Tried) -> TriedRule:
    return {"rule": one.rule.id, "says": one.rule.says, "lacks": [_sentence(lack, one.rule) for lack in one.lacks]}


_BASES: Final[Mapping[str, str]] = {
    Basis.LEAD: "They do not lead for the child.",
    Basis.NOMINATED: "They are not nominated to lead for the child.",
    Basis.COVER: "They do not cover for the child's lead.",
    Basis.TEAM_MEMBER: "They are in no team around the child.",
    Basis.INVOLVED: "They do not work with the child.",
    Basis.TEAM: "No team of theirs works with the child.",
    Basis.REFERRAL: "The child was referred to no team of theirs in the last 30 days.",
    Basis.SIBLING: "They lead for no brother or sister of the child.",
    Basis.OWN_WORD: "They alone have not said that they work with the child.",
    Basis.AREA: "They are not on duty for the child's area, or had not said why they look.",
}
_OPENINGS: Final[Mapping[str, str]] = {
    "claim": "They had not said why they look.",
    "override": "They had not set the child's shield aside.",
    "mediation": "They had not said for whom they look.",
}
_WHOSE: Final[Mapping[str, str]] = {
    "own": "It is not their own work.",
    "own_team": "It is not the work of a team that they manage.",
    "own_area": "They are not on duty for the area.",
    "own_organisation": "It is not of their own organisation.",
    "own_office": "It is of no office of theirs.",
    "officers": "It is not of officers.",
    "counts": "It tells more than how many there are.",
    "others": "It is their own.",
}
_FLAGS: Final[Mapping[tuple[str, str], str]] = {
    ("signed_in_strongly", "True"): "They had not signed in a short time ago, by a strong means.",
    ("in_case", "True"): "No open case of their office is about it.",
    ("restricted", "False"): "The person asks that the record be kept and not used.",
    ("restricted", "True"): "The person does not ask that the record be kept and not used.",
    ("shielded", "False"): "The child is shielded.",
    ("shielded", "True"): "The child is not shielded.",
    ("claims_left", "True"): "They had made as many claims that day as one person may, or made none here.",
}
_BY_VALUE: Final[Mapping[str, Mapping[str, str]]] = {"bases": _BASES, "opening": _OPENINGS, "whose": _WHOSE}


def _sentence(lack: Lack, rule: Rule) -> str:
    if lack.attribute == "roles":
        held = " or ".join(spaced(role) for role in lack.among)
        return f"They have the role of {held}." if lack.unless else f"They do not have the role of {held}."
    (value,) = lack.among
    if lack.unless:
        raise KeyError(f"what {rule.id} lacks has no words")
    return _BY_VALUE[lack.attribute][value] if lack.attribute in _BY_VALUE else _FLAGS[lack.attribute, value]


def _nearly(one: Near) -> str:
    return _NEARLY[one.how](spaced(one.what), "a day that is not known" if one.day is None else _written(one.day))


_NEARLY: Final[Mapping[str, Callable[[str, str], str]]] = {
    "left": lambda _, day: f"They left their organisation on {day}.",
    "own_ended": lambda what, day: f"Their own entry ({what}) ended on {day}.",
    "own_lapsed": lambda what, day: f"Their own entry ({what}) lapsed on {day}: nobody has confirmed it since.",
    "own_begins": lambda what, day: f"Their own entry ({what}) begins on {day}.",
    "own_unsure": lambda what, _: (
        f"Their own entry ({what}) cannot be relied on: what was told of it is disputed or contradicts itself."
    ),
    "own_passed_on": lambda what, _: f"Their own entry ({what}) is over: another has taken the lead.",
    "team_ended": lambda what, day: f"Their team's entry ({what}) ended on {day}.",
    "team_lapsed": lambda what, day: f"Their team's entry ({what}) lapsed on {day}: nobody has confirmed it since.",
    "team_begins": lambda what, day: f"Their team's entry ({what}) begins on {day}.",
    "team_unsure": lambda what, _: (
        f"Their team's entry ({what}) cannot be relied on: what was told of it is disputed or contradicts itself."
    ),
    "referral_old": lambda _, day: (
        f"The child was referred to their team's service on {day}, more than 30 days before."
    ),
    "membership_over": lambda what, day: f"They were in the team {what}, which works with the child, until {day}.",
    "role_over": lambda what, day: f"Their role of {what} ended on {day}.",
}


def _written(day: int) -> str:
    civil = from_day(day)
    return f"{civil.day} {civil:%B %Y}"
