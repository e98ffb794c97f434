"""The HTTP application: its parts put together, and its OpenAPI document."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache

from fastapi import FastAPI

from adapters.api.callers import Bodies
from adapters.api.contract import contract_router
from adapters.api.describe import describe
from adapters.api.docs import docs_router
from adapters.api.events import events_router
from adapters.api.guard import Guard
from adapters.api.hosts import Hosts
from adapters.api.lending import Lending
from adapters.api.problems import add_handlers
from adapters.api.rates import Rates
from adapters.api.work_queues import DECIDING, work_queues_of
from adapters.service.opened import Service

TITLE = "Integrated child record"
VERSION = "1"


def create_app(service: Service) -> FastAPI:
    """The application over an opened service, which must stay open as long as it answers."""
    from adapters.api.decisions import decisions_router
    from adapters.api.reads import reads_router
    from adapters.commands.decided import Commands
    from adapters.questions.door import Door, load_all

    load_all()
    settings = service.settings
    queues = work_queues_of(settings)
    recorders = Lending(service.recorder, settings.http_publishing)
    commands = Lending(lambda: Commands(service), DECIDING)
    pool, health_pool = service.read_pool(), service.read_pool()
    lend = queues.queries.lend(pool.connection)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        pool.open()
        health_pool.open()
        try:
            yield
        finally:
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
    app.include_router(events_router(recorders, queues))
    app.include_router(decisions_router(commands, service.clock, queues))
    app.include_router(reads_router(Door(service, lend), queues.reading))
    app.include_router(contract_router(queues.queries.lend(health_pool.connection), queues.health))
    app.openapi = lru_cache(maxsize=1)(lambda: describe(app))  # type: ignore[method-assign]
    app.include_router(docs_router(app.openapi, queues.documents))
    app.add_middleware(
        Guard,
        hosts=Hosts(settings.http_host, settings.http_hosts),
        rates=Rates(settings.http_rate, settings.http_burst),
        bodies=Bodies(settings.http_bodies),
        queries=queues.queries,
    )
    return app
