"""Which system a request comes from, where systems must sign in: the outermost question of the API, and its address for tokens.

A body is not read of anybody who has not signed in. All below /v1/ needs a token but what a list here names as public.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from hashlib import sha256
from http import HTTPStatus
from math import ceil
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson
from fastapi import APIRouter, Request
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from adapters.api.plain import StrictRoute, media_type, read_body
from adapters.api.problems import RETRY_SECONDS, Refused, problem
from adapters.api.rates import Rates
from adapters.api.tokens import MOST_ASSERTION, SECONDS, NotAClient, Tokens
from adapters.api.work_queues import WorkQueue
from adapters.log.assertions import Assertions
from adapters.log.pool import ReadPool
from adapters.process.clients import (
    ASSERTION_TYPE,
    GRANT,
    TOKEN_PATH,
    Client,
    Clients,
    KnownClient,
    Right,
    watched_clients,
)
from adapters.process.logs import get_logger
from adapters.questions.staff import Staff
from adapters.questions.table import QUESTIONS
from adapters.service.opened import Service
from domain.access.viewer import LOCAL_OPERATOR, Because, Channel, Opening, Role, Viewer
from domain.errors import Misuse, Rejected
from domain.senders import WRONG, Sender

_FORM: Final = "application/x-www-form-urlencoded"
_MOST_FORM: Final = MOST_ASSERTION + 2_048  # bytes
_MOST_FIELDS: Final = 8
_SIGNING_IN: Final = (2, 64)  # at work, and waiting
_PUBLIC: Final = frozenset({"/v1/health", "/v1/reasons", "/v1/schemas"})
_PUBLIC_BELOW: Final = "/v1/schemas/"
# What a client must be allowed to do for an address; for one that is not named here, to ask.
_RIGHTS: Final[Mapping[str, Right]] = {"/v1/events": "publish", "/v1/feedback": "read_feedback"}
_DECISIONS: Final = "/v1/decisions/"
RIGHTS: Final[Mapping[Right, str]] = {
    "publish": "publish", "read_feedback": "read feedback", "ask": "ask questions", "decide": "carry out commands",
}  # fmt: skip

_TEXT: Final = {"type": "string"}
_REQUEST: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            _FORM: {
                "schema": {
                    "type": "object",
                    "required": ["grant_type", "client_assertion_type", "client_assertion"],
                    "properties": {
                        "grant_type": {"const": GRANT},
                        "client_assertion_type": {"const": ASSERTION_TYPE},
                        "client_assertion": {
                            "type": "string",
                            "maxLength": MOST_ASSERTION,
                            "description": "A JWT that the client signed: `iss` and `sub` its id, `aud` this address, `exp` within "
                            f"{SECONDS} seconds, `jti` new each time; `kid` in its header",
                        },
                        "client_id": _TEXT,
                        "scope": {
                            **_TEXT,
                            "description": "Not looked at: a token is good for all that the client may do",
                        },
                    },
                }
            }
        },
    }
}

_log = get_logger("api")


@dataclass(frozen=True, slots=True)
class System:
    """The system that a request comes from; `session` tells one token from another and shows nothing of it."""

    client: Client
    sender: Sender
    session: bytes

    def may(self, path: str) -> bool:
        """Whether it may do what an address is for."""
        right = right_for(path)
        named = path.removeprefix("/v1/")
        return right in self.client.may and (
            right != "ask" or not self.client.questions or named in self.client.questions
        )

    def viewer(self, organisation: str | None) -> Viewer:
        """As whom it asks about an organisation: of that one where it speaks for it, else of the first for which it does."""
        ours = self.client.organisations
        asked = organisation if organisation in ours else ours[0]
        return Viewer(self.client.id, Role.FEED, asked, self.session, Channel.API)


SYSTEM: ContextVar[System | None] = ContextVar("system", default=None)


def sender() -> Sender | None:
    """Who sends what is published now; None where nobody signs in."""
    system = SYSTEM.get()
    return None if system is None else system.sender


def viewer(organisation: str | None) -> Viewer:
    """Who asks now, about an organisation where that is asked about."""
    system = SYSTEM.get()
    return LOCAL_OPERATOR if system is None else system.viewer(organisation)


def viewer_for(staff: Staff, worker: str, reason: str | None) -> Viewer | None:
    """The worker for whom the system asks that asks now, as they are here today; None where it does not speak for them, or they have left.

    That they ask is the system's word, and its organisation's to answer for. How they have signed in there is not known, so it
    is not strongly. Raises Rejected where no system has signed in.
    """
    system = SYSTEM.get()
    if system is None:
        raise Rejected("bad_value", "acting_for", "said by a system that has signed in alone")
    if worker.partition(":")[0] not in system.client.organisations:
        return None
    because = None if reason is None else Because(Opening.CLAIM, reason)
    found = staff.viewer(worker, system.session, Channel.API, because)
    return None if found is None else replace(found, client=system.client.id)


def check_worker(worker: str) -> None:
    """Raise Rejected unless whoever asks now speaks for a worker's organisation."""
    system = SYSTEM.get()
    if system is not None and worker.partition(":")[0] not in system.client.organisations:
        raise Rejected(WRONG, "worker", "a worker of an organisation for which this client speaks")


