"""What stands around every request: who may call, what browsers may keep, and that no exception gets past."""

import math
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.api.callers import CALLER, Bodies, Caller, ClientGone
from adapters.api.hosts import Hosts
from adapters.api.problems import problem
from adapters.api.rates import Rates
from adapters.api.work_queues import Queries
from adapters.process.logs import describe, get_logger

_SECURITY: Final = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}
_STORED: Final = ("/docs/assets/", "/static/")  # files of our own, the same for everyone
_UNCOUNTED: Final = "/v1/health"  # whoever watches the service must not be told that others ask too often

# What a connection has said already by itself, where the client was too slow (`adapters.api.connections`).
GIVEN_UP: Final = "given_up"

_log = get_logger("api")


Refuse = Callable[[Scope, HTTPStatus, str | None, dict[str, str] | None], Response]


def as_problem(_: Scope, status: HTTPStatus, detail: str | None, headers: dict[str, str] | None) -> Response:
    """What a program is told that is not answered."""
    return problem(status, detail, headers=headers)


class Guard:
    """The outermost layer of the application. `refuse` says how whoever is not answered is told so."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: Hosts,
        rates: Rates,
        bodies: Bodies,
        queries: Queries,
        refuse: Refuse = as_problem,
    ) -> None:
        self._refuse = refuse
        self._app = app
        self._hosts = hosts
        self._rates = rates
        self._bodies = bodies
        self._queries = queries

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.monotonic()
        status = 0
        headers = Headers(scope=scope)
        caller = Caller(receive, self._bodies, has_body=_has_body(headers))

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                answer = MutableHeaders(scope=message)
                for name, value in _SECURITY.items():
                    answer.setdefault(name, value)  # a page may have stricter ones of its own
                if not scope["path"].startswith(_STORED):
                    answer["Cache-Control"] = "no-store"
                if not caller.heard_out:
                    answer["Connection"] = "close"  # what is left of the request is not waited for
            await send(message)

        try:
            refusal = self._refusal(scope, headers)
            if refusal is not None:
                await refusal(scope, receive, send_on)
            else:
                await self._answer(scope, caller, send_on)
        except (ClientDisconnect, ClientGone):
            pass
        except Exception as error:  # noqa: BLE001 - the last one to see it; servers would print it with its text
            _log.error("request_failed", request=_name(scope), **describe(error))
            if not status:
                await problem(HTTPStatus.INTERNAL_SERVER_ERROR)(scope, receive, send_on)
        finally:
            caller.end()
        status = scope.get("state", {}).get(GIVEN_UP, status)
        said = "request_answered" if status else "client_gone"
        _log.info(said, request=_name(scope), status=status or None, ms=round((time.monotonic() - began) * 1000))

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """Why a request is not even looked at, if it is not."""
        client = scope.get("client")
        wait = 0.0 if scope["path"] == _UNCOUNTED else self._rates.wait(client[0] if client else "")
        if wait:
            said = {"Retry-After": str(math.ceil(wait))}
            return self._refuse(scope, HTTPStatus.TOO_MANY_REQUESTS, "this client asks too often", said)
        if not self._hosts.knows(headers.get("host", "")):
            detail = "the service is not called by this name (see ICR_HTTP_HOSTS)"
            return self._refuse(scope, HTTPStatus.MISDIRECTED_REQUEST, detail, None)
        if not self._hosts.welcomes(headers, scope["method"], scope["path"]):
            return self._refuse(scope, HTTPStatus.FORBIDDEN, "requests of other web pages are not answered", None)
        return None

    async def _answer(self, scope: Scope, caller: Caller, send: Send) -> None:
        """Let the application answer for as long as the client is there; raises what it raises, or ClientGone."""
        failure: Exception | None = None
        token = CALLER.set(caller)
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._watch, caller, group.cancel_scope.cancel)
                try:
                    await self._app(scope, caller.receive, send)
                except Exception as error:  # noqa: BLE001 - raised below, out of the group, which would wrap it
                    failure = error
                group.cancel_scope.cancel()
        finally:
            CALLER.reset(token)
        if caller.gone:
            raise ClientGone from None
        if failure is not None:
            raise failure

    async def _watch(self, caller: Caller, leave: Any) -> None:  # noqa: ANN401 - a scope's `cancel`
        await caller.watch(leave)
        with anyio.CancelScope(shield=True):
            await self._queries.cancel_until_gone(caller)


def _has_body(headers: Headers) -> bool:
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


def _name(scope: Scope) -> str | None:
    """What was asked, by the name of its handler: the path was typed by the caller and may hold anything."""
    endpoint: Any = scope.get("endpoint")
    return getattr(endpoint, "__name__", None)
