"""Requests for contact: a professional asks the index team to be put in touch, whether or not there is anybody (domain.md A, E4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from domain.holidays import is_working_day

REQUESTED: Final = "contact_requested"
ANSWERED: Final = "contact_answered"
IN_HAND: Final = "in_hand"
_EVENT: Final = "icr-"
_ENTRY: Final = "a-"


@dataclass(frozen=True, slots=True)
class Request:
    """A request: by whom, of which record, what for, until when an answer was promised; and the last word on it, whose and when.

    `reference`: the entry of the access log that showed what it would do (`a-…`). Days are day numbers.
    """

    reference: str
    record: str
    worker: str
    reach: str | None
    purpose: str
    asked_on: int
    answer_by: int
    outcome: str | None = None
    holder: str | None = None
    said_on: int | None = None

    @property
    def waits(self) -> bool:
        """Whether it still has no answer: that somebody has it in hand is none."""
        return self.outcome in (None, IN_HAND)


@dataclass(frozen=True, slots=True)
class Told:
    """One event of a request: its kind, on which day, where in the log, and what it says.

    All are written here, so their order in the log is the order in which they were said.
    """

    kind: str
    day: int
    position: int
    body: Mapping[str, Any]


def requests(told: Iterable[Told]) -> list[Request]:
    """The requests, the one that was promised first before others; of each the last word."""
    found: dict[str, Request] = {}
    in_order = sorted(told, key=lambda one: one.position)
    for one in in_order:
        if one.kind == REQUESTED:
            worker = one.body["worker"]
            reference = reference_of(one.body["event_id"])
            found[reference] = Request(
                reference,
                one.body["child"],
                f"{worker['organisation']}:{worker['staff_id']}",
                worker["contact"],
                one.body["purpose"],
                one.day,
                one.body["answer_by"],
            )
    for one in in_order:
        reference = reference_of(one.body["request"]) if one.kind == ANSWERED else ""
        if reference in found:
            holder = one.body["worker"]
            found[reference] = replace(
                found[reference],
                outcome=one.body["outcome"],
                holder=f"{holder['organisation']}:{holder['staff_id']}",
                said_on=one.day,
            )
    return sorted(found.values(), key=lambda one: (one.answer_by, one.asked_on, one.reference))


def reference_of(event_id: str) -> str:
    """The reference of a request by its event's id."""
    return _ENTRY + event_id.removeprefix(_EVENT)


def event_of(reference: str) -> str:
    """The id of a request's event by its reference."""
    return _EVENT + reference.removeprefix(_ENTRY)


def working_days_after(day: int, count: int) -> int:
    """The day that is so many working days after another."""
    while count > 0:
        day += 1
        count -= is_working_day(day)
    return day
