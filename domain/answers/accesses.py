"""Answers about accesses: one entry of the access log, replayed (access.md 5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from typing_extensions import TypedDict

from domain.access.parts import ERASED, joined
from domain.access.relation import AboutChildren
from domain.answers.compared import Difference
from domain.answers.fields import ChildText, Day, Discloses, Instant, RecordText, Written
from domain.answers.named import Named
from domain.answers.pages import Listed, Page
from domain.cases.case import Case

Proved = Literal["proved_same", "not_proved", "erased_since", "given_up"]
Derived = Literal["derived_same", "differs", "not_derived"]
Because = Literal[
    "restricted_since", "quarantine_since", "mended_since", "other_code_or_policy", "unknown", "of_the_log", "nothing_shown", "not_known_now",
    "code_not_installed", "given_up",
]  # fmt: skip

_WHO = Discloses.WORKER
_OURS = Discloses.NOTHING


EntryText = Annotated[str, Written("An entry, as pages and answers show it", r"^a-[0-9a-f]{32}$"), _OURS]
OutcomeText = Annotated[Literal["shown", "nothing", "refused", "failed", "ended", "month_ended", "given_up"], _WHO]


class ListedAccess(TypedDict):
    """One access, without what was shown."""

    entry: EntryText
    at: Annotated[Instant, _WHO]
    viewer: Annotated[str, _WHO]
    organisation: Annotated[str | None, _WHO]
    role: Annotated[str, _WHO]
    question: Annotated[str, _WHO]
    outcome: OutcomeText
    children: Annotated[int, Written("How many children it was about"), Discloses.COUNT]
    proved: Annotated[Proved | None, Written("Whether content and commitments hold; null: it was not replayed"), _OURS]
    derived: Annotated[
        Derived | None, Written("Whether the log gives the same again; null: it was not replayed"), _OURS
    ]


class Accesses(Listed, Named):
    """Accesses, the newest first."""

    accesses: list[ListedAccess]


def accesses(of: Page[ListedAccess]) -> Accesses:
    """A part of the list of accesses."""
    return {**of.listed(), "accesses": list(of.items), "names": {}}


class OwnAccess(TypedDict):
    """One access of somebody's own. Nothing known and not allowed are one outcome here too, as they were to whoever asked."""

    entry: EntryText
    at: Annotated[Instant, _OURS]
    question: Annotated[str, _OURS]
    outcome: Annotated[Literal["shown", "not_shown", "failed"], _OURS]
    channel: Annotated[str, Written("By which face it was asked"), _OURS]
    because: Annotated[str | None, Written("Why, in their own words, where that was said"), Discloses.IDENTITY]


class OwnAccesses(Listed):
    """Somebody's own accesses, the newest first."""

    accesses: list[OwnAccess]


def own_accesses(of: Page[OwnAccess]) -> OwnAccesses:
    """A part of the list of somebody's own accesses."""
    return {**of.listed(), "accesses": list(of.items)}


def without_reasons(of: OwnAccesses) -> OwnAccesses:
    """What is logged of the list: the reasons stand in the entries that it names, once, and are erased there."""
    return {**of, "accesses": [{**one, "because": None} for one in of["accesses"]]}


class LastSealed(TypedDict):
    """The newest entry that has a leaf."""

    entry: EntryText
    leaf: Annotated[int, _OURS]
    at: Annotated[Instant, _OURS]


class PublishedCheckpoint(TypedDict):
    """The newest checkpoint that is in the second place."""

    leaves: Annotated[int, Written("How many leaves it covers"), _OURS]
    signed_at: Annotated[Instant, _OURS]
    published_at: Annotated[Instant, _OURS]
    note: Annotated[str, Written("The checkpoint itself, as a signed note"), _OURS]


Found = Literal[
    "leaf_missing", "entry_missing", "entry_changed", "tile_missing", "tile_changed", "tree_differs", "log_shorter",
    "checkpoint_not_signed",
]  # fmt: skip


class CheckedLeaves(TypedDict):
    """The last leaves that a published checkpoint covers, held against their entries, the tiles and what was signed."""

    first: Annotated[int, _OURS]
    last: Annotated[int, _OURS]
    found: Annotated[list[Found], Written("What is not as it was signed, as `icr verify-log` names it"), _OURS]


class LogState(TypedDict):
    """How far the access log is sealed and published."""

    leaves: Annotated[int, Discloses.COUNT]
    waiting: Annotated[int, Written("Entries that have no leaf yet"), Discloses.COUNT]
    last_sealed: LastSealed | None
    published: PublishedCheckpoint | None
    waits_seconds: Annotated[
        int | None,
        Written("For how long an entry has waited for a published checkpoint; null: none waits"),
        _OURS,
    ]
    verifier_key: Annotated[
        str | None, Written("By which anybody can check the checkpoints; null: it is not on this machine"), _OURS
    ]
    checked: CheckedLeaves | None


class Exported(TypedDict):
    """What an export of the access log holds."""

    leaves: Annotated[int, Discloses.COUNT]
    waiting: Annotated[int, Written("Entries that have no leaf yet"), Discloses.COUNT]
    published: PublishedCheckpoint | None


def exported(of: Exported) -> Exported:
    """What an export holds, as it was gathered."""
    return of


def log_state(of: LogState) -> LogState:
    """The state of the log, as it was gathered."""
    return of


class Differing(TypedDict):
    """A part of an old answer that is another today, or is new."""

    part: Annotated[int | None, Written("Its place among the parts of the old answer; null: it is new"), _OURS]
    child: Annotated[ChildText | None, Discloses.IDENTIFIER]
    record: Annotated[RecordText | None, Written("null: it is of the child as a whole"), Discloses.IDENTIFIER]
    why: Annotated[Difference, Written("Why it is another"), _OURS]


