"""The questions, asked by POST so that no identifier is in a URL; those about no child by GET. All of them pass the door."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from inspect import Parameter, Signature
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.responses import Response

from adapters.api.asking import FOR_WHOM, body_of, value_of
from adapters.api.plain import QuestionRoute, StrictRoute
from adapters.api.problems import Refused
from adapters.api.systems import viewer, viewer_for
from adapters.api.work_queues import WorkQueue
from adapters.questions.door import Door
from adapters.questions.staff import Staff
from adapters.questions.table import GET, QUESTIONS, Row
from domain.access.viewer import Viewer
from domain.errors import Rejected
from domain.questions.asking import fields_of, is_required
from domain.senders import WRONG

RECEIPT: Final = "ICR-Access"  # of an answer that was logged: the entry, by which it is replayed


def reads_router(door: Door, staff: Staff, queue: WorkQueue) -> APIRouter:
    """The routes that answer questions: one for each row of the table that has a path."""
    router = APIRouter(prefix="/v1")
    for row in QUESTIONS:
        if row.path is not None:
            router.add_api_route(
                f"/{row.path}",
                queue.takes(_asked_by_get(row, door) if row.method == GET else _asked_by_post(row, door, staff)),
                methods=[row.method],
                summary=row.title,
                description=row.says,
                tags=[row.group],
                operation_id=row.name,
                route_class_override=StrictRoute if row.method == GET else QuestionRoute,
            )
    return router


def _answer(row: Row, door: Door, given: Mapping[str, Any], worker: Viewer | None = None) -> Response:
    answered = door.answer(row.question(**given), worker or viewer(given.get("organisation")))
    if answered is None:
        raise Refused(HTTPStatus.NOT_FOUND, row.not_known)
    headers = {} if answered.receipt is None else {RECEIPT: answered.receipt.entry}
    return Response(orjson.dumps(answered.as_json()), headers=headers, media_type="application/json")


def _asked_by_post(row: Row, door: Door, staff: Staff) -> Callable[..., Response]:
    body = body_of(row)

    def ask(question: BaseModel) -> Response:
        given = dict(question)
        worker, because = (given.pop(name) for name in FOR_WHOM)
        if worker is None:
            if because is not None:
                raise Rejected("missing_field", "acting_for", "who says why, for whom the system asks")
            return _answer(row, door, given)
        found = viewer_for(staff, worker, because)
        if found is None:
            door.answer(row.question(**given), viewer(None))  # the attempt is the system's own, and logged as one
            raise Rejected(
                WRONG, "acting_for", "a worker of an organisation for which this client speaks, who has not left"
            )
        return _answer(row, door, given, found)

    ask.__annotations__["question"] = body
    ask.__name__ = row.name
    return ask


def _asked_by_get(row: Row, door: Door) -> Callable[..., Response]:
    def ask(**given: Any) -> Response:  # noqa: ANN401 - values of the question's fields
        return _answer(row, door, given)

    parameters = [
        Parameter(
            name,
            Parameter.KEYWORD_ONLY,
            default=Parameter.empty if is_required(row.question, name) else default,
            annotation=Annotated[
                value_of(field) if default is not None else value_of(field) | None, Query(description=field.says)
            ],
        )
        for name, field in fields_of(row.question)
        for default in [row.question.__dataclass_fields__[name].default]
    ]
    ask.__name__ = row.name
    ask.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    return ask
