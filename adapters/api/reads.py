"""The questions, asked by POST so that no identifier is in a URL. All of them pass `adapters.questions`, one place."""

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any

import orjson
from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from adapters.api import shapes
from adapters.api.plain import QuestionRoute
from adapters.api.problems import Refused
from adapters.api.work_queues import WorkQueue
from adapters.codec.times import DAY_RULE, KNOWN_AT_RULE, read_day, read_known_at
from adapters.process.clock import Clock, today
from adapters.questions import Questions
from domain.errors import Rejected
from domain.identifiers import parse_identifier


def _said(reason: str, rule: str) -> PydanticCustomError:
    return PydanticCustomError("rejected", "{rule}", {"reason": reason, "rule": rule})


def _day(value: object) -> date:
    if not isinstance(value, str):
        raise _said("bad_value", DAY_RULE)
    try:
        return read_day(value, "")
    except Rejected as rejected:
        raise _said(rejected.reason, DAY_RULE) from None


def _identifier(value: str) -> str:
    checked = parse_identifier(value)
    if not checked.valid:
        raise _said(checked.reason or "bad_form", "an identifier that passes its check, written SCHEME:VALUE")
    return value


def _printable(value: str) -> str:
    if not value.isprintable():
        raise _said("bad_value", "a text without control characters")
    return value


def _known_at(value: str) -> str:
    if not read_known_at(value):
        raise _said("bad_value", KNOWN_AT_RULE)
    return value


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Identifier = Annotated[
    str,
    Field(max_length=200, description="`SCHEME:VALUE`, for example `upn:B808200000066` or `agency:la-808:mosaic:77`"),
    AfterValidator(_identifier),
]
Record = Annotated[
    str, Field(pattern=r"^[rc]-[0-9a-f]{32}$", description="A record or child, `r-…` or `c-…`, as answers show it")
]
Text = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_printable)]
Area = Annotated[
    Text,
    Field(
        description="An area of the maps that were loaded; without any map the first part of the postcode, for example `TS18`"
    ),
]
Worker = Annotated[
    str,
    Field(max_length=200, pattern=r"^[^:]+:.+$", description="`ORGANISATION:STAFF_ID`"),
    AfterValidator(_printable),
]
KnownAt = Annotated[
    str,
    Field(
        max_length=60,
        description="A position (`generation:number`, or a number), or an instant with zone; without it now",
    ),
    AfterValidator(_known_at),
]


class Question(BaseModel):
    """As at which day, and as known when; without them today, and everything known now."""

    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)

    effective_at: Annotated[Day | None, Field(description="The day asked about; without it today in London")] = None
    known_at: KnownAt | None = None


class FindChildren(Question):
    """Which children: by one identifier, or by family name and date of birth."""

    identifier: Identifier | None = None
    family: Text | None = None
    born: Day | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "FindChildren":
        named = self.family is not None and self.born is not None
        if (self.identifier is None) != named or (self.family is None) != (self.born is None):
            raise _said("missing_field", "either identifier, or family and born")
        return self


class OneChild(Question):
    """Which child: by an identifier, or by its id or that of any of its records."""

    identifier: Identifier | None = None
    record: Record | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "OneChild":
        if (self.identifier is None) == (self.record is None):
            raise _said("missing_field", "either identifier or record")
        return self


class OneTimeline(OneChild):
    """Which child's timeline, and whether with what was taken back."""

    retracted: Annotated[bool, Field(description="Also show facts that were retracted")] = False


class Caseload(Question):
    """Whose caseload."""

    worker: Worker


class ChangedSince(Caseload):
    """Whose children, and since when."""

    since: Annotated[KnownAt, Field(description="A position, or an instant with zone: what was known by then")]


class Gaps(Question):
    """Gaps of lead, of an area or of all."""

    area: Area | None = None


class Families(Question):
    """Families out of touch, of an area or of all, with at least `lost` domains out of touch."""

    area: Area | None = None
    lost: Annotated[int | None, Field(ge=0, le=10)] = None


class Family(Question):
    """Which family."""

    family: Annotated[Text, Field(description="A family's id, as the list shows it")]


def _answer(document: Mapping[str, Any] | None, what: str) -> Response:
    if document is None:
        raise Refused(HTTPStatus.NOT_FOUND, f"no {what} is known by that, as of then")
    return Response(orjson.dumps(document), media_type="application/json")


