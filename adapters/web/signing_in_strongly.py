"""Signing in again, strongly, for what a session alone is not enough for (access.md 6; RFC 9470's `acr_values` and `max_age`).

It belongs to the session and the person who began it: whoever else signs in at the issuer at that moment changes nothing, and
so does a sign-in that is not strong. The session gets a new id, as at every signing in.
"""

from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Request
from starlette.responses import Response

from adapters.web.answering import STRONGLY, message, page
from adapters.web.rendering import reader, render
from adapters.web.routing import Route, Shown
from adapters.web.sessions import Session, TimedOut
from adapters.web.signing_in import SigningIn
from domain.access.viewer import Viewer

BEGIN = f"{STRONGLY}/begin"


@dataclass(frozen=True, slots=True)
class SigningInStrongly:
    """The page that says why, and the way to the issuer; the way back is that of every signing in."""

    signing_in: SigningIn

    def routes(self) -> tuple[Route, ...]:
        """The pages, by their addresses."""
        return (Shown(STRONGLY, self.why), Shown(BEGIN, self.begin, linked=False, waits=True))

    def why(self, request: Request, viewer: Viewer) -> Response:
        """That somebody must sign in strongly, and what becomes of what they typed."""
        issuer = self.signing_in.clients[self._session(request).issuer].issuer
        return page(render("sign-in-strongly", reader=reader(viewer), issuer=issuer, begin=BEGIN))

    def begin(self, request: Request, viewer: Viewer) -> Response:
        """Send a browser to its issuer, to sign in strongly."""
        session = self._session(request)
        client = self.signing_in.clients[session.issuer]
        if not client.issuer.strong_acr:
            return message(
                "There is no stronger way to sign in",
                ["None is set for your organisation. Ask its service desk, or ring the index team."],
                HTTPStatus.FORBIDDEN,
                ("/", "Go back"),
                reader(viewer),
            )
        return self.signing_in.send(client, session)

    def _session(self, request: Request) -> Session:
        found = self.signing_in.people.session(request)
        assert found is not None
        assert not isinstance(found, TimedOut)  # these pages are of people who are signed in
        return found
