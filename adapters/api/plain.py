"""How request bodies are read: bounded, announced as what they are, and plain JSON where they are JSON (contract 2)."""

from collections.abc import Awaitable, Callable, Coroutine
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from adapters.api.callers import CALLER
from adapters.api.problems import RETRY_SECONDS, Refused
from adapters.codec.json_form import parse
from domain.errors import Rejected

JSON: Final = "application/json"
_LONGEST_TYPE: Final = 200  # characters of a media type with its parameters
MAX_QUESTION: Final = 16 * 1024  # bytes; a question names one child, worker or family

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def media_type(request: Request) -> str:
    """The media type a request announces, in lower case without parameters; `` when it announces none.

    Raises Refused (415) for a character set other than UTF-8 and for a compressed body.
    """
    if any(value.lower() != "identity" for value in request.headers.getlist("content-encoding")):
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "a body is sent as it is, not compressed")
    given = ", ".join(request.headers.getlist("content-type"))
    media, *parameters = given[: _LONGEST_TYPE + 1].split(";")
    if len(given) > _LONGEST_TYPE or "," in given:
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "a request announces one media type")
    for name, _, value in (parameter.partition("=") for parameter in parameters):
        if name.strip().lower().startswith("charset") and value.strip(' \t"').lower() not in ("utf-8", "utf8"):
            raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "text is UTF-8")
    return media.strip().lower()


async def read_body(request: Request, most: int) -> bytes:
    """The body of a request of at most `most` bytes, counted as it comes.

    Raises Refused (413, 400), having read no more than that, and (503) where too much of others is held already.
    """
    announced = request.headers.get("content-length", "0")
    size = int(announced) if announced.isdecimal() and len(announced) < 16 else most + 1
    caller = CALLER.get()
    chunks: list[bytes] = []
    if size <= most:
        size = 0
        async for chunk in request.stream():
            size += len(chunk)
            chunks.append(chunk)
            if size > most:
                break
            if caller is not None and not caller.hold(len(chunk)):
                said = {"Retry-After": str(RETRY_SECONDS)}
                raise Refused(HTTPStatus.SERVICE_UNAVAILABLE, "too much is being sent at once", headers=said)
    if size > most:
        rule = f"a request has at most {most} bytes"
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, rule, reason="too_large")
    if not size:
        raise Refused(HTTPStatus.BAD_REQUEST, "the body is empty", reason="undecodable")
    return b"".join(chunks)


def check_query(request: Request, allowed: set[str]) -> None:
    """Refuse query parameters that are not known or come twice: a mistyped `validate_only` must not record anything."""
    names = [name for name, _ in request.query_params.multi_items()]
    if len(set(names)) < len(names) or not set(names) <= allowed:
        known = ", ".join(sorted(allowed)) or "none"
        raise Refused(HTTPStatus.BAD_REQUEST, f"query parameters of this address: {known}; each at most once")


class StrictRoute(APIRoute):
    """A route that refuses unknown query parameters."""

    def get_route_handler(self) -> Handler:
        """The handler, with the check before it."""
        handler = super().get_route_handler()
        allowed = {parameter.alias for parameter in self.dependant.query_params}

        async def checked(request: Request) -> Response:
            check_query(request, allowed)
            return await handler(request)

        return checked


class QuestionRoute(StrictRoute):
    """A route whose body is a small JSON object without repeated keys."""

    def get_route_handler(self) -> Handler:
        """The handler, behind the reading of the body."""
        handler = super().get_route_handler()

        async def plain(request: Request) -> Response:
            if media_type(request) != JSON:
                raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"a question is {JSON}")
            body = await read_body(request, MAX_QUESTION)
            try:
                document = parse(body)
            except Rejected as rejected:
                rule = rejected.rule or ""
                raise Refused(HTTPStatus.BAD_REQUEST, rule, reason=rejected.reason, field=rejected.field) from None
            if not isinstance(document, dict):
                raise Refused(HTTPStatus.BAD_REQUEST, "a question is a JSON object", reason="undecodable")
            return await handler(Request(request.scope, _again(body)))

        return plain


def _again(body: bytes) -> Callable[[], Awaitable[dict[str, Any]]]:
    """What gives a body that has been read to whoever reads it next."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
