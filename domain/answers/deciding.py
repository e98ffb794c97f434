"""What a decision about a child would do: shown before it is made, to whoever may make it (access.md 1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from typing_extensions import TypedDict

from domain.answers.children import ChildInIndex, Minimal, ShownName
from domain.answers.entries import AsAt, ShownEntry
from domain.answers.fields import ChildText, Day, Discloses, Written
from domain.answers.ids import child_id
from domain.answers.lines import first_name, involvements, leading, works_with
from domain.dates import iso_day
from domain.errors import Rejected
from domain.leads.commands import DECISIONS, Command

_OURS: Final = Discloses.NOTHING
# What follows of each decision, in sentences; `{}` is who it is said of.
_FOLLOWS: Final[Mapping[str, tuple[str, ...]]] = {
    "nominate": (
        "{} is asked to lead. Nobody leads by this alone: the lead begins when they accept.",
        "From now on they can see this child's record, and accept or decline.",
    ),
    "accept": (
        "{} leads from that day, and everybody who works with the child sees that, and how to reach them.",
        "Where the lead was to pass on, it passes on with this.",
    ),
    "cover": (
        "{} covers for the lead from that day, until the cover is ended. The lead stays the lead.",
        "Who covers can see this child's record.",
    ),
    "end-cover": ("{} no longer covers for the lead. If nothing else makes the child theirs, they see it no more.",),
    "transfer": (
        "{} is asked to take over. Until they accept, whoever leads now goes on.",
        "From now on they can see this child's record, and accept or decline.",
    ),
    "decline": ("{} does not lead, and is asked no more. If nothing else makes the child theirs, they see it no more.",),
    "end": (
        "{} no longer leads. If nobody else does, the child is shown as one without a lead.",
        "If nothing else makes the child theirs, they see it no more.",
    ),
    "join": ("{} is one of the team around the child, and everybody who works with the child sees that.",),
    "leave": ("{} is no longer one of the team around the child.",),
    "start": ("{} works with the child from that day, and everybody who works with the child sees that.",),
    "confirm": ("{} still works with the child: it is not shown as lapsed for another 365 days.",),
    "finish": ("{} no longer works with the child. If nothing else makes it theirs, they see it no more.",),
}  # fmt: skip
_OWN_WORD: Final = "That is your own word. Until your organisation's system says it too, what you see by it is shown to the privacy officer."
# What lets somebody see a child, and is said by whom it lets.
_LETS_SEE: Final = frozenset({"start", "join", "cover"})


class Refusal(TypedDict):
    """Why a decision cannot be made as things stand: the field of the command, and the rule."""

    field: Annotated[str | None, _OURS]
    rule: Annotated[str, Discloses.LEAD]


class ShownDecision(TypedDict):
    """What a decision would do."""

    child: ChildText
    minimal: Minimal
    name: ShownName | None
    decision: Annotated[str, _OURS]
    title: Annotated[str, _OURS]
    worker: Annotated[str, Discloses.WORKER]
    worker_name: Annotated[str | None, Written("As the worker's organisation registered it"), Discloses.CONTACT]
    role: Annotated[str | None, _OURS]
    scope: Annotated[str | None, _OURS]
    service: Annotated[str | None, _OURS]
    provision: Annotated[str | None, _OURS]
    reason: Annotated[str | None, _OURS]
    family_view: Annotated[str | None, _OURS]
    on: Annotated[Day, Written("From which day it holds"), _OURS]
    follows: Annotated[list[str], Written("What follows of it"), _OURS]
    refused: Refusal | None
    lead: list[ShownEntry]
    works: Annotated[list[ShownEntry], Written("Who works with the child, and the team around it")]


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """A decision as it was gathered: the child's line, what is asked, of whom by name, and by which rule it is refused."""

    line: ChildInIndex
    name: str
    command: Command
    worker_name: str | None
    own: bool
    refused: Rejected | None


def decision(of: DecisionFacts, at: AsAt) -> ShownDecision:
    """What the decision would do, of whom, and who leads now."""
    line, asked = of.line, of.command
    around = works_with(line, at)
    refused = of.refused
    return {
        "child": child_id(line.known.child),
        "minimal": line.known.minimal,
        "name": first_name(line.known.person),
        "decision": of.name,
        "title": DECISIONS[of.name].title,
        "worker": asked.by,
        "worker_name": of.worker_name,
        "role": asked.role,
        "scope": asked.scope,
        "service": asked.service,
        "provision": asked.provision,
        "reason": asked.reason,
        "family_view": asked.family_view,
        "on": iso_day(asked.day),
        "follows": _follows(of),
        "refused": None if refused is None else {"field": refused.field, "rule": refused.rule or refused.reason},
        "lead": leading(line, at, around),
        "works": [*involvements(around), *(shown for _, shown in around.get("team_member", ()))],
    }


def _follows(of: DecisionFacts) -> list[str]:
    who = of.worker_name or of.command.by
    said = [sentence.format(who) for sentence in _FOLLOWS[of.name]]
    return [*said, _OWN_WORD] if of.own and of.name in _LETS_SEE else said
