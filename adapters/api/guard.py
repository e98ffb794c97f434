"""What stands around every request: who may call, what browsers may keep, and that no exception gets past."""

import time
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.api.problems import problem
from adapters.logs import describe, get_logger

_SECURITY: Final = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}
_STORED: Final = ("/docs/assets/",)  # the documentation's own files, the same for everyone

_log = get_logger("api")


class Guard:
    """The outermost layer of the application.

    `local`: the server listens on this machine only, so every caller is its user. A web page elsewhere must not become
    that user by having its own name point here: then only addresses and names without a dot are answered.
    """

    def __init__(self, app: ASGIApp, *, local: bool) -> None:
        self._app = app
        self._local = local

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.monotonic()
        status = 0

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers.update(_SECURITY)
                if not scope["path"].startswith(_STORED):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        try:
            if self._local and not _is_local(Headers(scope=scope)):
                refusal = problem(HTTPStatus.MISDIRECTED_REQUEST, "this service is for users of its own machine")
                await refusal(scope, receive, send_on)
            else:
                await self._app(scope, receive, send_on)
        except Exception as error:  # noqa: BLE001 - the last one to see it; servers would print it with its text
            _log.error("request_failed", request=_name(scope), **describe(error))
            if not status:
                await problem(HTTPStatus.INTERNAL_SERVER_ERROR)(scope, receive, send_on)
        _log.info("request_answered", request=_name(scope), status=status, ms=round((time.monotonic() - began) * 1000))


def _name(scope: Scope) -> str | None:
    """What was asked, by the name of its handler: the path was typed by the caller and may hold anything."""
    endpoint: Any = scope.get("endpoint")
    return getattr(endpoint, "__name__", None)


def _is_local(headers: Headers) -> bool:
    host, origin = headers.get("host", ""), headers.get("origin", "")
    return (not host or _cannot_be_rebound(f"//{host}")) and (not origin or _cannot_be_rebound(origin))


def _cannot_be_rebound(url: str) -> bool:
    """Whether nobody outside this machine decides where a name points: an address, or a name without a dot."""
    try:
        name = urlsplit(url).hostname or ""
    except ValueError:
        return False
    try:
        ip_address(name)
    except ValueError:
        return "." not in name or name.endswith(".localhost")
    return True