def _of(shape: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    return {200: {"model": shape, "description": "The answer"}}


def reads_router(questions: Questions, clock: Clock, queue: WorkQueue) -> APIRouter:
    """The routes that answer questions about children, leads and families."""
    router = APIRouter(prefix="/v1", route_class=QuestionRoute)

    def at(question: Question) -> date:
        return question.effective_at or today(clock)

    @router.post("/children/find", summary="Find children", tags=["Children"], responses=_of(shapes.FoundChildren))
    @queue.takes
    def find_children(question: FindChildren) -> Response:
        """Lines of the children's index; none, with `refine`, where more than ten would fit."""
        with questions.ask(question.known_at) as asked:
            found = asked.find(
                identifier=question.identifier, family=question.family, born=question.born, effective_at=at(question)
            )
        return _answer(found, "child")

    @router.post(
        "/children/show", summary="One child's index line", tags=["Children"], responses=_of(shapes.ShownChild)
    )
    @queue.takes
    def show_child(question: OneChild) -> Response:
        """Who, where, school, GP, open involvements with contact, lead."""
        with questions.ask(question.known_at) as asked:
            found = asked.child(identifier=question.identifier, record=question.record, effective_at=at(question))
        return _answer(found, "child")

    @router.post(
        "/children/timeline", summary="One child's timeline", tags=["Children"], responses=_of(shapes.Timeline)
    )
    @queue.takes
    def show_timeline(question: OneTimeline) -> Response:
        """Every interval and moment of the child, with the events that say so."""
        with questions.ask(question.known_at) as asked:
            found = asked.timeline(
                identifier=question.identifier,
                record=question.record,
                retracted=question.retracted,
                effective_at=at(question),
            )
        return _answer(found, "child")

    @router.post("/leads/caseload", summary="A worker's caseload", tags=["Leads"], responses=_of(shapes.WorkerCaseload))
    @queue.takes
    def show_caseload(question: Caseload) -> Response:
        """The children a worker works with, leads for or is nominated to lead for, with their leads and gaps."""
        with questions.ask(question.known_at) as asked:
            return _answer(asked.caseload(worker=question.worker, effective_at=at(question)), "worker")

    @router.post("/leads/families", summary="A worker's families", tags=["Leads"], responses=_of(shapes.WorkerFamilies))
    @queue.takes
    def show_my_families(question: Caseload) -> Response:
        """A caseload by family: its children, what it has lost touch with, and where a lead is missing."""
        with questions.ask(question.known_at) as asked:
            return _answer(asked.my_families(worker=question.worker, effective_at=at(question)), "worker")

    @router.post("/leads/changes", summary="What changed", tags=["Leads"], responses=_of(shapes.WorkerChanges))
    @queue.takes
    def show_changes(question: ChangedSince) -> Response:
        """What is new, changed, taken back, begun and cleared for a worker's children since a position or an instant."""
        with questions.ask(question.known_at) as asked:
            found = asked.changes(worker=question.worker, since=question.since, effective_at=at(question))
        return _answer(found, "worker")

    @router.post("/leads/handover", summary="A handover", tags=["Leads"], responses=_of(shapes.WorkerHandover))
    @queue.takes
    def show_handover(question: Caseload) -> Response:
        """What a worker would hand over: whom it leads, the services and team around them, gaps, and reviews due."""
        with questions.ask(question.known_at) as asked:
            return _answer(asked.handover(worker=question.worker, effective_at=at(question)), "worker")

    @router.post("/leads/gaps", summary="Gaps of lead", tags=["Leads"], responses=_of(shapes.ListedGaps))
    @queue.takes
    def show_gaps(question: Gaps) -> Response:
        """Children with help of several agencies and nobody, or more than one, who leads."""
        with questions.ask(question.known_at) as asked:
            return _answer(asked.gaps(area=question.area, effective_at=at(question)), "area")

    @router.post(
        "/families/list", summary="Disconnected families", tags=["Families"], responses=_of(shapes.ListedFamilies)
    )
    @queue.takes
    def list_families(question: Families) -> Response:
        """Families out of touch, by the number of domains they are out of touch with. A prompt to check, no score."""
        with questions.ask(question.known_at) as asked:
            found = asked.families(area=question.area, lost=question.lost, effective_at=at(question))
        return _answer(found, "area")

    @router.post("/families/show", summary="One family", tags=["Families"], responses=_of(shapes.ShownFamily))
    @queue.takes
    def show_family(question: Family) -> Response:
        """One family's children, indicators, evidence, and what would clear them."""
        with questions.ask(question.known_at) as asked:
            return _answer(asked.family(family=question.family, effective_at=at(question)), "family")

    return router
