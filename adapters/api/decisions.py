"""`POST /v1/decisions/…`: the commands, one route for each row of the table of decisions."""

from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any

import orjson
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from adapters.api.lending import Lending
from adapters.api.plain import QuestionRoute
from adapters.api.reads import Day, Identifier, Record, Text, Worker
from adapters.api.shapes import Position
from adapters.api.work_queues import WorkQueues
from adapters.commands import offered
from adapters.commands.decided import Commands
from adapters.commands.offered import EXAMPLE_CHILD, Offered
from adapters.process.clock import Clock, today


class Decision(BaseModel):
    """What every command says: of which child, for which worker, and from which day."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)

    identifier: Identifier | None = None
    record: Record | None = None
    worker: Worker
    on: Annotated[Day | None, Field(description="The day from which it holds; without it today in London")] = None

    @model_validator(mode="after")
    def _one_way(self) -> "Decision":
        if (self.identifier is None) == (self.record is None):
            rule = "either identifier or record"
            raise PydanticCustomError("rejected", "{rule}", {"reason": "missing_field", "rule": rule})
        return self

    @property
    def child(self) -> str:
        """Of which child."""
        return str(self.identifier or self.record)


class Appended(BaseModel):
    """The event that a decision became, as `POST /v1/events` would show it."""

    event_id: str
    event_type: str
    position: Position


def decisions_router(lending: Lending[Commands], clock: Clock, queues: WorkQueues) -> APIRouter:
    """The routes of all commands."""
    router = APIRouter(prefix="/v1/decisions", tags=["Decisions"], route_class=QuestionRoute)
    said: dict[int | str, dict[str, Any]] = {
        HTTPStatus.NOT_FOUND.value: {"description": "Nothing is known under that identifier"},
        HTTPStatus.CONFLICT.value: {
            "description": "It is so already, or what it builds on is not so: the rule says which"
        },
    }
    for one in offered.offered():
        router.add_api_route(
            f"/{one.name}", queues.deciding.takes(_route(one, lending, clock, queues)), methods=["POST"],
            status_code=HTTPStatus.CREATED, response_model=Appended, responses=said, summary=one.title,
            description=f"Appends one `{one.event_type}`, if the child's timeline allows it.", name=one.name,
        )  # fmt: skip
    return router


def body_of(one: Offered) -> type[Decision]:
    """The body of a command's request."""
    fields: dict[str, Any] = {}
    for field in one.fields:
        codes = {"enum": list(field.codes)} if field.codes else None
        text = Annotated[Text, Field(description=field.means, json_schema_extra=codes)]
        fields[field.name] = (text, ...) if field.needed else (text | None, None)
    name = "".join(word.capitalize() for word in one.name.split("-"))
    made = create_model(f"{name}Decision", __base__=Decision, __doc__=f"{one.title}.", **fields)
    made.model_config["json_schema_extra"] = {"examples": [{"identifier": EXAMPLE_CHILD, **one.example}]}
    made.model_rebuild(force=True)
    return made


def _route(one: Offered, lending: Lending[Commands], clock: Clock, queues: WorkQueues) -> Callable[..., Response]:
    said = [field.name for field in one.fields]

    def decide(decision: Decision) -> Response:
        on: date = decision.on or today(clock)
        command = offered.command_of(decision.worker, on, {name: getattr(decision, name) for name in said})
        with lending.borrow() as commands, queues.queries.on(commands.connection):
            answer = commands.carry_out(one.name, decision.child, command)
        return Response(orjson.dumps(answer), int(HTTPStatus.CREATED), media_type="application/json")

    decide.__annotations__["decision"] = body_of(one)
    return decide
