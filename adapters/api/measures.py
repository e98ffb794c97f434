"""`GET /v1/measures`: how the system does, as at a day and by area. Nothing in its address, or its answer, is about a child."""

from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from adapters.api import reads
from adapters.api.plain import StrictRoute
from adapters.api.shapes import Day, NumberBeingMended, Position
from adapters.api.work_queues import WorkQueue
from adapters.process.clock import Clock, today
from adapters.questions import Questions
from domain.measures.figures import MINIMUM

Number = Annotated[float | int | None, Field(description="null: there is none, or it is suppressed")]
Count = Annotated[int | None, Field(description="null: suppressed")]


class ShownFigure(BaseModel):
    """A figure. `children` are those it is about, `numerator` of `denominator` what was counted of them."""

    value: Annotated[Number, Field(description="The share, the median of days, or how many children, as `unit` says")]
    numerator: Count
    denominator: Count
    children: Count
    median: Annotated[Number, Field(description="Days, of those counted")]
    worst: Annotated[Number, Field(description="Days, of all: of those still waiting, until the day asked about")]
    suppressed: Annotated[
        bool, Field(description=f"It counts fewer than {MINIMUM} children, or would tell of another that does")
    ]
    status: Annotated[Literal["known", "not_known"], Field(description="not_known: a feed it relies on was not heard")]
    feed: str


class AreaFigure(ShownFigure):
    """The figure of an area; of children in none that is known, or may be told, where `area` is null."""

    area: str | None


class ShownMeasure(BaseModel):
    """A measure: of the whole authority (null where one area is asked for), and by area."""

    id: str
    title: str
    unit: Literal["share", "days", "children"]
    all: ShownFigure | None
    areas: list[AreaFigure]


class Measures(BaseModel):
    """Measures of the system, as at a day."""

    as_at: Day
    position: Position
    edition: int
    records_being_mended: NumberBeingMended
    measures: list[ShownMeasure]


def measures_router(questions: Questions, clock: Clock, queue: WorkQueue) -> APIRouter:
    """The route that answers with measures."""
    router = APIRouter(prefix="/v1", route_class=StrictRoute)

    @router.get(
        "/measures",
        summary="Measures of the system",
        tags=["Measures"],
        responses={200: {"model": Measures, "description": "The answer"}},
    )
    @queue.takes
    def show_measures(
        measure: Annotated[reads.Text | None, Query(description="Only this one, by its id")] = None,
        area: Annotated[reads.Area | None, Query()] = None,
        effective_at: Annotated[reads.Day | None, Query(description="The day asked about; without it today")] = None,
        known_at: Annotated[reads.KnownAt | None, Query()] = None,
    ) -> Response:
        """How long children wait, who is assessed again, who has what is due; small numbers suppressed."""
        with questions.ask(known_at) as asked:
            found = asked.measures(name=measure, area=area, effective_at=effective_at or today(clock))
        return Response(orjson.dumps(found), media_type="application/json")

    return router
