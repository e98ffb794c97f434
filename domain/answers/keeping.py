"""What is not in the log or not in the views yet, and why: events kept in quarantine, and records being mended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from typing_extensions import TypedDict

from domain.answers.fields import Discloses, Instant, RecordText, Written
from domain.answers.ids import record_id
from domain.answers.named import Named
from domain.answers.pages import Listed, Page
from domain.reasons import REASONS

_PUBLISHED: Final = Discloses.PUBLISHED
STATES: Final = ("waiting", "ready", "released", "replaced", "rejected", "shown")


class KeptLine(TypedDict):
    """A kept event without its content; `whole`: all of it is stored."""

    id: Annotated[str, Discloses.NOTHING]
    kind: Annotated[str, _PUBLISHED]
    state: Annotated[str, _PUBLISHED]
    reason: Annotated[str, _PUBLISHED]
    field: Annotated[str | None, _PUBLISHED]
    rule: Annotated[str | None, _PUBLISHED]
    event_type: Annotated[str | None, _PUBLISHED]
    organisation: Annotated[str | None, _PUBLISHED]
    received_at: Annotated[Instant, _PUBLISHED]
    note: Annotated[str | None, _PUBLISHED]
    length: Annotated[int, _PUBLISHED]
    stored: Annotated[int, _PUBLISHED]
    whole: Annotated[bool, _PUBLISHED]
    sender: Annotated[
        str | None, Written("Who sent it, where that is known: `client:` or `publisher:`, and its name"), _PUBLISHED
    ]


class KeptEvents(Listed, Named):
    """Events kept in quarantine and conflicts, oldest first."""

    aside: list[KeptLine]


class _Content(TypedDict, total=False):
    content: Annotated[
        str, Written("What was sent, only where it was asked for: text, else hexadecimal"), Discloses.IDENTITY
    ]


class ShownKeptEvent(KeptLine, _Content):
    """Why one event is kept."""

    means: Annotated[str, Discloses.NOTHING]
    source: Annotated[str | None, Discloses.NOTHING]


class CountedLine(TypedDict):
    """How many events of one organisation are kept for one reason."""

    organisation: Annotated[str | None, Written("null: it could not be read"), _PUBLISHED]
    reason: Annotated[str, _PUBLISHED]
    means: Annotated[str, Discloses.NOTHING]
    count: Annotated[int, _PUBLISHED]
    since: Annotated[Instant, Written("When the oldest came"), _PUBLISHED]


class CountedKept(Named):
    """What is kept and not settled, by organisation and reason."""

    counts: list[CountedLine]


class MendedLine(TypedDict):
    """A record whose last events are not in the views: since when, and the SQLSTATE or kind of the error."""

    record: Annotated[RecordText, Discloses.NOTHING]
    cause: Annotated[str, Discloses.NOTHING]
    part: Annotated[str, Discloses.NOTHING]
    position: Annotated[int, Discloses.NOTHING]
    since: Annotated[Instant, Discloses.NOTHING]


class BeingMendedList(TypedDict):
    """The records being mended, the longest waiting first."""

    being_mended: list[MendedLine]


@dataclass(frozen=True, slots=True)
class KeptFacts:
    """A kept event as it was gathered; `sender` where it is known, `content` only where it was asked for."""

    id: UUID
    kind: str
    state: str
    reason: str
    field: str | None
    rule: str | None
    event_type: str | None
    organisation: str | None
    received_at: datetime
    note: str | None
    length: int
    stored: int
    sender: str | None = None
    content: str | None = None


@dataclass(frozen=True, slots=True)
class CountedFacts:
    """How many of an organisation are kept for a reason, and when the oldest came."""

    organisation: str | None
    reason: str
    count: int
    since: datetime


@dataclass(frozen=True, slots=True)
class MendedFacts:
    """What is noted of a record being mended."""

    record: UUID
    cause: str
    part: str
    position: int
    since: datetime


def kept_events(of: Page[KeptFacts]) -> KeptEvents:
    """What is kept, and why."""
    return {"aside": [_line(one) for one in of.items], **of.listed(), "names": {}}


def counted_kept(of: Sequence[CountedFacts]) -> CountedKept:
    """How many are kept, of whom and why."""
    return {
        "counts": [
            {
                "organisation": one.organisation, "reason": one.reason, "means": REASONS[one.reason].sentence, "count": one.count,
                "since": one.since.isoformat(),
            }
            for one in of
        ],
        "names": {},
    }  # fmt: skip


def kept_event(of: KeptFacts) -> ShownKeptEvent:
    """Why one event is kept; with what was sent where that was asked for."""
    reason = REASONS[of.reason]
    content: _Content = {} if of.content is None else {"content": of.content}
    return {**_line(of), "means": reason.sentence, "source": reason.source, **content}


def being_mended(of: Sequence[MendedFacts]) -> BeingMendedList:
    """Which records are being mended."""
    return {
        "being_mended": [
            {
                "record": record_id(one.record), "cause": one.cause, "part": one.part, "position": one.position,
                "since": one.since.isoformat(timespec="seconds"),
            }
            for one in of
        ]
    }  # fmt: skip


def _line(one: KeptFacts) -> KeptLine:
    return {
        "id": str(one.id), "kind": one.kind, "state": one.state, "reason": one.reason, "field": one.field, "rule": one.rule,
        "event_type": one.event_type, "organisation": one.organisation, "received_at": one.received_at.isoformat(),
        "note": one.note, "length": one.length, "stored": one.stored, "whole": one.stored >= one.length, "sender": one.sender,
    }  # fmt: skip
