"""What is told of agencies: whether their feeds are heard, and what became of the events that they sent.

An agency is told of its own events alone, and nothing of what others hold: the same event has the same answer whether or not
the child is known already. Nothing here names a child.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Final, Literal, NotRequired

from typing_extensions import TypedDict

from domain.answers.fields import Day, Discloses, Instant, Written
from domain.answers.ids import CURSOR_FORM
from domain.dates import iso

_FEED: Final = Discloses.FEED
_PUBLISHED: Final = Discloses.PUBLISHED
Cursor = Annotated[str, Written("Opaque; grows", pattern=CURSOR_FORM), Discloses.NOTHING]
FeedStatus = Literal["heard", "partial", "silent", "never", "closed"]
_OUTCOMES: Final = "^(accepted|duplicate|conflict|kept|released|replaced|rejected|disputed)$"


class ShownFeed(TypedDict):
    """A feed of an agency: through which day it says that it is complete, and whether it is heard."""

    organisation: Annotated[str, _FEED]
    event_type: Annotated[str, _FEED]
    complete_through: Annotated[Day | None, _FEED]
    covers_from: Annotated[Day | None, _FEED]
    last_reported: Annotated[Instant | None, _FEED]
    reports: Annotated[int, _FEED]
    expected: Annotated[bool, _FEED]
    status: Annotated[FeedStatus, _FEED]


class Feeds(TypedDict):
    """The feeds that ever spoke or are expected."""

    feeds: list[ShownFeed]


class CountedField(TypedDict):
    """How often a field was set aside for a reason."""

    reason: Annotated[str, _PUBLISHED]
    field: Annotated[str, _PUBLISHED]
    count: Annotated[int, _PUBLISHED]


class QualityLine(TypedDict):
    """What became of the messages of one organisation and event type; either is null where it could not be read."""

    organisation: Annotated[str | None, _PUBLISHED]
    event_type: Annotated[str | None, _PUBLISHED]
    read: Annotated[int, _PUBLISHED]
    accepted: Annotated[int, _PUBLISHED]
    duplicate: Annotated[int, _PUBLISHED]
    conflict: Annotated[int, _PUBLISHED]
    kept: Annotated[int, _PUBLISHED]
    waiting: Annotated[int, Written("Of those kept: whom nobody has settled"), _PUBLISHED]
    reasons: Annotated[dict[str, int], _PUBLISHED]
    set_aside: list[CountedField]
    late_days: Annotated[float | None, Written("The median time from writing down to taking in"), _PUBLISHED]
    missing_rows: Annotated[int, Written("Rows of the last snapshot that have not come"), _PUBLISHED]


class Quality(TypedDict):
    """By organisation and event type; `read = accepted + duplicate + conflict + kept`."""

    quality: list[QualityLine]


class SetAsideField(TypedDict):
    """A field of an accepted event that failed its check: it links or says nothing."""

    reason: Annotated[str, _PUBLISHED]
    field: Annotated[str, _PUBLISHED]


class EventFeedback(TypedDict):
    """What became of one event, or later of one that was kept."""

    cursor: Cursor
    kind: Annotated[Literal["event"], _PUBLISHED]
    outcome: Annotated[str, Written(pattern=_OUTCOMES), _PUBLISHED]
    event_id: Annotated[str | None, Written("null: it could not be read, or is erased"), _PUBLISHED]
    event_type: Annotated[str | None, _PUBLISHED]
    reason: Annotated[str | None, Written("One of `/v1/reasons`"), _PUBLISHED]
    field: Annotated[str | None, _PUBLISHED]
    rule: Annotated[str | None, _PUBLISHED]
    set_aside: list[SetAsideField]
    link_pending: NotRequired[
        Annotated[
            bool,
            Written(
                "Of an accepted event: its numbers are not joined yet, since a date of birth is missing on one side"
            ),
            _PUBLISHED,
        ]
    ]
    told_otherwise: NotRequired[
        Annotated[
            list[str],
            Written(
                "Of an accepted event: its fields of which the organisation told another value before under this number, and did "
                "not take it back: what was told last stands, and the child is shown as contested"
            ),
            _PUBLISHED,
        ]
    ]
    at: Annotated[Instant, _PUBLISHED]


_Days = TypedDict("_Days", {"from": Annotated[Day, _PUBLISHED], "to": Annotated[Day, _PUBLISHED]})


class ReplayRequested(_Days):
    """Publish your events of this type whose effective date lies in `[from, to)` again, under their event ids."""

    cursor: Cursor
    kind: Annotated[Literal["replay_requested"], _PUBLISHED]
    event_type: Annotated[str | None, _PUBLISHED]
    at: Annotated[Instant, _PUBLISHED]


class Feedback(TypedDict):
    """Feedback in order; `next` is the cursor to ask with again, `more` whether there is more at once."""

    organisation: Annotated[str, _PUBLISHED]
    feedback: list[EventFeedback | ReplayRequested]
    next: Cursor
    more: Annotated[bool, _PUBLISHED]


@dataclass(frozen=True, slots=True)
class FeedFacts:
    """A feed as it was gathered: days that its last report covers, when that came, and how many there were."""

    organisation: str
    event_type: str
    status: FeedStatus
    expected: bool
    complete_through: int | None = None
    covers_from: int | None = None
    last_reported: datetime | None = None
    reports: int = 0


@dataclass(frozen=True, slots=True)
class QualityFacts:
    """What became of what one organisation sent of one event type, counted."""

    organisation: str | None
    event_type: str | None
    outcomes: Mapping[str, int]
    waiting: int
    late_days: float | None
    missing_rows: int
    reasons: Mapping[str, int]
    set_aside: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that an agency is told; `outcome` None: it is asked to publish its events of `days` [from, to) again."""

    cursor: str
    outcome: str | None
    event_type: str | None
    at: datetime
    event_id: str | None = None
    reason: str | None = None
    field: str | None = None
    rule: str | None = None
    set_aside: Sequence[tuple[str, str]] = ()
    link_pending: bool = False
    told_otherwise: Sequence[str] = ()
    days: tuple[date, date] = (date.min, date.min)