class Today(TypedDict):
    """What the same question answers today, by the rule by which it was answered then."""

    effective_at: Annotated[Day, _OURS]
    content: Annotated[Any, Written("What would be shown; null: nothing"), Discloses.IDENTITY]
    differences: list[Differing]


class GivenUpMonth(TypedDict):
    """A month of the log whose entries were given up, as an entry states it."""

    month: Annotated[str, Written("The month, as 2026-06"), _OURS]
    entries: Annotated[int, Written("How many entries were given up with it"), _OURS]
    years: Annotated[int, Written("How long it was kept"), _OURS]
    source: Annotated[str, Written("On whose word it was kept so long"), _OURS]
    proposed_by: Annotated[str, Written("The role of who proposed it"), _WHO]
    confirmed_by: Annotated[str, Written("The role of who confirmed it"), _WHO]
    erasure: Annotated[str, Written("By which both are found"), _OURS]


class Replayed(Named):
    """An access as it was, whether that is proved, and whether the same comes out when it is worked out again."""

    entry: EntryText
    at: Annotated[Instant, _WHO]
    viewer: Annotated[str, _WHO]
    organisation: Annotated[str | None, _WHO]
    role: Annotated[str, _WHO]
    acr: Annotated[str | None, Written("How they had signed in, in their issuer's word"), _WHO]
    channel: Annotated[str, _WHO]
    client: Annotated[str | None, Written("The system that asked for them; null: they asked themselves"), _WHO]
    purpose: Annotated[str, _WHO]
    question: Annotated[str, _WHO]
    asked: Annotated[dict[str, Any] | None, Written("What it was asked by; null: erased"), Discloses.IDENTITY]
    effective_at: Annotated[Day | None, _OURS]
    position: Annotated[str | None, Written("As known at which position"), _OURS]
    outcome: OutcomeText
    rules: Annotated[list[str], Written("By which rules it was shown, and by which something was withheld"), _OURS]
    proving: Annotated[list[str], Written("The events that made the child the viewer's own"), Discloses.INVOLVEMENT]
    withheld: Annotated[int, Written("How many things were withheld"), Discloses.INVOLVEMENT]
    parts: Annotated[int, _OURS]
    proved: Annotated[Proved, Written("Whether content and commitments hold"), _OURS]
    leaf: Annotated[int | None, Written("Its number in the tree; null: not yet sequenced"), _OURS]
    derived: Annotated[Derived, Written("Whether the log gives the same again"), _OURS]
    because: Annotated[Because | None, Written("Why it differs, or was not worked out"), _OURS]
    first_differing: Annotated[int | None, Written("The first part that differs, by its place"), _OURS]
    content: Annotated[Any, Written("What was shown; an erased part says so"), Discloses.IDENTITY]
    today: Annotated[Today | None, Written("null: it was not asked for, or cannot be worked out")]
    given_up: Annotated[
        GivenUpMonth | None,
        Written(
            "The entry that was asked for was given up with its month, which the entry shown states; null: it is there"
        ),
    ]


@dataclass(frozen=True, slots=True)
class PastAccess(AboutChildren):
    """What a replay is made from: the leaf's fields, the contents of its parts in order, None where erased.

    `holds`: whether what is stored is what the leaf commits to. `case`: the open case about it in which it is looked at. Of an entry
    that was given up it is made from the entry that states so, which has a `month`.
    """

    leaf: dict[str, Any]
    asked: dict[str, Any] | None
    contents: Sequence[Any]
    holds: bool
    index: int | None
    derived: Derived
    because: Because | None = None
    first_differing: int | None = None
    today: Today | None = None
    case: Case | None = None


def proved(of: PastAccess) -> Proved:
    """Whether what is stored is what was shown."""
    if not of.holds:
        return "not_proved"
    if of.leaf["outcome"] == "given_up":
        return "given_up"
    return "erased_since" if any(content is None for content in of.contents) else "proved_same"


def replayed(of: PastAccess) -> Replayed:
    """An access as it was."""
    leaf = of.leaf
    contents = [ERASED if content is None else content for content in of.contents]
    return {
        "entry": leaf["id"],
        "at": leaf["at"],
        "viewer": leaf["viewer"],
        "organisation": leaf["organisation"],
        "role": leaf["role"],
        "acr": leaf.get("acr"),
        "channel": leaf["channel"],
        "client": leaf.get("client"),
        "purpose": leaf["purpose"],
        "question": leaf["question"],
        "asked": of.asked,
        "effective_at": leaf["effective_at"],
        "position": leaf["position"],
        "outcome": leaf["outcome"],
        "rules": leaf["rules"],
        "proving": leaf["proving"],
        "withheld": leaf["withheld"],
        "parts": leaf["parts"],
        "proved": proved(of),
        "leaf": of.index,
        "derived": of.derived,
        "because": of.because,
        "first_differing": of.first_differing,
        "content": joined(contents) if contents else None,
        "today": of.today,
        "given_up": _given_up(leaf),
        "names": {},
    }


def _given_up(leaf: dict[str, Any]) -> GivenUpMonth | None:
    if leaf["outcome"] != "given_up":
        return None
    said = leaf["month"]
    return {
        "month": said["of"], "entries": said["entries"], "years": said["years"], "source": said["source"],
        "proposed_by": said["proposed_by"], "confirmed_by": said["confirmed_by"], "erasure": said["erasure"],
    }  # fmt: skip
