"""Which rules an answer is made without: those that rest on what the viewer's organisation may not know all of (decision 70)."""

from collections.abc import Iterable
from typing import Annotated, Protocol

from typing_extensions import TypedDict

from domain.answers.entries import AsAt
from domain.answers.fields import Discloses, Written
from domain.indicators.rules import every_rule
from domain.leads.active import GAPS


class RestsOn(Protocol):
    """A rule by which something is derived: an indicator, a gap or a measure. `reads`: the kinds of entries that it rests on."""

    @property
    def id(self) -> str:
        """What it is called."""
        ...

    @property
    def reads(self) -> tuple[str, ...]:
        """The kinds of entries that it rests on."""
        ...


class RuleNotShown(TypedDict):
    """A rule that is shown of no child here: nothing follows from its absence."""

    rule: Annotated[str, Discloses.NOTHING]
    classes: Annotated[
        list[str],
        Written(
            "The disclosure classes it rests on of which agreements do not show the viewer's organisation everything"
        ),
        Discloses.NOTHING,
    ]


class DerivedFrom(TypedDict):
    """What an answer that shows derived facts says beside them."""

    rules_not_shown: Annotated[
        list[RuleNotShown],
        Written(
            "The rules that are left out, of every child alike, since agreements keep from the viewer what they rest on"
        ),
        Discloses.NOTHING,
    ]


def without(rules: Iterable[RestsOn], at: AsAt) -> DerivedFrom:
    """The rules among some that an answer is made without, and why."""
    found: dict[str, RuleNotShown] = {}
    for one in rules:
        classes = list(at.not_all_known(one.reads))
        # Where a rule is left out altogether, nothing is said of what it is in one case or another.
        if classes and one.id.partition(" ")[0] not in found:
            found[one.id] = {"rule": one.id, "classes": classes}
    return {"rules_not_shown": list(found.values())}


def without_gaps(at: AsAt) -> DerivedFrom:
    """Of the gaps of a lead."""
    return without(GAPS.values(), at)


def without_indicators(at: AsAt) -> DerivedFrom:
    """Of the indicators."""
    return without(every_rule(), at)


def without_prompts(at: AsAt) -> DerivedFrom:
    """Of the gaps and the indicators."""
    return without((*GAPS.values(), *every_rule()), at)
