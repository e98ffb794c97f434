"""Which reviews are due: those of what still goes on (domain.md B1)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from typing_extensions import TypedDict

from domain.access.shield import placeless
from domain.answers.fields import Day, Discloses
from domain.dates import FOREVER, iso_day
from domain.leads.active import TEAMS_AROUND
from domain.timeline.entries import Entry

PLAN_REVIEW: Final = "plan_review"


class ShownReview(TypedDict):
    """A review that is due."""

    kind: Annotated[str, Discloses.INVOLVEMENT]
    service: Annotated[str, Discloses.INVOLVEMENT]
    agency: Annotated[str | None, Discloses.INVOLVEMENT]
    due: Annotated[Day, Discloses.INVOLVEMENT]
    overdue: Annotated[bool, Discloses.INVOLVEMENT]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a review belongs to: intervals of a kind, and of some services only where those are named."""

    kind: str
    services: Collection[str] = ()


# The plan that a review names -> the intervals that are such a plan.
PLANS: Final = {
    "child_in_need": Reviewed("child_in_need"),
    "child_protection": Reviewed("child_protection"),
    "looked_after": Reviewed("looked_after"),
    "early_help": Reviewed("early_help"),
    "team_around_the_family": Reviewed("involvement", TEAMS_AROUND),
}


def reviews_due(shown: Iterable[Entry], everything: Sequence[Entry], day: int, *, shielded: bool) -> list[ShownReview]:
    """The next review of each plan or arrangement that still goes on, as it was said last.

    `shown` are the entries that may be shown; `everything` of the child says whether what is reviewed has ended, shown
    or not. Of a `shielded` child only authorities are named.
    """
    last: dict[tuple[str, str, str], Entry] = {}
    for entry in sorted((e for e in shown if says_review(e)), key=lambda e: (e.start or 0, e.order)):
        if entry.moment or entry.end is None or entry.end > day:  # of two arrangements the one that goes on is told
            last[entry.kind, entry.organisation, entry.service] = entry
    return [
        {
            "kind": entry.kind,
            "service": entry.service,
            "agency": placeless(entry.organisation) if shielded else entry.organisation,
            "due": iso_day(entry.due),
            "overdue": entry.due < day,
        }
        for _, entry in sorted(last.items())
        if entry.due is not None and _goes_on(entry, entry.due, everything, day)
    ]


def says_review(entry: Entry) -> bool:
    """Whether an entry says when a review is due, or that one was held, after which none may be."""
    return entry.due is not None or entry.kind == PLAN_REVIEW


def _goes_on(review: Entry, due: int, everything: Sequence[Entry], day: int) -> bool:
    """Whether what is reviewed goes on: it has not ended by the day asked about, and does not end before the review.

    A review of a plan of which nobody told is due: its end is not known either.
    """
    reviewed = _belongs_to(review, everything)
    return not reviewed or any((FOREVER if one.end is None else one.end) > max(day, due) for one in reviewed)


def _belongs_to(review: Entry, everything: Sequence[Entry]) -> list[Entry]:
    """The intervals that a review is of: itself, or the plans of its kind in which it was held, of its agency if any are."""
    if not review.moment:
        return [review]
    plan = PLANS.get(review.service)
    held = review.start
    if plan is None or held is None:
        return []
    found = [
        e
        for e in everything
        if e.kind == plan.kind
        and (not plan.services or e.service in plan.services)
        and (e.start is None or e.start <= held)
        and (e.end is None or held <= e.end)
    ]
    return [e for e in found if e.organisation == review.organisation] or found