class SignedIn:
    """Lets requests to the API through that come with a token, once it is known whose that is."""

    def __init__(self, app: ASGIApp, *, tokens: Tokens, rates: Rates) -> None:
        self._app = app
        self._tokens = tokens
        self._rates = rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope.get("path", "")
        if scope["type"] != "http" or not needs_token(path):
            await self._app(scope, receive, send)
            return
        found = self._system(path, Headers(scope=scope))
        if isinstance(found, Response):
            await found(scope, receive, send)
            return
        token = SYSTEM.set(found)
        try:
            await self._app(scope, receive, send)
        finally:
            SYSTEM.reset(token)

    def _system(self, path: str, headers: Headers) -> System | Response:
        given = headers.getlist("authorization")
        kind, _, token = (given[0] if len(given) == 1 else "").partition(" ")
        if kind.lower() != "bearer" or not token:
            return _unknown("a token is needed: see /openapi.json", "Bearer")
        try:
            known = self._tokens.client_of(token.strip())
        except NotAClient as refused:
            _log.warning("system_refused", reason=refused.reason, **_named(refused.client))
            return _unknown("the token is not one of now: sign in again", 'Bearer error="invalid_token"')
        except Misuse:
            return _not_read()
        return self._allowed(path, known, token)

    def _allowed(self, path: str, known: KnownClient, token: str) -> System | Response:
        client = known.client
        system = System(client, known.sender, sha256(token.encode()).digest())
        if not system.may(path):
            right = right_for(path)
            among = " of this kind" if right in client.may else ""
            _log.warning("system_refused", reason=f"may_not_{right}", **_named(client.id))
            said = {"WWW-Authenticate": 'Bearer error="insufficient_scope"'}
            return problem(HTTPStatus.FORBIDDEN, f"this client may not {RIGHTS[right]}{among}", headers=said)
        wait = self._rates.wait(f"client {client.id}")
        if wait:
            said = {"Retry-After": str(ceil(wait))}
            return problem(HTTPStatus.TOO_MANY_REQUESTS, "this client asks too often", headers=said)
        return system


@dataclass(frozen=True, slots=True)
class Systems:
    """What an application has where systems sign in."""

    tokens: Tokens
    rates: Rates
    router: APIRouter
    pool: ReadPool

    @contextmanager
    def lasts(self) -> Iterator[None]:
        """To be entered while the application answers."""
        self.pool.open()
        try:
            yield
        finally:
            self.pool.close()


def systems_of(service: Service) -> Systems | None:
    """As the settings have it; None where no system signs in. Raises Misuse where the file of clients is wrong."""
    settings = service.settings
    if settings.clients_file is None:
        return None
    pool, address = service.read_pool(), f"{settings.public_url}{TOKEN_PATH}"
    clients = watched_clients(settings.clients_file)
    check_questions(clients.now())
    tokens = Tokens(clients, Assertions(pool.connection), service.keys, service.clock, address)
    rates = Rates(settings.client_rate, settings.client_burst)
    return Systems(tokens, rates, tokens_router(tokens, rates, WorkQueue(*_SIGNING_IN)), pool)


