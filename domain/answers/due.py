"""How much is due for erasure by the authority's schedule, what is held until when, and what waits for a second person.

It counts and names no child: whose record it is stands in a proposal's records, and is known to whoever opens these for a reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from typing_extensions import TypedDict

from domain.answers.fields import Day, Discloses, Written
from domain.answers.named import Named
from domain.dates import iso, iso_day
from domain.erasure import VALID_DAYS, Proposal
from domain.retention import CLASSES, Period

_COUNT = Discloses.COUNT
_OURS = Discloses.NOTHING
_WHO = Discloses.WORKER
State = Literal["proposed", "confirmed", "begun", "erased"]


class DueOfClass(TypedDict):
    """How long a class is kept and on whose word, and of how many records that are due something of it is held."""

    retention_class: Annotated[str, _OURS]
    years: Annotated[int | None, Written("null: it is kept"), _OURS]
    counted_from: Annotated[str | None, _OURS]
    source: Annotated[str | None, Written("On whose word"), _OURS]
    due: Annotated[int, _COUNT]


class HeldBy(TypedDict):
    """How many records whose time is over something keeps, and until when."""

    hold: Annotated[str, _OURS]
    until: Annotated[Day | None, Written("null: until somebody ends it"), _OURS]
    records: Annotated[int, _COUNT]


class WaitingErasure(TypedDict):
    """An erasure that was proposed, or confirmed and not carried out."""

    erasure: Annotated[str, _OURS]
    state: Annotated[State, _OURS]
    ground: Annotated[str, _OURS]
    records: Annotated[int, _COUNT]
    month: Annotated[str | None, Written("The month of the access log, as 2026-06; null: it is of records"), _OURS]
    proposed_by: Annotated[str, _WHO]
    proposed_on: Annotated[Day, _OURS]
    confirm_by: Annotated[Day, Written("The last day on which somebody else may confirm it"), _OURS]
    lapsed: Annotated[bool, Written("That day has passed, and nobody did"), _OURS]
    confirmed_by: Annotated[str | None, _WHO]


class RecordsDue(Named):
    """What is due today; `kept`: more, whose time is over, and which something keeps."""

    due: Annotated[int, _COUNT]
    kept: Annotated[int, _COUNT]
    classes: list[DueOfClass]
    holds: list[HeldBy]
    waiting: list[WaitingErasure]


@dataclass(frozen=True, slots=True)
class DueFacts:
    """What the answer is made from. `classes`: records that are due, by class; `holds`: records that are kept, by hold and its last day."""

    day: int
    periods: Mapping[str, Period]
    due: int
    kept: int
    classes: Mapping[str, int]
    holds: Mapping[tuple[str, int | None], int]
    proposals: Sequence[tuple[Proposal, State]]


def records_due(of: DueFacts) -> RecordsDue:
    """What is due, what is held, and what waits."""
    return {
        "names": {},
        "due": of.due,
        "kept": of.kept,
        "classes": [_of_class(name, of.periods.get(name), of.classes.get(name, 0)) for name in sorted(CLASSES)],
        "holds": [
            {"hold": hold, "until": iso(until), "records": count}
            for (hold, until), count in sorted(of.holds.items(), key=lambda one: (one[0][0], one[0][1] or 0))
        ],
        "waiting": [_waiting(one, state, of.day) for one, state in of.proposals if state != "erased"],
    }


def _of_class(name: str, period: Period | None, due: int) -> DueOfClass:
    return {
        "retention_class": name,
        "years": None if period is None else period.years,
        "counted_from": None if period is None else period.counted_from.value,
        "source": None if period is None else period.source,
        "due": due,
    }


def _waiting(one: Proposal, state: State, day: int) -> WaitingErasure:
    last = one.proposed_on + VALID_DAYS
    return {
        "erasure": one.erasure,
        "state": state,
        "ground": one.ground,
        "records": len(one.records),
        "month": one.month,
        "proposed_by": one.proposed_by,
        "proposed_on": iso_day(one.proposed_on),
        "confirm_by": iso_day(last),
        "lapsed": state == "proposed" and day > last,
        "confirmed_by": one.confirmed_by,
    }
