"""Errors as RFC 9457 problem+json, mapped once. No problem quotes what was sent, and none shows our inside."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import orjson
import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from adapters.codec.encode import plain_name
from adapters.log.trouble import (
    DATABASE_BUSY,
    DATABASE_FULL,
    DATABASE_REFUSES,
    DatabaseTrouble,
    sentence_of,
    trouble_of,
)
from adapters.process.logs import describe, get_logger
from domain.errors import ClockWrong, IcrError, Misuse, NothingKnown, Overtaken, Rejected, Unreachable
from domain.reasons import REASONS

MEDIA_TYPE: Final = "application/problem+json"
RETRY_SECONDS: Final = 5
_AGAIN_SECONDS: Final = 1
_MOST_ERRORS: Final = 20  # fields of a question that are told at once; it has fewer than ten
# Seconds after which a trouble may be over by itself, or by a person's hand.
_RETRY: Final[Mapping[str, int]] = {DATABASE_BUSY: 1, DATABASE_FULL: 60, DATABASE_REFUSES: 60}

# Where a reason code is not the fault of one field. Of the first two, the request itself could not be read.
_STATUS: Final[Mapping[str, HTTPStatus]] = {
    "undecodable": HTTPStatus.BAD_REQUEST,
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    # The request is right, and what it builds on is otherwise.
    "already_so": HTTPStatus.CONFLICT,
    "not_so": HTTPStatus.CONFLICT,
}

# What pydantic finds, in the contract's words: code and, where its own sentence would not do, ours.
_FOUND: Final[Mapping[str, tuple[str, str | None]]] = {
    "missing": ("missing_field", "the field is required"),
    "extra_forbidden": ("unknown_field", "the field is not one this request has"),
    "string_too_short": ("missing_field", "the text is empty"),
    "string_too_long": ("too_large", None),
    "rejected": ("", None),
}

_log = get_logger("api")


class Refused(Exception):
    """A request refused with a status of its own; nothing of it is stored. `detail` never holds what was sent."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        reason: str | None = None,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, reason)
        self.status = status
        self.detail = detail
        self.reason = reason
        self.field = field
        self.headers = headers


def problem(
    status: HTTPStatus,
    detail: str | None = None,
    *,
    reason: str | None = None,
    field: str | None = None,
    errors: Sequence[Mapping[str, str | None]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One problem document. Its type is the reason's entry in `/v1/reasons`, where there is one (RFC 9457, 3.1.1)."""
    known = REASONS.get(reason or "")
    document: dict[str, Any] = {
        "type": f"/v1/reasons#{known.code}" if known else "about:blank",
        "title": known.sentence if known else status.phrase,
        "status": int(status),
    }
    document |= {"detail": detail} if detail else {}
    document |= {"reason": known.code} if known else {}
    document |= {"field": field} if field else {}
    document |= {"errors": list(errors)} if errors else {}
    return Response(orjson.dumps(document), int(status), headers, MEDIA_TYPE)


def unreachable(detail: str, seconds: int = RETRY_SECONDS) -> Response:
    """503: what the service needs does not answer; the same request may be sent again."""
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": str(seconds)})


def in_trouble(trouble: str, what_now: str) -> Response:
    """503: the database is in a trouble of `TROUBLES`; when to send the request again."""
    return unreachable(f"{sentence_of(trouble)}; {what_now}", _RETRY.get(trouble, RETRY_SECONDS))


def of_error(error: IcrError) -> Response:
    """One of our own errors as a problem."""
    if isinstance(error, Rejected):
        status = _STATUS.get(error.reason, HTTPStatus.UNPROCESSABLE_ENTITY)
        return problem(status, error.rule, reason=error.reason, field=error.field)
    if isinstance(error, Misuse):
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, error.message)
    if isinstance(error, NothingKnown):
        return problem(HTTPStatus.NOT_FOUND, str(error))
    if isinstance(error, Overtaken):
        return unreachable(str(error), _AGAIN_SECONDS)
    if isinstance(error, ClockWrong):
        return unreachable(str(error))
    if isinstance(error, DatabaseTrouble):
        return in_trouble(error.trouble, "nothing was changed")
    if isinstance(error, Unreachable):
        return unreachable(f"{error.what} could not be reached; nothing was changed")
    _log.error("request_failed", **describe(error))
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR)


def _path(location: Sequence[int | str]) -> str | None:
    """The field of a validation error, without `body`; a name that is not ours is a `?`, for it may hold a value."""
    path = ""
    for step in location[1:]:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path or None


def _of_validation(error: RequestValidationError) -> Response:
    errors: list[dict[str, str | None]] = []
    for found in error.errors()[:_MOST_ERRORS]:
        kind, location = str(found["type"]), list(found["loc"])
        reason, rule = _FOUND.get(kind, ("bad_value", None))
        if kind == "extra_forbidden":
            location[-1] = plain_name(location[-1])
        if kind == "rejected":
            reason = found["ctx"]["reason"]
        errors.append({"field": _path(location), "reason": reason, "rule": rule or str(found["msg"])})
    first = errors[0]
    return problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, first["rule"], reason=first["reason"], field=first["field"], errors=errors
    )


def add_handlers(app: FastAPI) -> None:
    """Teach an application to answer every error with a problem. What is not foreseen here is the guard's."""

    async def refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        error.__traceback__ = None  # it and the frames that raised it hold each other, and the body with them
        return problem(error.status, error.detail, reason=error.reason, field=error.field, headers=error.headers)

    async def ours(_: Request, error: Exception) -> Response:
        assert isinstance(error, IcrError)
        answer = of_error(error)
        error.__traceback__ = None
        return answer

    async def invalid(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return _of_validation(error)

    async def http(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return problem(HTTPStatus(error.status_code), headers=error.headers)

    async def database(_: Request, error: Exception) -> Response:
        trouble = trouble_of(error)
        if trouble is None:  # a fault of this program, which is the guard's
            raise error
        _log.warning(trouble, **describe(error))
        return in_trouble(trouble, "what was sent may be sent again")

    async def without_tables(_: Request, error: Exception) -> Response:
        _log.error("tables_missing", **describe(error))
        return unreachable("the database has not this version's tables")

    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(IcrError, ours)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    # A lost connection may have committed: sending again is safe, for what was accepted is then a duplicate.
    app.add_exception_handler(psycopg.Error, database)
    for missing in (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):
        app.add_exception_handler(missing, without_tables)
