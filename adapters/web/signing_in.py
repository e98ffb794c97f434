"""Signing in by an issuer, and out: OpenID Connect's code flow, with PKCE, state and nonce, kept by the browser, sealed."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
from fastapi import Request
from starlette.responses import Response

from adapters.process.clock import Clock
from adapters.process.logs import get_logger
from adapters.web.answering import STRONGLY, Cookie, go_to, message, page
from adapters.web.claims import NotSignedIn, Person, Vouched
from adapters.web.issuers import IssuerClient, Secrets
from adapters.web.people import People, not_staff
from adapters.web.rendering import reader, render
from adapters.web.routing import Anybody, Route, Sent, Shown
from adapters.web.sealing import Sealing
from adapters.web.sessions import Session, TimedOut
from domain.access.viewer import Viewer

# How long a person may take at the issuer.
_MINUTES: Final = timedelta(minutes=10)
_BYTES: Final = 32
# What somebody is told whose strong sign-in came to nothing; it is their own, so that they are told why.
_NOT_STRONG: Final = {
    "not_signed_in_strongly": "Your organisation's sign-in did not use a strong means, or did not ask you again.",
    "somebody_else_signed_in": "Somebody else signed in. It must be the same person.",
}
_log = get_logger("pages")


@dataclass(frozen=True, slots=True)
class _Begun:
    """What a browser began with. `session`: the one for which a strong sign-in is, and whose it is; None: a new one is to begin."""

    secrets: Secrets
    session: bytes | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True)
class SigningIn:
    """The pages of signing in and out. `begun` is the cookie of a signing in that has not come to its end."""

    clients: dict[str, IssuerClient]
    people: People
    begun: Cookie
    sealing: Sealing
    clock: Clock
    public_url: str

    def routes(self) -> tuple[Route, ...]:
        """The pages, by their addresses."""
        return (
            Anybody("/sign-in", self.choose, waits=True),
            Anybody("/sign-in/{issuer}", self.begin, waits=True),
            Anybody("/signed-in/{issuer}", self.end, waits=True),
            Anybody("/signed-out", self.signed_out, waits=True),
            Anybody("/timed-out", self.timed_out, waits=True),
            Shown("/sign-out", self.leave, linked=False, before_notice=True),
            Sent("/sign-out-everywhere", "sign_out_everywhere", self.sign_out_everywhere, before_notice=True),
        )

    def choose(self, request: Request) -> Response:
        """By whom to sign in. On this machine, which has several names, by the one at which people come back."""
        parts = urlsplit(self.public_url)
        if parts.scheme == "http" and request.headers.get("host") != parts.netloc:
            return go_to(f"{self.public_url}/sign-in")
        return self._choice("Sign in", ["Your organisation vouches for you. You sign in there, and come back."])

    def timed_out(self, _: Request) -> Response:
        """That nothing was asked for too long."""
        return self._choice(
            "You have been signed out",
            ["You had not opened a page for a while, or had been signed in for long. Nothing is lost."],
        )

    def signed_out(self, _: Request) -> Response:
        """That signing out is done."""
        return self._choice("You have signed out", ["Close the browser too, if others use this computer."])

    def begin(self, request: Request) -> Response:
        """Send a browser to its issuer."""
        client = self.clients.get(request.path_params["issuer"])
        if client is None:
            return message("Page not found", [], HTTPStatus.NOT_FOUND, ("/sign-in", "Sign in"))
        return self.send(client)

    def send(self, client: IssuerClient, session: Session | None = None) -> Response:
        """Send a browser to an issuer; to sign in strongly for a session that there is, where one is given."""
        made = Secrets(*(secrets.token_urlsafe(_BYTES) for _ in range(3)))
        try:
            address = client.sign_in_address(made, strongly=session is not None)
        except NotSignedIn as error:
            return self._refused(error, client)
        gone = Response(
            status_code=HTTPStatus.SEE_OTHER, headers={"Location": address, "Referrer-Policy": "no-referrer"}
        )
        until = (self.clock.now() + _MINUTES).timestamp()
        whose = None if session is None else [session.id.hex(), session.person.name]
        kept = orjson.dumps({**asdict(made), "until": until, "whose": whose})
        self.begun.give(gone, self.sealing.seal(kept, client.issuer.name.encode()), int(_MINUTES.total_seconds()))
        return gone

    def end(self, request: Request) -> Response:
        """Take back a browser from its issuer: with a new session, or not at all."""
        client = self.clients.get(request.path_params["issuer"])
        if client is None:
            return message("Page not found", [], HTTPStatus.NOT_FOUND, ("/sign-in", "Sign in"))
        try:
            answer = self._signed_in(client, request)
        except NotSignedIn as error:
            answer = self._refused(error, client)
        self.begun.take(answer)
        return answer

    def _signed_in(self, client: IssuerClient, request: Request) -> Response:
        given = request.query_params
        if len(given.multi_items()) > len(given):
            raise NotSignedIn("answer_said_twice")
        begun = self._begun(client, self.begun.of(request))
        vouched = client.vouched(client.check_answer(given, begun.secrets), begun.secrets)
        person = vouched.person
        if begun.session is not None:
            self._check_strong(client, request, begun, vouched)
        begins_at = self.people.begins_at(person)
        if begins_at is None:
            _log.warning("sign_in_refused", issuer=client.issuer.name, reason="worker_left")
            return not_staff()
        # The id is new, whatever the browser came with: nobody can know it beforehand.
        if before := self.people.cookie.of(request):
            self.people.sessions.end(before)
        answer = go_to(self.people.typed.page(person.name) or begins_at)
        self.people.cookie.give(
            answer, self.people.sessions.begin(vouched, client.issuer.name, self.people.staff.notice_read(person.name))
        )
        _log.info("signed_in", issuer=client.issuer.name)
        return answer

    def _check_strong(self, client: IssuerClient, request: Request, begun: _Begun, vouched: Vouched) -> None:
        """Raise NotSignedIn unless the very person of the session that began it, which goes on, has now signed in strongly."""
        found = self.people.session(request)
        if found is None or isinstance(found, TimedOut) or found.id != begun.session:
            raise NotSignedIn("session_of_another_sign_in")
        if not vouched.person.name == found.person.name == begun.person:
            raise NotSignedIn("somebody_else_signed_in")
        if not vouched.is_strong(client.issuer, self.clock.now().timestamp()):
            raise NotSignedIn("not_signed_in_strongly")

    def _begun(self, client: IssuerClient, kept: str | None) -> _Begun:
        """What this browser began with, at this issuer, not too long ago."""
        opened = None if kept is None else self.sealing.open(kept, client.issuer.name.encode())
        if opened is None:
            raise NotSignedIn("no_sign_in_begun")
        said: dict[str, Any] = orjson.loads(opened)
        if self.clock.now().timestamp() > said.pop("until"):
            raise NotSignedIn("sign_in_took_too_long")
        whose = said.pop("whose")
        return _Begun(Secrets(**said), *(() if whose is None else (bytes.fromhex(whose[0]), whose[1])))

    def _refused(self, error: NotSignedIn, client: IssuerClient) -> Response:
        """One page for every reason: the operator reads which, in the log."""
        _log.warning("sign_in_refused", issuer=client.issuer.name, reason=error.reason)
        if error.reason in _NOT_STRONG:
            return message(
                "You have not signed in strongly",
                [_NOT_STRONG[error.reason], "You are still signed in as before. Nothing was shown."],
                HTTPStatus.FORBIDDEN,
                (STRONGLY, "Try again"),
            )
        return message(
            "You could not be signed in",
            ["Try once more. If it happens again, ask your organisation's service desk."],
            HTTPStatus.FORBIDDEN,
            ("/sign-in", "Sign in"),
        )

    def _choice(self, title: str, sentences: list[str]) -> Response:
        issuers = [client.issuer for client in self.clients.values()]
        return page(render("sign-in", title=title, sentences=sentences, issuers=issuers))

    def leave(self, _: Request, viewer: Viewer) -> Response:
        """How to sign out."""
        return page(render("sign-out", reader=reader(viewer)))

    def sign_out(self, request: Request) -> Response:
        """End this session."""
        if kept := self.people.cookie.of(request):
            self.people.sessions.end(kept)
        return self._gone()

    def sign_out_everywhere(self, _: Request, viewer: Viewer, form: Mapping[str, str]) -> Response:
        """End all sessions of the person."""
        del form
        assert viewer.organisation is not None
        person = Person(viewer.organisation, viewer.name.removeprefix(f"{viewer.organisation}:"))
        self.people.sessions.end_all(person)
        return self._gone()

    def _gone(self) -> Response:
        gone = go_to("/signed-out")
        self.people.cookie.take(gone)
        return gone
