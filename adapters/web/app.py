"""The pages beside the API, in one application: put together from the settings."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Final

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response

from adapters.api.app import Face, Shared
from adapters.api.app import create_app as create_api
from adapters.api.rates import Rates
from adapters.api.work_queues import WorkQueue
from adapters.commands.brokering import Brokering
from adapters.commands.casework import Casework
from adapters.commands.confirming import Confirming
from adapters.commands.erasures import Erasures
from adapters.commands.giving_up import GivingUp
from adapters.commands.quarantine import Quarantine
from adapters.commands.retention import Retention
from adapters.process.listening import check_signing_in
from adapters.questions.staff import Staff
from adapters.service.opened import Service
from adapters.web.answering import Cookie, go_to, refuse
from adapters.web.asking import Asking
from adapters.web.brokering import ContactPages
from adapters.web.casework import CasePages
from adapters.web.deciding import DecidingPages
from adapters.web.due import DuePages
from adapters.web.duty import DutyPages
from adapters.web.erasures import ErasurePages
from adapters.web.handles import Handles
from adapters.web.hearings import HearingPages
from adapters.web.index_team import IndexTeamPages
from adapters.web.issuers import IssuerClient
from adapters.web.log_pages import LogPages
from adapters.web.notices import NOTICES, notice
from adapters.web.officers import OfficerPages
from adapters.web.overriding import OverridePages
from adapters.web.own_accesses import OwnAccesses, StaffNotice
from adapters.web.pages import ChildPages
from adapters.web.people import People
from adapters.web.questions import QuestionPages
from adapters.web.reach import ReachPages
from adapters.web.reaching import Reaching
from adapters.web.rendering import reader, static_files
from adapters.web.reviews import ReviewPages
from adapters.web.routing import Anybody, Route, Routing, Shown, linked
from adapters.web.sealing import Sealing
from adapters.web.searching import SearchPages
from adapters.web.sessions import Sessions
from adapters.web.signing_in import SigningIn
from adapters.web.signing_in_strongly import SigningInStrongly
from adapters.web.subject_access import SubjectAccessPages
from adapters.web.typed import Typed
from domain.access.viewer import Viewer

_SIGNING_IN: Final = (4, 32)  # an issuer that does not answer holds up signing in, and nothing else
_STORED: Final = {"Cache-Control": "public, max-age=31536000, immutable"}


def create_app(service: Service) -> FastAPI:
    """The application over an opened service: the API, and the pages where somebody can sign in.

    Raises Misuse where it would listen beyond this machine with nobody signed in, or a demonstration's issuer stands elsewhere.
    """
    check_signing_in(service.settings)
    return create_api(service, _face if service.settings.issuers else None)


def _face(shared: Shared) -> Face:
    service, settings = shared.service, shared.service.settings
    pool = service.read_pool()
    sessions = Sessions(
        pool.connection,
        service.clock,
        timedelta(minutes=settings.session_idle_minutes),
        timedelta(hours=settings.session_hours),
    )
    people = People(
        service.clock,
        sessions,
        Staff(service, shared.connect),
        {issuer.name: issuer for issuer in settings.issuers},
        Rates(settings.person_rate, settings.person_burst),
        Cookie(settings, "icr-session"),
        Typed(pool.connection, Sealing(service.keys, "typed"), service.clock),
    )
    clients = {
        issuer.name: IssuerClient(issuer, f"{settings.public_url}/signed-in/{issuer.name}", service.clock)
        for issuer in settings.issuers
    }
    signing_in = SigningIn(
        clients,
        people,
        Cookie(settings, "icr-sign-in"),
        Sealing(service.keys, "sign-in"),
        service.clock,
        settings.public_url or "",
    )
    reaching = Reaching(people.staff, settings, service.clock)
    asking = Asking(shared.door, reaching, settings.demo_day)
    handles = Handles(Sealing(service.keys, "page-handle"))
    casework = partial(Casework, service)

    @contextmanager
    def lasts() -> Iterator[None]:
        pool.open()
        try:
            yield
        finally:
            pool.close()

    confirming, typed = Confirming(service), people.typed
    routes: list[Route] = [
        *signing_in.routes(),
        *(Anybody(path, notice(path, reaching), waits=True) for path in NOTICES),
        Shown("/", home, linked=False),
    ]
    for pages in (
        SigningInStrongly(signing_in),
        StaffNotice(asking, people),
        OwnAccesses(asking),
        ChildPages(asking, handles, service.clock),
        SearchPages(asking, handles, typed),
        OverridePages(asking, handles, typed),
        DecidingPages(asking, typed, service.clock, shared.commands),
        ContactPages(asking, typed, Brokering(service), confirming),
        IndexTeamPages(asking, typed, confirming, Quarantine(service)),
        DutyPages(asking),
        QuestionPages(asking, typed, service.clock),
        OfficerPages(asking, typed),
        ReviewPages(service, typed),
        LogPages(asking, service, typed),
        ErasurePages(Erasures(service), GivingUp(service), typed),
        DuePages(asking, partial(Retention, service)),
        SubjectAccessPages(asking, typed, casework),
        CasePages(asking, typed, casework),
        HearingPages(asking, typed, casework),
        ReachPages(asking, typed),
    ):
        routes += pages.routes()
    routing = Routing(people, asking.page, shared.queues.reading, WorkQueue(*_SIGNING_IN))
    router = APIRouter(include_in_schema=False)
    routing.add(router, routes)
    # Whoever leaves need not be known to us any more.
    router.add_api_route("/sign-out", routing.sent("sign_out", lambda *_: signing_in.sign_out), methods=["POST"])
    for name, (content, media) in static_files().items():
        router.add_api_route(f"/static/{name}", _file(content, media), methods=["GET"])
    return Face(router, linked(routes), refuse, lasts())


def home(_: Request, viewer: Viewer) -> Response:
    """Where somebody begins: at the first of the pages that are for them."""
    return go_to(reader(viewer).menu[0][0])


def _file(content: bytes, media: str) -> Callable[[], Awaitable[Response]]:
    async def file() -> Response:
        return Response(content, headers=_STORED, media_type=media)

    return file
