"""Answers for a lead professional: a caseload, its families, what changed, a handover, gaps of lead (contract 4)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Annotated, Final
from uuid import UUID

from typing_extensions import TypedDict

from domain.answers.children import ChildInIndex, KnownChild, Minimal, ShownName
from domain.answers.entries import AsAt, Held, ShownEntry, shown_entry, shown_of
from domain.answers.families import FamilyFacts, ShownIndicator, indicators
from domain.answers.fields import BeingMended, ChildText, Day, Discloses, Position, RecordText, Written
from domain.answers.gaps import Gap, GapFacts, gap
from domain.answers.ids import child_id, record_id
from domain.answers.lines import Around, first_name, involvements, leading, next_reviews, works_with
from domain.answers.not_shown import DerivedFrom, without_gaps, without_prompts
from domain.answers.pages import Listed, Page
from domain.answers.reviews import ShownReview
from domain.dates import iso, iso_day
from domain.events import ChildId
from domain.indicators.families import family_id

_DERIVED: Final = Discloses.DERIVED
_IDENTITY: Final = Discloses.IDENTITY
Worker = Annotated[str, Discloses.WORKER]


class _NamedChild(TypedDict):
    child: ChildText
    minimal: Minimal
    name: ShownName | None
    being_mended: BeingMended


class _BornChild(_NamedChild):
    date_of_birth: Annotated[Day | None, _IDENTITY]
    lead: list[ShownEntry]


class CaseloadChild(_BornChild):
    """One child of a caseload."""

    entries: list[ShownEntry]
    gaps: list[Gap]


class WorkerCaseload(Listed, DerivedFrom):
    """The children a worker works with or leads for."""

    worker: Worker
    children: list[CaseloadChild]


class ChangedChild(_NamedChild):
    """What is new of one child since; of one that left the caseload, what took it off."""

    on_caseload: Annotated[
        bool, Written("Whether the worker still works with or leads for this child"), Discloses.INVOLVEMENT
    ]
    records_joined: Annotated[
        list[RecordText],
        Written("Records that came to be one child with those the worker works on"),
        Discloses.IDENTIFIER,
    ]
    records_parted: Annotated[
        list[RecordText], Written("Records that were one child with them and are no more"), Discloses.IDENTIFIER
    ]
    entries: list[ShownEntry]
    taken_back: list[ShownEntry]
    began: list[Gap]
    cleared: list[Gap]


class WorkerChanges(Listed, DerivedFrom):
    """What changed for a worker's children since a position; backfill and snapshots are no news."""

    worker: Worker
    since: Position
    children: list[ChangedChild]


class HandedOverChild(_BornChild):
    """What a worker would hand over of one child."""

    led_by_worker: Annotated[bool, Discloses.LEAD]
    taking_over: Annotated[list[ShownEntry], Written("Who was asked to take over and has not accepted")]
    involvements: list[ShownEntry]
    team: list[ShownEntry]
    reviews_due: list[ShownReview]
    gaps: list[Gap]


class WorkerHandover(Listed, DerivedFrom):
    """What a worker would hand over."""

    worker: Worker
    children: list[HandedOverChild]


class ListedGaps(Listed, DerivedFrom):
    """Gaps of lead, longest first."""

    gaps: list[Gap]


class FamilyChild(_BornChild):
    """A child of one of the worker's families."""

    mine: Annotated[bool, Written("Whether the worker works with or leads for this child"), Discloses.INVOLVEMENT]
    involvements: Annotated[int, Discloses.INVOLVEMENT]


class WorkerFamily(TypedDict):
    """One of the worker's families, and what it has lost touch with."""

    family: Annotated[str, Discloses.FAMILY]
    children: list[FamilyChild]
    lost: Annotated[list[str], _DERIVED]
    since: Annotated[Day | None, _DERIVED]
    indicators: list[ShownIndicator]
    gaps: list[Gap]


class WorkerFamilies(Listed, DerivedFrom):
    """A caseload by family."""

    worker: Worker
    families: list[WorkerFamily]


@dataclass(frozen=True, slots=True)
class ChildOfWorker:
    """A child of a caseload: its line, the entries that make it the worker's, and its gaps."""

    line: ChildInIndex
    entries: Sequence[Held] = ()
    gaps: Sequence[GapFacts] = ()
    leads: Sequence[Held] = ()  # those that are open, accepted or not


@dataclass(frozen=True, slots=True)
class CaseloadFacts:
    """What a caseload, or a handover, is made from."""

    worker: str
    children: Page[ChildOfWorker]


@dataclass(frozen=True, slots=True)
class WorkerFamilyFacts:
    """A family with children of a worker: all its children's lines, and as what it is listed, if it is out of touch."""

    children: Sequence[ChildInIndex]
    mine: Collection[ChildId]
    listed: FamilyFacts | None
    gaps: Sequence[GapFacts]


@dataclass(frozen=True, slots=True)
class WorkerFamiliesFacts:
    """What a caseload by family is made from."""

    worker: str
    families: Page[WorkerFamilyFacts]


