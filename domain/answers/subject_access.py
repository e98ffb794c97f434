"""A child's record as it is given to who asked for it: what is held, who told it, who has seen it (UK GDPR Article 15)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from typing_extensions import TypedDict

from domain.access.entry import instant
from domain.access.relation import AboutChildren
from domain.answers.cases import CaseText
from domain.answers.children import IndexLine, ShownAddress, ShownPerson, Timeline
from domain.answers.entries import ShownEntry
from domain.answers.fields import ChildText, Day, Discloses, EventText, Instant, Written
from domain.answers.named import Named
from domain.cases.case import Case, decided, disputed
from domain.cases.subject_access import BY_ID, Asked, Proposal, of_address, of_entries, of_recipients

_WHO: Final = Discloses.WORKER
_OURS: Final = Discloses.NOTHING

What = Literal["entry", "recipient", "address"]
Decision = Literal["undecided", "given", "left_out"]


class ShownNumber(TypedDict):
    """A number under which the child is known."""

    scheme: Annotated[str, Discloses.IDENTIFIER]
    value: Annotated[str, Discloses.IDENTIFIER]


class ShownSource(TypedDict):
    """An organisation that told something of the child: how many events, and when it wrote down the first and the last."""

    agency: Annotated[str, Discloses.INVOLVEMENT]
    agency_name: Annotated[str | None, Discloses.INVOLVEMENT]
    events: Annotated[int, Discloses.INVOLVEMENT]
    first: Annotated[Day, Discloses.INVOLVEMENT]
    last: Annotated[Day, Discloses.INVOLVEMENT]


class ShownRecipient(TypedDict):
    """Somebody to whom something of the child was shown, when and what for."""

    entry: Annotated[str, Written("An entry, as pages and answers show it", r"^a-[0-9a-f]{32}$"), _OURS]
    at: Annotated[Instant, _WHO]
    viewer: Annotated[str, _WHO]
    organisation: Annotated[str | None, _WHO]
    role: Annotated[str, _WHO]
    purpose: Annotated[str, _WHO]
    question: Annotated[str, _WHO]


class ShownProposal(TypedDict):
    """Something that may have to be left out, on which grounds, and what was decided of it, by whom and why."""

    proposal: Annotated[str, _OURS]
    what: Annotated[What, _OURS]
    place: Annotated[int | None, Written("Which entry or recipient, from 0"), _OURS]
    grounds: Annotated[list[str], _OURS]
    decision: Annotated[Decision, _OURS]
    by: Annotated[str | None, _WHO]
    at: Annotated[Instant | None, _WHO]
    why: Annotated[str | None, _WHO]


class LeftOut(TypedDict):
    """How much was left out on one ground, and by which law: what is left out itself is not told."""

    ground: Annotated[str, _OURS]
    law: Annotated[str, _OURS]
    count: Annotated[int, _OURS]


class GivenRecord(ShownPerson):
    """The record: who the child is, where it lives, what happened, and who told it."""

    child: ChildText
    numbers: list[ShownNumber]
    address: ShownAddress | None
    entries: list[ShownEntry]
    sources: list[ShownSource]


class SubjectAccess(Named):
    """What is given to who asked, and what is left out. `record` null: nothing is held of the child.

    `proposals` stand in what officers decide by; in a copy they do not, and what is left out, or not decided yet, is taken out.
    """

    case: CaseText
    kind: Annotated[str, Written("What the case is about"), _WHO]
    asked_by: Annotated[str | None, Discloses.IDENTITY]
    made_at: Annotated[Instant, _OURS]
    copy: Annotated[bool, Written("It is what is given, and not what is decided by"), _OURS]
    record: GivenRecord | None
    recipients: list[ShownRecipient]
    proposals: list[ShownProposal]
    disputed: Annotated[
        list[EventText], Written("The facts that are marked as disputed in this case, by an event of each")
    ]
    undecided: Annotated[int, Written("How many proposals are not decided yet"), _OURS]
    left_out: list[LeftOut]


@dataclass(frozen=True, slots=True)
class SubjectFacts(AboutChildren):
    """What the answer is made from; `line` and `timeline` None: nothing is held."""

    case: Case
    made_at: str
    copy: bool
    hidden: bool
    line: IndexLine | None
    timeline: Timeline | None
    numbers: Sequence[ShownNumber]
    sources: Sequence[ShownSource]
    recipients: Sequence[ShownRecipient]


def subject_access(of: SubjectFacts) -> SubjectAccess:
    """What is given, or what is decided by."""
    asked = Asked(of.case.asked_by, of.hidden)
    entries = [] if of.timeline is None else list(of.timeline["entries"])
    proposals = _proposals(of, entries, asked) if of.case.kind == "subject_access" else []
    out = {(one["what"], one["place"]) for one in proposals if of.copy and one["decision"] != "given"}
    return {
        "case": of.case.reference,
        "kind": of.case.kind,
        "asked_by": of.case.asked_by,
        "made_at": of.made_at,
        "copy": of.copy,
        "record": _record(of, entries, out),
        "recipients": [one for place, one in enumerate(of.recipients) if ("recipient", place) not in out],
        "proposals": [] if of.copy else proposals,
        "disputed": sorted(disputed(of.case)),
        "undecided": undecided(proposals),
        "left_out": _left_out(proposals),
        "names": {},
    }


def undecided(proposals: Sequence[ShownProposal]) -> int:
    """How many proposals nobody has decided yet."""
    return sum(one["decision"] == "undecided" for one in proposals)


def _proposals(of: SubjectFacts, entries: Sequence[Mapping[str, Any]], asked: Asked) -> list[ShownProposal]:
    made: list[ShownProposal] = []
    address = of_address(asked) if of.line is not None and of.line["address"] is not None else None
    if address is not None:
        made.append(_proposed(of.case, "address", None, address))
    made += [_proposed(of.case, "entry", place, one) for place, one in of_entries(list(entries), asked)]
    recipients: list[Mapping[str, Any]] = list(of.recipients)
    return made + [_proposed(of.case, "recipient", place, one) for place, one in of_recipients(recipients, asked)]


def _proposed(case: Case, what: What, place: int | None, of: Proposal) -> ShownProposal:
    step = decided(case).get(of.id)
    return {
        "proposal": of.id,
        "what": what,
        "place": place,
        "grounds": list(of.grounds),
        "decision": "undecided" if step is None else "given" if step.step == "given" else "left_out",
        "by": None if step is None else step.by,
        "at": None if step is None else instant(step.at),
        "why": None if step is None else step.text,
    }


def _record(
    of: SubjectFacts, entries: Sequence[ShownEntry], out: AbstractSet[tuple[What, int | None]]
) -> GivenRecord | None:
    if of.line is None:
        return None
    line = of.line
    return {
        "child": line["child"],
        "name": line["name"],
        "name_told_by": line["name_told_by"],
        "other_names": line["other_names"],
        "date_of_birth": line["date_of_birth"],
        "expected_date": line["expected_date"],
        "sex": line["sex"],
        "alive": line["alive"],
        "dates_of_birth_told": line["dates_of_birth_told"],
        "sexes_told": line["sexes_told"],
        "numbers": list(of.numbers),
        "address": None if ("address", None) in out else line["address"],
        "entries": [one for place, one in enumerate(entries) if ("entry", place) not in out],
        "sources": list(of.sources),
    }


def _left_out(proposals: Sequence[ShownProposal]) -> list[LeftOut]:
    counts = Counter(ground for one in proposals if one["decision"] == "left_out" for ground in one["grounds"][:1])
    return [{"ground": ground, "law": BY_ID[ground].law, "count": count} for ground, count in sorted(counts.items())]
