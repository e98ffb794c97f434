"""Shields and exclusions that are in force, for the index team: how many, and of whom (access.md 2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from typing_extensions import TypedDict

from domain.answers.children import ChildInIndex, ShownName
from domain.answers.entries import AsAt
from domain.answers.fields import ChildText, Day, Discloses, Written
from domain.answers.ids import child_id
from domain.answers.lines import first_name
from domain.answers.pages import Listed, Page
from domain.dates import iso
from domain.timeline.entries import Entry

SHIELDS: Final = ("shield", "access_excluded", "access_restricted")
_SAFETY: Final = Discloses.SAFETY


class CountedProtection(TypedDict):
    """How many of one kind are in force, for one reason."""

    kind: Annotated[str, _SAFETY]
    reason: Annotated[str | None, _SAFETY]
    count: Annotated[int, Discloses.COUNT]


class CountedProtections(TypedDict):
    """Shields and exclusions in force, and identities that are sealed, counted."""

    counts: list[CountedProtection]
    sealed: Annotated[int, Written("Records of identities that are sealed"), Discloses.COUNT]


class ShownProtection(TypedDict):
    """One that is in force: of whom, since when, by whom, and when it is to be looked at again."""

    child: ChildText
    name: ShownName | None
    date_of_birth: Annotated[Day | None, Discloses.IDENTITY]
    kind: Annotated[str, _SAFETY]
    reason: Annotated[str | None, _SAFETY]
    agency: Annotated[str | None, Written("Whose word it is"), _SAFETY]
    agency_name: Annotated[str | None, _SAFETY]
    concerns: Annotated[str | None, Written("Of an exclusion: the organisation that it concerns"), _SAFETY]
    concerns_name: Annotated[str | None, _SAFETY]
    worker: Annotated[str | None, Written("Of an exclusion: the one worker whom it concerns"), _SAFETY]
    worker_name: Annotated[str | None, _SAFETY]
    since: Annotated[Day | None, _SAFETY]
    review: Annotated[Day | None, _SAFETY]
    late: Annotated[bool, Written("Whether it was to be looked at again by now"), _SAFETY]


class ListedProtections(Listed):
    """Those of one kind that are in force, what is to be looked at again first before others."""

    kind: Annotated[str, _SAFETY]
    protections: list[ShownProtection]


@dataclass(frozen=True, slots=True)
class CountedFacts:
    """Those in force by kind and reason, and how many records are of sealed identities."""

    counts: Mapping[tuple[str, str | None], int]
    sealed: int


@dataclass(frozen=True, slots=True)
class ProtectionsFacts:
    """Those of a kind that are in force, each with the line of its child; `workers`: the names of those whom they concern."""

    kind: str
    page: Page[tuple[Entry, ChildInIndex]]
    workers: Mapping[str, str]


def counted(of: CountedFacts, _: AsAt) -> CountedProtections:
    """How many are in force."""
    in_order: Sequence[tuple[str, str | None]] = sorted(
        of.counts, key=lambda one: (SHIELDS.index(one[0]), one[1] or "")
    )
    return {
        "counts": [{"kind": kind, "reason": reason, "count": of.counts[kind, reason]} for kind, reason in in_order],
        "sealed": of.sealed,
    }


def protections(of: ProtectionsFacts, at: AsAt) -> ListedProtections:
    """Which are in force, of whom."""
    return {"kind": of.kind, "protections": [_shown(*one, of.workers, at) for one in of.page.items], **of.page.listed()}


def _shown(entry: Entry, line: ChildInIndex, workers: Mapping[str, str], at: AsAt) -> ShownProtection:
    concerns = None if entry.kind == "shield" else entry.provider
    return {
        "child": child_id(line.known.child),
        "name": first_name(line.known.person),
        "date_of_birth": iso(line.known.person.birth),
        "kind": entry.kind,
        "reason": entry.reason,
        "agency": entry.organisation,
        "agency_name": at.named(entry.organisation),
        "concerns": concerns,
        "concerns_name": at.named(concerns),
        "worker": entry.worker,
        "worker_name": workers.get(entry.worker or ""),
        "since": iso(entry.start),
        "review": iso(entry.due),
        "late": entry.due is not None and entry.due < at.day,
    }
