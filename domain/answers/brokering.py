"""Requests for contact as they are shown: to who asked, and to the index team, who answers (decision 64)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

from typing_extensions import TypedDict

from domain.answers.children import ChildInIndex, Minimal, ShownName
from domain.answers.entries import AsAt
from domain.answers.fields import ChildText, Day, Discloses, Written
from domain.answers.ids import child_id
from domain.answers.lines import first_name
from domain.answers.pages import Listed, Page
from domain.brokering import Request
from domain.dates import iso, iso_day

_OURS: Final = Discloses.NOTHING
# What whoever asked is told of each outcome. None of them says whether there is anybody.
OUTCOMES: Final[Mapping[str | None, str]] = {
    None: "The index team has it, and has not answered yet.",
    "in_hand": "The index team is looking into it.",
    "passed_on": "Passed on. If it concerns anybody, and they may, they will ring you.",
    "put_in_touch": "You have been put in touch.",
    "not_possible": "It could not be passed on. Ring the index team, with the reference.",
}


class ShownContact(TypedDict):
    """What a request for contact would say, before it is made."""

    child: ChildText
    minimal: Minimal
    name: ShownName | None
    purpose: Annotated[str | None, _OURS]
    reach: Annotated[str | None, Written("How the professional who asks can be reached"), Discloses.CONTACT]
    answer_by: Annotated[Day, _OURS]


class ShownRequest(TypedDict):
    """A request for contact, who has it and what came of it."""

    reference: Annotated[str, _OURS]
    child: ChildText
    name: ShownName | None
    worker: Annotated[str, Discloses.WORKER]
    worker_name: Annotated[str | None, Discloses.CONTACT]
    reach: Annotated[str | None, Written("How the professional who asked can be reached"), Discloses.CONTACT]
    purpose: Annotated[str, _OURS]
    asked_on: Annotated[Day, _OURS]
    answer_by: Annotated[Day, _OURS]
    late: Annotated[bool, Written("Whether the promised day is over, and there is no answer"), _OURS]
    waits: Annotated[bool, Written("Whether there is no answer yet"), _OURS]
    outcome: Annotated[str | None, _OURS]
    told: Annotated[str, Written("What whoever asked is told of it"), _OURS]
    holder: Annotated[str | None, Written("Who of the index team has it"), Discloses.WORKER]
    holder_name: Annotated[str | None, Discloses.CONTACT]
    said_on: Annotated[Day | None, _OURS]


class ListedContacts(Listed):
    """Requests for contact, what was promised first before others."""

    requests: list[ShownRequest]


class ShownAnswer(TypedDict):
    """What an answer to a request would say, before it is given."""

    request: ShownRequest
    outcome: Annotated[str | None, _OURS]
    tells: Annotated[str | None, Written("What whoever asked is told then"), _OURS]


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """What a request would say: of whom, what for, how the one who asks can be reached, and by when it is answered."""

    line: ChildInIndex
    purpose: str | None
    reach: str | None
    answer_by: int


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """A request with the child that it is about now, and the names of who asked and who has it."""

    request: Request
    line: ChildInIndex
    worker_name: str | None
    holder_name: str | None


@dataclass(frozen=True, slots=True)
class AnswerFacts:
    """A request, and what is to be said of it."""

    of: RequestFacts
    outcome: str | None


def contact(of: ContactFacts, _: AsAt) -> ShownContact:
    """What a request would say."""
    return {
        "child": child_id(of.line.known.child),
        "minimal": of.line.known.minimal,
        "name": first_name(of.line.known.person),
        "purpose": of.purpose,
        "reach": of.reach,
        "answer_by": iso_day(of.answer_by),
    }


def contacts(of: Page[RequestFacts], at: AsAt) -> ListedContacts:
    """Requests for contact."""
    return {"requests": [_request(one, at) for one in of.items], **of.listed()}


def answer(of: AnswerFacts, at: AsAt) -> ShownAnswer:
    """What an answer would say."""
    return {
        "request": _request(of.of, at),
        "outcome": of.outcome,
        "tells": None if of.outcome is None else OUTCOMES[of.outcome],
    }


def _request(one: RequestFacts, at: AsAt) -> ShownRequest:
    asked = one.request
    return {
        "reference": asked.reference,
        "child": child_id(one.line.known.child),
        "name": first_name(one.line.known.person),
        "worker": asked.worker,
        "worker_name": one.worker_name,
        "reach": asked.reach,
        "purpose": asked.purpose,
        "asked_on": iso_day(asked.asked_on),
        "answer_by": iso_day(asked.answer_by),
        "late": asked.waits and asked.answer_by < at.day,
        "waits": asked.waits,
        "outcome": asked.outcome,
        "told": OUTCOMES[asked.outcome],
        "holder": asked.holder,
        "holder_name": one.holder_name,
        "said_on": iso(asked.said_on),
    }