@dataclass(frozen=True, slots=True)
class FeedbackFacts:
    """A page of what an organisation is told."""

    organisation: str
    told: Sequence[Told]
    next: str
    more: bool


def feeds(of: Sequence[FeedFacts]) -> Feeds:
    """Which feeds are heard, which are silent, and what each says that it is complete through."""
    return {
        "feeds": [
            {
                "organisation": one.organisation, "event_type": one.event_type, "complete_through": iso(one.complete_through),
                "covers_from": iso(one.covers_from),
                "last_reported": None if one.last_reported is None else one.last_reported.isoformat(),
                "reports": one.reports, "expected": one.expected, "status": one.status,
            }
            for one in of
        ]
    }  # fmt: skip


def quality(of: Sequence[QualityFacts]) -> Quality:
    """What became of what was sent, by organisation and event type."""
    return {"quality": [_quality_line(one) for one in of]}


def _quality_line(one: QualityFacts) -> QualityLine:
    return {
        "organisation": one.organisation, "event_type": one.event_type, "read": sum(one.outcomes.values()),
        "accepted": one.outcomes["accepted"], "duplicate": one.outcomes["duplicate"],
        "conflict": one.outcomes["conflict"], "kept": one.outcomes["kept"], "waiting": one.waiting,
        "reasons": dict(sorted(one.reasons.items())),
        "set_aside": [
            {"reason": reason, "field": field, "count": count} for (reason, field), count in sorted(one.set_aside.items())
        ],
        "late_days": one.late_days, "missing_rows": one.missing_rows,
    }  # fmt: skip


def feedback(of: FeedbackFacts) -> Feedback:
    """What became of an organisation's events since a cursor, and what it is asked to publish again."""
    return {
        "organisation": of.organisation,
        "feedback": [told(one) for one in of.told],
        "next": of.next,
        "more": of.more,
    }


def told(one: Told) -> EventFeedback | ReplayRequested:
    """One thing as it is told; `cursor` is its own, by which what is told twice is seen to be one."""
    at = one.at.astimezone(UTC).isoformat()
    if one.outcome is None:
        first, end = one.days
        return {
            "cursor": one.cursor, "kind": "replay_requested", "event_type": one.event_type,
            "from": first.isoformat(), "to": end.isoformat(), "at": at,
        }  # fmt: skip
    found: EventFeedback = {
        "cursor": one.cursor, "kind": "event", "outcome": one.outcome, "event_id": one.event_id,
        "event_type": one.event_type, "reason": one.reason, "field": one.field, "rule": one.rule,
        "set_aside": [{"reason": reason, "field": field} for reason, field in one.set_aside], "at": at,
    }  # fmt: skip
    if one.outcome == "accepted":
        found |= {"link_pending": one.link_pending, "told_otherwise": list(one.told_otherwise)}
    return found
