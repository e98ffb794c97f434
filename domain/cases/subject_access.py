"""What of a child's record is proposed for leaving out when it is given to who asked for it; a named person decides of each.

Nothing is left out by the program alone. Professionals who act in their role are named (Data Protection Act 2018 schedule 2
part 3): a health, social or education worker is no other person who would have to agree.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from domain.kinds import BETWEEN_PEOPLE, SENSITIVE_SERVICES, SHOWN_OF_A_SHIELDED_CHILD

_SAFETY: Final = frozenset(
    {
        "child_protection", "initial_conference", "police_notification", "missing_episode", "return_interview", "referral", "contact",
        "shield", "legal_hold",
    }
)  # fmt: skip
_IN_CONFIDENCE: Final = SENSITIVE_SERVICES | {"consent", "return_interview"}
_ADOPTED: Final = frozenset({"adopted", "special_guardianship"})


@dataclass(frozen=True, slots=True)
class Asked:
    """For whom a record is made ready: who asks, and whether nobody may learn where the child is."""

    asked_by: str | None
    hidden: bool


@dataclass(frozen=True, slots=True)
class Ground:
    """Why something may have to be left out: its sentence, its law, and of what it is proposed."""

    id: str
    says: str
    law: str
    of_entry: Callable[[Mapping[str, Any], Asked], bool]
    of_recipient: Callable[[Mapping[str, Any], Asked], bool] = lambda _, __: False


GROUNDS: Final = (
    Ground(
        "others",
        "It tells something of another person",
        "Data Protection Act 2018 schedule 2 part 3",
        lambda entry, _: entry["kind"] in BETWEEN_PEOPLE or entry.get("stated_for") is not None,
    ),
    Ground(
        "in_confidence",
        "A parent or representative asks, and the child may have told it expecting that they would not be told",
        "Data Protection Act 2018 schedule 3 parts 2 and 3",
        lambda entry, asked: asked.asked_by != "child" and entry["kind"] in _IN_CONFIDENCE,
    ),
    Ground(
        "serious_harm",
        "To give it may cause serious harm to the child or somebody else",
        "Data Protection Act 2018 schedule 3 parts 2 to 5",
        lambda entry, _: entry["kind"] in _SAFETY,
    ),
    Ground(
        "adoption",
        "It is of an adoption, or of an identity from before one",
        "Data Protection Act 2018 schedule 4; Adoption and Children Act 2002 section 57",
        lambda entry, _: entry["kind"] == "identity_sealed" or entry["reason"] in _ADOPTED,
    ),
    Ground(
        "hidden_place",
        "The child's whereabouts are hidden, and it would tell where the child may be met",
        "Data Protection Act 2018 schedule 2 part 3, and schedule 3 parts 2 and 3",
        lambda entry, asked: asked.hidden and entry["kind"] not in SHOWN_OF_A_SHIELDED_CHILD,
        # An authority is no place; a school or a practice is.
        lambda recipient, asked: asked.hidden and not str(recipient["organisation"]).startswith("la-"),
    ),
)
BY_ID: Final = {ground.id: ground for ground in GROUNDS}


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something that may have to be left out, and on which grounds; `id` names it wherever it is decided."""

    id: str
    grounds: tuple[str, ...]


def of_entries(entries: list[Mapping[str, Any]], asked: Asked) -> Iterator[tuple[int, Proposal]]:
    """Of each entry of a timeline that may have to be left out its place and the proposal.

    An entry is named by its first event, so that it keeps its name while the record grows; a week at school by its school and day.
    """
    for place, entry in enumerate(entries):
        grounds = tuple(ground.id for ground in GROUNDS if ground.of_entry(entry, asked))
        if grounds:
            yield place, Proposal(_named(entry), grounds)


def of_recipients(recipients: list[Mapping[str, Any]], asked: Asked) -> Iterator[tuple[int, Proposal]]:
    """The same of those who have seen the record; each is named by the entry of the access log."""
    for place, one in enumerate(recipients):
        grounds = tuple(ground.id for ground in GROUNDS if ground.of_recipient(one, asked))
        if grounds:
            yield place, Proposal(f"p-{one['entry'][2:18]}", grounds)


def of_address(asked: Asked) -> Proposal | None:
    """The proposal to leave out where the child lives."""
    return Proposal("p-add0e55000000000", ("hidden_place",)) if asked.hidden else None


def _named(entry: Mapping[str, Any]) -> str:
    if entry["events"]:
        return f"p-{entry['events'][0][2:]}"
    year, month, day = (int(part) for part in str(entry["from"]).split("-"))
    return f"p-{int(entry['provider']):08x}{year:04d}{month:02d}{day:02d}"