@dataclass(frozen=True, slots=True)
class ChangesOfChild:
    """What is new of a child; `on_caseload` False of one that the worker has no more."""

    known: KnownChild
    on_caseload: bool
    records_joined: Sequence[UUID] = ()
    records_parted: Sequence[UUID] = ()
    entries: Sequence[Held] = ()
    taken_back: Sequence[Held] = ()
    began: Sequence[GapFacts] = ()
    cleared: Sequence[GapFacts] = ()


@dataclass(frozen=True, slots=True)
class ChangesFacts:
    """What a list of changes is made from; `since` is the position that the earlier edition ends at."""

    worker: str
    since: int
    children: Page[ChangesOfChild]


def gaps(of: Page[GapFacts], at: AsAt) -> ListedGaps:
    """Children whose lead is missing, gone, contested or not accepted on a day, longest first."""
    return {"gaps": [gap(one, at) for one in of.items], **without_gaps(at), **of.listed()}


def caseload(of: CaseloadFacts, at: AsAt) -> WorkerCaseload:
    """The children a worker works with or leads on a day, with their leads and gaps."""
    return {
        "worker": of.worker,
        "children": [
            {
                **_born(one.line, at, works_with(one.line, at, "lead", "lead_cover")),
                "entries": shown_of(one.entries, at, shielded=one.line.known.shielded),
                "gaps": [gap(facts, at) for facts in one.gaps],
            }
            for one in of.children.items
        ],
        **without_gaps(at),
        **of.children.listed(),
    }


def handover(of: CaseloadFacts, at: AsAt) -> WorkerHandover:
    """What a worker would hand over: each child led or worked with, the team around it, gaps, reviews due, and who was asked to take over."""
    return {
        "worker": of.worker,
        "children": [_handed_over(one, of.worker, at) for one in of.children.items],
        **without_gaps(at),
        **of.children.listed(),
    }


def _handed_over(one: ChildOfWorker, worker: str, at: AsAt) -> HandedOverChild:
    around, shielded = works_with(one.line, at), one.line.known.shielded
    accepted = [e.entry for e in one.leads if e.entry.accepted is not None and e.entry.accepted <= at.day]
    asked = [held for held in one.leads if held.entry.takes_over and held.entry.accepted is None]
    return {
        **_born(one.line, at, around),
        "led_by_worker": worker
        in {lead.worker for lead in accepted} | {of.held.entry.worker for of in one.line.family_leads},
        "taking_over": [shown_entry(held, at, shielded=shielded) for held in asked],
        "involvements": involvements(around),
        "team": [shown for _, shown in around.get("team_member", ())],
        "reviews_due": next_reviews(one.line, at),
        "gaps": [gap(facts, at) for facts in one.gaps],
    }


def my_families(of: WorkerFamiliesFacts, at: AsAt) -> WorkerFamilies:
    """A worker's caseload by family: which children, which of them are the worker's, and what the family has lost touch with."""
    return {
        "worker": of.worker,
        "families": [_family(one, at) for one in of.families.items],
        **without_prompts(at),
        **of.families.listed(),
    }


def _family(of: WorkerFamilyFacts, at: AsAt) -> WorkerFamily:
    listed = of.listed
    return {
        "family": family_id(tuple(child.known.child for child in of.children)),
        "children": [_family_child(child, at, mine=child.known.child in of.mine) for child in of.children],
        "lost": [] if listed is None else list(listed.family.lost),
        "since": None if listed is None else iso_day(listed.family.since),
        "indicators": [] if listed is None else indicators(listed, at),
        "gaps": [gap(one, at) for one in of.gaps],
    }


def _family_child(child: ChildInIndex, at: AsAt, *, mine: bool) -> FamilyChild:
    around = works_with(child, at)
    return {**_born(child, at, around), "mine": mine, "involvements": len(involvements(around))}


def changes(of: ChangesFacts, at: AsAt) -> WorkerChanges:
    """What changed for a worker's children since a position, and which are no longer its own."""
    return {
        "worker": of.worker,
        "since": at.position(of.since),
        "children": [_changed(one, at) for one in of.children.items],
        **without_prompts(at),
        **of.children.listed(),
    }


def _changed(of: ChangesOfChild, at: AsAt) -> ChangedChild:
    known = of.known
    return {
        "child": child_id(known.child),
        "minimal": known.minimal,
        "name": first_name(known.person),
        "on_caseload": of.on_caseload,
        "being_mended": known.being_mended,
        # Of a shielded child the records would tell that other numbers are known of it.
        "records_joined": [] if known.shielded else [record_id(one) for one in of.records_joined],
        "records_parted": [] if known.shielded else [record_id(one) for one in of.records_parted],
        "entries": shown_of(of.entries, at, shielded=known.shielded),
        "taken_back": shown_of(of.taken_back, at, shielded=known.shielded),
        "began": [gap(one, at) for one in of.began],
        "cleared": [gap(one, at) for one in of.cleared],
    }


def _born(child: ChildInIndex, at: AsAt, around: Around) -> _BornChild:
    known = child.known
    return {
        "child": child_id(known.child),
        "minimal": known.minimal,
        "name": first_name(known.person),
        "date_of_birth": iso(known.person.birth),
        "being_mended": known.being_mended,
        "lead": leading(child, at, around),
    }