def check_questions(clients: Clients) -> None:
    """Raise Misuse where a client is bound to a question that there is not. One that is written later into the file opens nothing."""
    known = {row.path for row in QUESTIONS if row.path is not None}
    for found in clients.values():
        if not known.issuperset(found.client.questions):
            raise Misuse(f"clients_file: {found.client.id}: questions: each one of {', '.join(sorted(known))}")


def needs_token(path: str) -> bool:
    """Whether an address is answered only to a system that has signed in."""
    return path.startswith("/v1/") and path not in _PUBLIC and not path.startswith(_PUBLIC_BELOW)


def right_for(path: str) -> Right:
    """What a client must be allowed to do for an address of the API."""
    return "decide" if path.startswith(_DECISIONS) else _RIGHTS.get(path, "ask")


def tokens_router(tokens: Tokens, rates: Rates, queue: WorkQueue) -> APIRouter:
    """The address at which systems sign in."""
    router = APIRouter(route_class=StrictRoute)

    @router.post(TOKEN_PATH, summary="Sign in as a system", tags=["Signing in"], openapi_extra=_REQUEST)
    async def sign_in(request: Request) -> Response:
        """A token for an assertion that the client signed: `private_key_jwt`, RFC 7523. It is good for five minutes."""
        try:
            fields = await _read_form(request)
        except Refused as refused:
            if refused.status == HTTPStatus.SERVICE_UNAVAILABLE:
                raise
            return _error("invalid_request")
        return await queue.run(lambda: _signed_in(fields, tokens, rates))

    return router


def _signed_in(fields: Mapping[str, str], tokens: Tokens, rates: Rates) -> Response:
    if fields.get("grant_type") != GRANT:
        return _error("unsupported_grant_type" if "grant_type" in fields else "invalid_request")
    assertion = fields.get("client_assertion")
    if assertion is None or fields.get("client_assertion_type") != ASSERTION_TYPE:
        _log.warning("system_refused", reason="no_assertion")
        return _error("invalid_client")
    try:
        known = tokens.sign_in(assertion, fields.get("client_id"))
    except NotAClient as refused:
        _log.warning("system_refused", reason=refused.reason, **_named(refused.client))
        return _error("invalid_client")
    except Misuse:
        return _not_read()
    client = known.client
    wait = rates.wait(f"client {client.id}")  # whoever only claims to be it uses up nothing of it
    if wait:
        said = {"Retry-After": str(ceil(wait))}
        return problem(HTTPStatus.TOO_MANY_REQUESTS, "this client asks too often", headers=said)
    _log.info("system_signed_in", **_named(client.id))
    issued = {
        "access_token": tokens.issue(known),
        "token_type": "Bearer",
        "expires_in": SECONDS,
        "scope": " ".join(client.may),
    }
    return Response(orjson.dumps(issued), media_type="application/json")


async def _read_form(request: Request) -> dict[str, str]:
    """The fields of a form, each once. Raises Refused."""
    if media_type(request) != _FORM:
        raise Refused(HTTPStatus.BAD_REQUEST, "a form")
    body = await read_body(request, _MOST_FORM)
    try:
        fields = parse_qsl(body.decode("ascii"), strict_parsing=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise Refused(HTTPStatus.BAD_REQUEST, "a form") from None
    if len(dict(fields)) < len(fields):
        raise Refused(HTTPStatus.BAD_REQUEST, "each field once")
    return dict(fields)


def _named(client: str | None) -> dict[str, str]:
    """A client for the log: only one that there is, since what somebody calls itself may hold anything."""
    return {} if client is None else {"client": client}


def _error(code: str) -> Response:
    """A refusal in the words of RFC 6749, 5.2, and no more than that."""
    return Response(orjson.dumps({"error": code}), HTTPStatus.BAD_REQUEST, media_type="application/json")


def _unknown(detail: str, challenge: str) -> Response:
    return problem(HTTPStatus.UNAUTHORIZED, detail, headers={"WWW-Authenticate": challenge})


def _not_read() -> Response:
    """While the file of clients is wrong nobody is let in, and everybody may come again."""
    _log.error("clients_not_read")
    said = {"Retry-After": str(RETRY_SECONDS)}
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, "systems cannot sign in just now", headers=said)
