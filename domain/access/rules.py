"""Who may see what: one ordered table of rules, the first that holds decides, and nothing is allowed by default (access.md 2).

A rule names its condition, what is said of it to people, and the law that it rests on. An attribute that is not known is none
that allows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from domain.access.viewer import Role

# Which answers are of the viewer's own work: they ask for a worker, and that is the viewer.
OWN_WORK: Final = frozenset({"ShowCaseload", "ShowHandover"})
# Which answers are of one child.
ONE_CHILD: Final = frozenset({"ShowChild", "ShowTimeline"})


class Basis(StrEnum):
    """What makes a child one of a person's own, by what is known at the head of the log."""

    LEAD = "lead"
    NOMINATED = "nominated"
    COVER = "cover"
    TEAM_MEMBER = "team_member"
    INVOLVED = "involved"


@dataclass(frozen=True, slots=True)
class Point:
    """What a decision is made of. `bases`: why the child asked about is the viewer's own; none where it is not."""

    role: Role
    question: str
    asks_for_own_work: bool = False
    bases: frozenset[Basis] = frozenset()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `says` is read by the person whom it lets see, `law` by whoever checks."""

    id: str
    holds: Callable[[Point], bool]
    says: str
    law: str


_WORKING_TOGETHER: Final = (
    "UK GDPR Article 6(1)(e), with the duty to co-operate of Children Act 2004 section 10 "
    "and to safeguard of section 11; where health is told Article 9(2)(h)"
)


def _own(basis: Basis) -> Callable[[Point], bool]:
    return lambda at: at.role is Role.PRACTITIONER and at.question in ONE_CHILD and basis in at.bases


RULES: Final[Sequence[Rule]] = (
    Rule(
        "operator",
        lambda at: at.role is Role.OPERATOR,
        "You operate the machine on which this record is kept.",
        "UK GDPR Article 32: the controller's own installation, until people sign in to it",
    ),
    Rule(
        "publisher",
        lambda at: at.role is Role.FEED and at.question == "ReadFeedback",
        "These are what became of events that this organisation published.",
        "UK GDPR Article 5(1)(d): whoever published what is wrong must be able to mend it",
    ),
    Rule(
        "own_work",
        lambda at: at.role is Role.PRACTITIONER and at.question in OWN_WORK and at.asks_for_own_work,
        "These are the children whom you work with.",
        _WORKING_TOGETHER,
    ),
    Rule("lead", _own(Basis.LEAD), "You are this child's lead professional.", _WORKING_TOGETHER),
    Rule(
        "nominated_lead",
        _own(Basis.NOMINATED),
        "You have been nominated as this child's lead professional.",
        _WORKING_TOGETHER,
    ),
    Rule("cover", _own(Basis.COVER), "You cover for this child's lead professional.", _WORKING_TOGETHER),
    Rule("team_member", _own(Basis.TEAM_MEMBER), "You are a member of the team around this child.", _WORKING_TOGETHER),
    Rule("involved", _own(Basis.INVOLVED), "You work with this child.", _WORKING_TOGETHER),
)
BY_ID: Final = {rule.id: rule for rule in RULES}


def decided(at: Point) -> Rule | None:
    """The rule by which an answer may be seen; None: it is refused. A rule that fails allows nothing."""
    for rule in RULES:
        try:
            if rule.holds(at):
                return rule
        except Exception:  # noqa: BLE001 - whatever went wrong, nothing is allowed by it
            return None
    return None
