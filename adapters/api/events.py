"""`POST /v1/events`: the second of the three entrances; it calls the same recorder as the others (design 2)."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BeforeValidator
from starlette.responses import Response

from adapters.api.lending import Lending
from adapters.api.media import FORMS, MAX_BODY, take_apart
from adapters.api.plain import StrictRoute, media_type, read_body
from adapters.api.problems import Refused
from adapters.api.systems import sender
from adapters.api.work_queues import WorkQueues
from adapters.log.messages import Counts, Message, Outcome
from adapters.log.recorder import Recorder

ValidateOnly = Annotated[
    bool,
    BeforeValidator(lambda value: value == "" or value),  # `?validate_only` alone asks for it
    Query(description="Say what would become of the events; record nothing"),
]


def events_router(recorders: Lending[Recorder], queues: WorkQueues) -> APIRouter:
    """The route that takes events."""
    router = APIRouter(prefix="/v1", route_class=StrictRoute)

    async def read(request: Request) -> tuple[str, bytes]:
        """Media type and body; it is taken apart in a thread of its own, not here between other requests."""
        media = media_type(request)
        if media not in FORMS:
            raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"events are sent as one of {', '.join(FORMS)}")
        queues.publishing.check_room()
        return media, await read_body(request, MAX_BODY)

    @router.post("/events", status_code=HTTPStatus.ACCEPTED, summary="Publish events", tags=["Events"])
    @queues.publishing.takes
    def publish_events(
        sent: Annotated[tuple[str, bytes], Depends(read)],
        *,
        validate_only: ValidateOnly = False,
    ) -> Response:
        """Take in one event or many, and say of each what became of it, once it is in the log or kept in quarantine.

        A request may be sent again at any time: what was accepted before is then a duplicate.
        With `validate_only` the answer is 200, and what was accepted before is not told apart.
        """
        whose = sender()
        messages = [Message(event, sender=whose) for event in take_apart(*sent)]
        with recorders.borrow() as recorder, queues.queries.on(recorder.connection):
            if validate_only:
                return _answer(HTTPStatus.OK, recorder.check(messages), 0)
            outcomes = recorder.record(messages) if messages else []
            row = recorder.connection.execute("SELECT generation FROM log.head").fetchone()
        assert row is not None
        return _answer(HTTPStatus.ACCEPTED, outcomes, row[0])

    return router


def _answer(status: HTTPStatus, outcomes: Sequence[Outcome], generation: int) -> Response:
    counts = Counts()
    counts.add(outcomes)
    document = {**counts.as_json(), "outcomes": [_outcome(n, one, generation) for n, one in enumerate(outcomes)]}
    return Response(orjson.dumps(document), int(status), media_type="application/json")


def _outcome(index: int, outcome: Outcome, generation: int) -> dict[str, Any]:
    """What became of one event; `event_id` goes back to whoever sent it and to nobody else."""
    return {
        "index": index,
        "event_id": outcome.event_id,
        "event_type": outcome.event_type,
        "outcome": outcome.outcome,
        "reason": outcome.reason,
        "field": outcome.field,
        "rule": outcome.rule,
        "position": None if outcome.position is None else f"{generation}:{outcome.position}",
        "set_aside": [{"reason": reason, "field": field} for reason, field in outcome.set_aside],
    }
