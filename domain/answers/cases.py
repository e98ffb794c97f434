"""Officers' cases as they are shown: to the officers whose they are, and to the member of staff whom one asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal

from typing_extensions import TypedDict

from domain.access.entry import instant
from domain.answers.fields import Discloses, Instant, Written
from domain.answers.named import Named
from domain.answers.pages import Listed, Page
from domain.cases.case import REFERENCE_FORM, Case, Step, due_at
from domain.cases.work import waits_for_answer

_WHO: Final = Discloses.WORKER
_OURS: Final = Discloses.NOTHING

CaseText = Annotated[str, Written("A case, as pages and letters name it", REFERENCE_FORM), _OURS]
State = Literal["open", "closed"]


class ShownStep(TypedDict):
    """Something that was done in a case."""

    at: Annotated[Instant, _WHO]
    by: Annotated[str, _WHO]
    step: Annotated[str, _WHO]
    item: Annotated[str | None, Written("What it was done with"), _WHO]
    text: Annotated[str | None, _WHO]


class ShownClosing(TypedDict):
    """What came of a case."""

    at: Annotated[Instant, _WHO]
    by: Annotated[str, _WHO]
    outcome: Annotated[str, _WHO]
    text: Annotated[str, _WHO]
    unheard: Annotated[str | None, Written("Why the member of staff's answer was not waited for"), _WHO]


class ListedCase(TypedDict):
    """A case in a list."""

    case: CaseText
    kind: Annotated[str, _WHO]
    organisation: Annotated[str, _WHO]
    office: Annotated[str, _WHO]
    state: Annotated[State, _WHO]
    opened_at: Annotated[Instant, _WHO]
    opened_by: Annotated[str, _WHO]
    due_at: Annotated[Instant | None, Written("When its time is over; null: it has none"), _OURS]
    overdue: Annotated[bool, Written("Open, and its time is over"), _OURS]
    answered: Annotated[bool, Written("The member of staff whom it is about has answered"), _WHO]


class ShownCase(ListedCase, Named):
    """A case, with all that was said and done in it."""

    text: Annotated[str, _WHO]
    accesses: Annotated[list[str], Written("The accesses that it names"), _OURS]
    child: Annotated[str | None, Written("The child, by the identifier that was given"), Discloses.IDENTIFIER]
    concerned: Annotated[str | None, Written("The member of staff whom it is about"), _WHO]
    asked_by: Annotated[str | None, Written("Of a request: who makes it"), Discloses.IDENTITY]
    aware_at: Annotated[Instant | None, Written("Of a breach: when the officer became aware of it"), _WHO]
    waits_for_answer: Annotated[bool, Written("The member of staff may still answer before it is closed"), _WHO]
    steps: list[ShownStep]
    closing: ShownClosing | None


class Cases(Listed, Named):
    """Cases, the newest first."""

    cases: list[ListedCase]


class ListedHearing(TypedDict):
    """A case that asks a member of staff."""

    case: CaseText
    kind: Annotated[str, _WHO]
    state: Annotated[State, _WHO]
    asked_at: Annotated[Instant, _WHO]
    answered: Annotated[bool, _WHO]


class Said(TypedDict):
    """What was said in a hearing, and when."""

    at: Annotated[Instant, _WHO]
    text: Annotated[str, _WHO]


class Hearing(ListedHearing):
    """What a case asks, about which accesses, and what was answered; not why it was opened, nor by whom it was asked for."""

    accesses: Annotated[list[str], Written("The accesses that it is about"), _OURS]
    asked: list[Said]
    answers: list[Said]


class Hearings(TypedDict):
    """The cases that ask somebody, the newest first."""

    hearings: list[ListedHearing]


@dataclass(frozen=True, slots=True)
class CaseAt:
    """A case, and when it is looked at."""

    case: Case
    now: datetime


def cases(of: Page[CaseAt]) -> Cases:
    """A part of the list of cases."""
    return {**of.listed(), "cases": [_listed(one) for one in of.items], "names": {}}


def case(of: CaseAt) -> ShownCase:
    """A case, with all that was said and done in it."""
    told, closing = of.case, of.case.closing
    return {
        **_listed(of),
        "names": {},
        "text": told.text,
        "accesses": list(told.accesses),
        "child": told.child,
        "concerned": told.concerned,
        "asked_by": told.asked_by,
        "aware_at": _instant(told.aware_at),
        "waits_for_answer": told.is_open and waits_for_answer(told, of.now),
        "steps": [_step(one) for one in told.steps],
        "closing": None
        if closing is None
        else {
            "at": instant(closing.at),
            "by": closing.by,
            "outcome": closing.outcome,
            "text": closing.text,
            "unheard": closing.unheard,
        },
    }


def hearings(of: Sequence[CaseAt]) -> Hearings:
    """The cases that ask somebody."""
    return {"hearings": [_hearing_listed(one.case) for one in of]}


def hearing(of: CaseAt) -> Hearing:
    """What a case asks the member of staff whom it is about."""
    told = of.case
    return {
        **_hearing_listed(told),
        "accesses": list(told.accesses),
        "asked": _said(told.done("asked")),
        "answers": _said(told.done("answered")),
    }


def _listed(of: CaseAt) -> ListedCase:
    told = of.case
    due = due_at(told)
    return {
        "case": told.reference,
        "kind": told.kind,
        "organisation": told.organisation,
        "office": told.office,
        "state": _state(told),
        "opened_at": instant(told.opened_at),
        "opened_by": told.opened_by,
        "due_at": _instant(due),
        "overdue": told.is_open and due is not None and due < of.now,
        "answered": bool(told.done("answered")),
    }


def _hearing_listed(told: Case) -> ListedHearing:
    return {
        "case": told.reference,
        "kind": told.kind,
        "state": _state(told),
        "asked_at": instant(told.done("asked")[0].at),
        "answered": bool(told.done("answered")),
    }


def _state(told: Case) -> State:
    return "open" if told.is_open else "closed"


def _step(one: Step) -> ShownStep:
    return {"at": instant(one.at), "by": one.by, "step": one.step, "item": one.item, "text": one.text}


def _said(steps: Sequence[Step]) -> list[Said]:
    return [{"at": instant(one.at), "text": one.text or ""} for one in steps]


def _instant(at: datetime | None) -> str | None:
    return None if at is None else instant(at)
