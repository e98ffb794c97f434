"""The pages beside the API, in one application: put together from the settings."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import partial, wraps
from typing import Final

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response

from adapters.api.app import Face, Shared
from adapters.api.app import create_app as create_api
from adapters.api.problems import Refused
from adapters.api.rates import Rates
from adapters.api.work_queues import WorkQueue
from adapters.process.listening import check_signing_in
from adapters.questions.staff import Staff
from adapters.service.opened import Service
from adapters.web.answering import Cookie, error_page, go_to, read_form, refuse
from adapters.web.issuers import IssuerClient
from adapters.web.pages import ChildPages
from adapters.web.people import Handler, People, told
from adapters.web.rendering import Contact, static_files
from adapters.web.sealing import Sealing
from adapters.web.sessions import Sessions
from adapters.web.signing_in import SigningIn
from domain.access.viewer import Viewer

# Links may lead to these from anywhere; `/` at the end: to what is below.
PAGES: Final = ("/my-children", "/sign-in", "/sign-in/", "/signed-in/", "/signed-out", "/timed-out")
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
        sessions,
        Staff(service, shared.connect),
        {issuer.name: issuer for issuer in settings.issuers},
        Rates(settings.person_rate, settings.person_burst),
        Cookie(settings, "icr-session"),
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
    pages = ChildPages(
        shared.door,
        Sealing(service.keys, "page-handle"),
        Contact(settings.index_team_telephone, settings.index_team_reply),
        settings.demo_day,
    )

    @contextmanager
    def lasts() -> Iterator[None]:
        pool.open()
        try:
            yield
        finally:
            pool.close()

    return Face(_routes(signing_in, pages, people, shared.queues.reading), PAGES, refuse, lasts())


def _routes(signing_in: SigningIn, pages: ChildPages, people: People, reading: WorkQueue) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    waiting = WorkQueue(*_SIGNING_IN)
    for path, work, queue in (
        ("/sign-in", signing_in.choose, waiting),
        ("/sign-in/{issuer}", signing_in.begin, waiting),
        ("/signed-in/{issuer}", signing_in.end, waiting),
        ("/signed-out", signing_in.signed_out, waiting),
        ("/timed-out", signing_in.timed_out, waiting),
        ("/sign-out", people.page(signing_in.leave), reading),
        ("/my-children", people.page(pages.my_children), reading),
        ("/child/{handle}", people.page(pages.child), reading),
    ):
        router.add_api_route(path, _shown(work, queue), methods=["GET"])
    router.add_api_route("/sign-out", _sent("sign_out", lambda _: signing_in.sign_out, reading), methods=["POST"])
    everywhere = people.page(signing_in.sign_out_everywhere)
    router.add_api_route(
        "/sign-out-everywhere", _sent("sign_out_everywhere", lambda _: everywhere, reading), methods=["POST"]
    )

    def open_child(form: Mapping[str, str]) -> Handler:
        def opened(request: Request, viewer: Viewer) -> Response:
            return pages.open_child(request, viewer, form)

        return people.page(opened)

    router.add_api_route("/child", _sent("open_child", open_child, reading), methods=["POST"])
    router.add_api_route("/", _home, methods=["GET"])
    for name, (content, media) in static_files().items():
        router.add_api_route(f"/static/{name}", _file(content, media), methods=["GET"])
    return router


def _shown(work: Handler, queue: WorkQueue) -> Callable[[Request], Awaitable[Response]]:
    """A handler that does its work in turn, in a thread."""

    @wraps(work)
    async def shown(request: Request) -> Response:
        try:
            return await queue.run(partial(told(work), request))
        except Refused as refused:
            return error_page(refused.status, refused.headers)

    shown.__annotations__ = {"request": Request, "return": Response}
    del shown.__wrapped__  # the framework would look for its parameters
    return shown


def _sent(
    name: str, work_of: Callable[[Mapping[str, str]], Handler], queue: WorkQueue
) -> Callable[[Request], Awaitable[Response]]:
    """A handler of a form, whose work is made by its fields; `name` is what logs call it."""

    async def sent(request: Request) -> Response:
        try:
            form = await read_form(request)
            return await queue.run(partial(told(work_of(form)), request))
        except Refused as refused:
            return error_page(refused.status, refused.headers)

    sent.__name__ = name
    return sent


async def _home() -> Response:
    return go_to("/my-children")


def _file(content: bytes, media: str) -> Callable[[], Awaitable[Response]]:
    async def file() -> Response:
        return Response(content, headers=_STORED, media_type=media)

    return file
