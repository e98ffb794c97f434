"""`POST /v1/decisions/…`: the commands, one route for each row of the table of decisions."""

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, create_model
from pydantic import Field as ModelField
from starlette.responses import Response

from adapters.api.asking import value_of
from adapters.api.lending import Lending
from adapters.api.plain import QuestionRoute
from adapters.api.systems import check_worker
from adapters.api.work_queues import WorkQueues
from adapters.commands import offered
from adapters.commands.decided import Commands
from adapters.commands.offered import EXAMPLE_CHILD, Offered
from adapters.process.clock import Clock, today
from domain.errors import Rejected
from domain.questions.asking import EFFECTIVE_AT, IDENTIFIER, RECORD, WORKER, Field, Kind

# What every command is told: of which child, for whom, and from which day.
_CHILD: Final = {"identifier": IDENTIFIER, "record": RECORD}
_WORKER: Final = replace(WORKER, says="For whom: who leads, joins, or works there, `ORGANISATION:STAFF_ID`")
_ON: Final = replace(EFFECTIVE_AT, says="The day from which it holds; without it today in London")


class Appended(BaseModel):
    """The event that a decision became, as `POST /v1/events` would show it."""

    event_id: str
    event_type: str
    position: Annotated[
        str, ModelField(pattern=r"^\d+:\d+$", description="Where it stands in the log; opaque, ordered")
    ]


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


def body_of(one: Offered) -> type[BaseModel]:
    """The body of a command's request."""
    fields: dict[str, Any] = {name: _field(field, needed=False) for name, field in {**_CHILD, "on": _ON}.items()}
    fields["worker"] = _field(_WORKER, needed=True)
    for said in one.fields:
        codes = {"enum": list(said.codes)} if said.codes else None
        fields[said.name] = _field(Field(Kind.TEXT, said.means, "TEXT"), needed=said.needed, extra=codes)
    name = "".join(word.capitalize() for word in one.name.split("-"))
    example: Any = {"identifier": EXAMPLE_CHILD, **one.example}
    config = ConfigDict(
        strict=True, extra="forbid", frozen=True, hide_input_in_errors=True, json_schema_extra={"examples": [example]}
    )
    return create_model(f"{name}Decision", __config__=config, __doc__=f"{one.title}.", **fields)


def _field(field: Field, *, needed: bool, extra: dict[str, Any] | None = None) -> tuple[Any, Any]:
    described = ModelField(description=field.says, json_schema_extra=extra)
    value = value_of(field)
    return (Annotated[value, described], ...) if needed else (Annotated[value | None, described], None)


def _route(one: Offered, lending: Lending[Commands], clock: Clock, queues: WorkQueues) -> Callable[..., Response]:
    said = [field.name for field in one.fields]

    def decide(decision: BaseModel) -> Response:
        given = dict(decision)
        if (given["identifier"] is None) == (given["record"] is None):
            raise Rejected("missing_field", "identifier", "either an identifier or a record")
        check_worker(given["worker"])
        command = offered.command_of(given["worker"], given["on"] or today(clock), {name: given[name] for name in said})
        with lending.borrow() as commands, queues.queries.on(commands.connection):
            answer = commands.carry_out(one.name, given["identifier"] or given["record"], command)
        return Response(orjson.dumps(answer), int(HTTPStatus.CREATED), media_type="application/json")

    decide.__annotations__["decision"] = body_of(one)
    return decide
