"""Answer about the reach of a record: how many people could open it today, by what lets them (access.md 2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from typing_extensions import TypedDict

from domain.access.relation import AboutChildren
from domain.access.rules import BY_ID
from domain.access.viewer import Opening
from domain.answers.fields import ChildText, Discloses, Written
from domain.answers.ids import child_id

Saying = Literal["nothing", "claim", "override", "mediation"]
# The same words on a page and on the command line.
EXTENTS: Final[Mapping[str | None, str]] = {
    None: "Nothing",
    "minimal": "Who the child is",
    "page": "The record",
    "everything": "The record, sensitive services too",
}
SAYING: Final[Mapping[str, str]] = {
    "nothing": "Nothing",
    "claim": "Why they look",
    "override": "Why they set the shield aside",
    "mediation": "For whom they look, and why",
}
ANYBODY: Final[Mapping[str | None, str]] = {
    None: "They cannot see it, whatever they say.",
    "self_claim": "They may open it by saying why, so many times a day. The privacy officer can see that they did.",
    "self_claim_shielded": "They may see who the child is by saying why, so many times a day. The privacy officer can see that they did.",
    "by_word_restricted": "They may see who the child is by saying why: the person asks that the record be kept and not used.",
}


class PeopleByRule(TypedDict):
    """How many people one rule lets open a record, and what they must say for it."""

    rule: Annotated[str, Discloses.NOTHING]
    says: Annotated[str, Written("What they are told of why they see it"), Discloses.NOTHING]
    saying: Annotated[Saying, Written("What they must say first: nothing, or a reason and for what"), Discloses.NOTHING]
    shows: Annotated[str | None, Written("How much they see; null: it keeps them away"), Discloses.NOTHING]
    people: Annotated[int, Discloses.COUNT]


class Reach(TypedDict):
    """How many people could open a child's record today; each is counted once, by the first rule that lets them."""

    child: ChildText
    people: Annotated[int, Written("How many could, by anything but a claim that anybody may make"), Discloses.COUNT]
    by_rule: Annotated[list[PeopleByRule], Discloses.COUNT]
    kept_away: Annotated[
        list[PeopleByRule], Written("Of the same people those whom something keeps away"), Discloses.COUNT
    ]
    anybody: Annotated[
        str | None,
        Written("The rule by which whoever else signs in may see it by saying why; null: by none"),
        Discloses.NOTHING,
    ]


@dataclass(frozen=True, slots=True)
class ReachFacts(AboutChildren):
    """People by how they would ask and the rule that decides then; and the rule for whoever else signs in and says why."""

    counted: Sequence[tuple[Opening | None, str, int]] = ()
    anybody: str | None = None


def reach(of: ReachFacts) -> Reach:
    """The reach of a record."""
    lines = [_line(*one) for one in of.counted]
    shown = [line for line in lines if line["shows"] is not None]
    return {
        "child": child_id(of.children[0]),
        "people": sum(line["people"] for line in shown),
        "by_rule": shown,
        "kept_away": [line for line in lines if line["shows"] is None],
        "anybody": of.anybody,
    }


def _line(opening: Opening | None, rule: str, people: int) -> PeopleByRule:
    decided = BY_ID[rule]
    return {
        "rule": rule,
        "says": decided.says,
        "saying": "nothing" if opening is None else opening.value,
        "shows": None if decided.shows is None else decided.shows.value,
        "people": people,
    }
