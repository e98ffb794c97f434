"""`GET /v1/feedback`: what became of an agency's own events. Nothing in its address is about a child."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Annotated, Any

import orjson
import psycopg
from fastapi import APIRouter, Query
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from adapters.api import shapes_feedback as shapes
from adapters.api.plain import StrictRoute
from adapters.api.work_queues import WorkQueue
from adapters.questions.feedback import CURSOR, MOST, USUAL, read_page
from adapters.service.opened import Service

_LONGEST_CURSOR = 64


def _printable(value: str) -> str:
    if not value.isprintable():
        raise PydanticCustomError("rejected", "a text without control characters", {"reason": "bad_value"})
    return value


Organisation = Annotated[
    str,
    Query(min_length=1, max_length=100, description="Whose events: the source organisation, for example `urn-900001`"),
    AfterValidator(_printable),
]
Since = Annotated[
    str | None,
    Query(
        max_length=_LONGEST_CURSOR, pattern=CURSOR,
        description="The `next` of the answer before; without it from the beginning",
    ),
]  # fmt: skip
Limit = Annotated[int, Query(ge=1, le=MOST, description="At most so many")]


def feedback_router(
    service: Service, connection: Callable[[], AbstractContextManager[psycopg.Connection[Any]]], queue: WorkQueue
) -> APIRouter:
    """The route that tells an agency what became of its events; `connection` lends one for a read."""
    router = APIRouter(prefix="/v1", route_class=StrictRoute)

    @router.get(
        "/feedback",
        summary="What became of an agency's events",
        tags=["Events"],
        responses={200: {"model": shapes.FeedbackPage, "description": "What came after the cursor, in order"}},
    )
    @queue.takes
    def read_feedback(organisation: Organisation, since: Since = None, limit: Limit = USUAL) -> Response:
        """What became of each of an organisation's events since a cursor, and what it is asked to publish again.

        Ask again with `next`, at once while there is `more`: each outcome is told once. An organisation that has
        published nothing is told nothing; what others hold is told to nobody.
        """
        with connection() as lent:
            page = read_page(lent, service.keys, [organisation], since, limit, service.schema_ids)
        return Response(orjson.dumps(page.as_json(organisation)), media_type="application/json")

    return router
