"""The HTTP application: its parts put together, and its OpenAPI document."""

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache, partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from adapters.api.callers import Bodies
from adapters.api.contract import contract_router
from adapters.api.describe import describe
from adapters.api.docs import docs_router
from adapters.api.events import events_router
from adapters.api.guard import Guard, Refuse, as_problem
from adapters.api.hosts import PAGES, Hosts
from adapters.api.lending import Lending
from adapters.api.problems import Refused, add_handlers
from adapters.api.rates import Rates
from adapters.api.systems import SignedIn, systems_of
from adapters.api.work_queues import DECIDING, Connection, WorkQueues, work_queues_of
from adapters.disclosure.checkpoints import Deadline
from adapters.disclosure.disclosing import Discloser
from adapters.log.connections import Work
from adapters.process.listening import is_open_to_systems
from adapters.questions.door import Door
from adapters.questions.staff import Staff
from adapters.service.opened import Service

if TYPE_CHECKING:
    from adapters.commands.decided import Commands

TITLE = "Integrated child record"
VERSION = "1"


@dataclass(frozen=True, slots=True)
class Face:
    """Another face of the same application: its `routes` stand before ours, `pages` are those to which links may lead.

    `refuse` as the guard's. `lasts` is entered while the application answers.
    """

    routes: APIRouter
    pages: Collection[str]
    refuse: Refuse
    lasts: AbstractContextManager[object]


@dataclass(frozen=True, slots=True)
class Shared:
    """What faces of one application have in common; `connect` lends connections for reads, `commands` what carries them out."""

    service: Service
    door: Door
    connect: Callable[[], AbstractContextManager[Connection]]
    queues: WorkQueues
    commands: "Lending[Commands]"


MakeFace = Callable[[Shared], Face]


def create_app(service: Service, make_face: MakeFace | None = None) -> FastAPI:
    """The application over an opened service, which must stay open as long as it answers; with another face beside it."""
    from adapters.api.decisions import decisions_router
    from adapters.api.reads import reads_router
    from adapters.commands.decided import Commands
    from adapters.questions.door import load_all

    load_all()
    settings = service.settings
    queues = work_queues_of(settings)
    recorders = Lending(service.recorder, settings.http_publishing)
    commands = Lending(lambda: Commands(service), DECIDING)
    pool, health_pool = service.read_pool(), service.read_pool()
    systems = systems_of(service)
    lend = queues.queries.lend(pool.connection)
    deadline = Deadline(timedelta(hours=settings.checkpoint_limit_hours), service.clock)
    discloser = Discloser(service.keys, service.clock, partial(service.connect, Work.DISCLOSE), deadline)
    door = Door(service, lend, discloser)
    face = None if make_face is None else make_face(Shared(service, door, lend, queues, commands))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        pool.open()
        health_pool.open()
        try:
            with ExitStack() as stack:
                stack.enter_context(nullcontext() if face is None else face.lasts)
                stack.enter_context(nullcontext() if systems is None else systems.lasts())
                yield
        finally:
            discloser.close()
            pool.close()
            health_pool.close()
            recorders.close()
            commands.close()

    app = FastAPI(
        title=TITLE,
        version=VERSION,
        lifespan=lifespan,
        docs_url=None,
        openapi_url=None,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
        redirect_slashes=False,
        # The framework's own traces carry paths, and its logs the text of exceptions.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    add_handlers(app)
    app.state.queues = queues
    if face is not None:
        _add_face(app, face)
    app.include_router(contract_router(queues.queries.lend(health_pool.connection), queues.health))
    if is_open_to_systems(settings):
        app.include_router(events_router(recorders, queues))
        app.include_router(decisions_router(commands, service.clock, queues))
        app.include_router(reads_router(door, Staff(service, lend), queues.reading))
    else:
        app.add_api_route("/v1/{rest:path}", _closed, methods=["GET", "POST"], include_in_schema=False)
    if systems is not None:
        app.include_router(systems.router)
    app.openapi = lru_cache(maxsize=1)(lambda: describe(app, signed_in=systems is not None))  # type: ignore[method-assign]
    app.include_router(docs_router(app.openapi, queues.documents))
    if systems is not None:
        app.add_middleware(SignedIn, tokens=systems.tokens, rates=systems.rates)
    app.add_middleware(
        Guard,
        hosts=Hosts(settings.http_host, settings.host_names, PAGES if face is None else {*PAGES, *face.pages}),
        rates=Rates(settings.http_rate, settings.http_burst),
        bodies=Bodies(settings.http_bodies),
        queries=queues.queries,
        refuse=as_problem if face is None else face.refuse,
    )
    return app


async def _closed() -> Response:
    raise Refused(HTTPStatus.FORBIDDEN, "no system can sign in here: publish over Kafka, or see ICR_CLIENTS_FILE")


def _add_face(app: FastAPI, face: Face) -> None:
    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        headers = None if error.headers is None else dict(error.headers)
        return face.refuse(request.scope, HTTPStatus(error.status_code), None, headers)

    app.include_router(face.routes)
    app.add_exception_handler(HTTPException, refused)
