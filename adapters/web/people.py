"""Who makes a request: the session that its cookie names, and what its person is here as, looked up each time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import wraps
from http import HTTPStatus
from math import ceil

import psycopg
from fastapi import Request
from starlette.responses import Response

from adapters.api.problems import Refused, in_trouble, of_error
from adapters.api.rates import Rates
from adapters.log.trouble import trouble_of
from adapters.process.clock import Clock
from adapters.process.issuers import Issuer
from adapters.process.logs import describe, get_logger
from adapters.questions.staff import Staff
from adapters.web.answering import STAFF_NOTICE, STRONGLY, Cookie, SignInStrongly, error_page, go_to, message, page
from adapters.web.claims import Person
from adapters.web.rendering import Reader, render
from adapters.web.sessions import Session, Sessions, TimedOut
from adapters.web.typed import Form, Typed
from domain.access.viewer import Channel, Viewer
from domain.answers.notice import VERSION
from domain.errors import IcrError

_log = get_logger("pages")

Handler = Callable[[Request], Response]
Page = Callable[[Request, Viewer], Response]


@dataclass(frozen=True, slots=True)
class People:
    """Finds out who asks. `issuers` by name: one that is no longer set, or no longer speaks for somebody, vouches for nobody."""

    clock: Clock
    sessions: Sessions
    staff: Staff
    issuers: Mapping[str, Issuer]
    rates: Rates
    cookie: Cookie
    typed: Typed

    def page(self, work: Page, typed: Form | None = None, *, before_notice: bool = False) -> Handler:
        """A page for people who have signed in; whoever has not is sent to do so, and to read the notice for staff first.

        What was sent with a form that cannot be taken, as the time was over or something else must come first, is kept. Of
        somebody who has signed out nothing is kept, since nobody knows whose it is: it is shown once more instead.
        """

        @wraps(work)
        def shown(request: Request) -> Response:
            found = self.session(request)
            if found is None or isinstance(found, TimedOut) or not self._vouched_for(found):
                gone = self._gone(found, typed)
                self.cookie.take(gone)
                return gone
            wait = self.rates.wait(f"person {found.person.name}")
            if wait:
                self._keep(found, typed)
                return error_page(HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": str(ceil(wait))})
            viewer = self._viewer(found)
            if viewer is None:
                self.sessions.end_all(found.person)
                gone = not_staff()
                self.cookie.take(gone)
                return gone
            if not before_notice and found.notice != VERSION:
                self._keep(found, typed)
                return go_to(STAFF_NOTICE)
            try:
                return work(request, viewer)
            except SignInStrongly:
                self._keep(found, typed or Form(request.url.path, {}))
                return go_to(STRONGLY)

        return shown

    def _gone(self, found: Session | TimedOut | None, typed: Form | None) -> Response:
        """What somebody is told who is not signed in any more."""
        if isinstance(found, TimedOut):
            self._keep(found, typed)
            return go_to("/timed-out")
        said = {} if typed is None else typed.said()
        return page(render("not-sent", said=said), HTTPStatus.FORBIDDEN) if said else go_to("/sign-in")

    def _keep(self, found: Session | TimedOut, typed: Form | None) -> None:
        if typed is not None:
            self.typed.keep(found.id, found.person.name, typed)

    def session(self, request: Request) -> Session | TimedOut | None:
        """The session that a request's cookie names; None where there is none, or it was ended."""
        kept = self.cookie.of(request)
        return None if kept is None else self.sessions.find(kept)

    def _vouched_for(self, session: Session) -> bool:
        issuer = self.issuers.get(session.issuer)
        return issuer is not None and session.person.organisation in issuer.organisations

    def _viewer(self, session: Session) -> Viewer | None:
        found = self.staff.viewer(session.person.name, session.id, Channel.PAGES)
        if found is None:
            return None
        strongly = session.vouched.is_strong(self.issuers[session.issuer], self.clock.now().timestamp())
        return replace(found, acr=session.vouched.acr, signed_in_strongly=strongly)

    def begins_at(self, person: Person) -> str | None:
        """The address of the page where somebody begins; None for one who has left."""
        found = self.staff.standing(person.name)
        if found is None:
            return None
        return Reader(person.name, frozenset(grant.role.value for grant in found.granted)).menu[0][0]


def not_staff() -> Response:
    """What a person is told who has no role here."""
    return message(
        "You cannot use this service",
        ["Your organisation has told us that you have left. If that is not so, ask it to tell us."],
        HTTPStatus.FORBIDDEN,
    )


def told(work: Handler) -> Handler:
    """The same with errors as pages. What is not foreseen is the guard's."""

    @wraps(work)
    def shown(request: Request) -> Response:
        try:
            return work(request)
        except Refused as refused:
            return error_page(refused.status, refused.headers)
        except IcrError as error:
            _log.warning("page_failed", **describe(error))
            return error_page(of_error(error).status_code)
        except psycopg.Error as error:
            trouble = trouble_of(error)
            if trouble is None:
                raise
            _log.warning(trouble, **describe(error))
            return error_page(in_trouble(trouble, "").status_code)

    return shown
