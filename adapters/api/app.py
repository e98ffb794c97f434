"""The HTTP application: its parts put together, and its OpenAPI document."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from ipaddress import ip_address

from fastapi import FastAPI

from adapters.api.contract import contract_router
from adapters.api.describe import describe
from adapters.api.docs import docs_router
from adapters.api.events import Recorders, events_router
from adapters.api.feedback import feedback_router
from adapters.api.guard import Guard
from adapters.api.problems import add_handlers
from adapters.service import Service

TITLE = "Integrated child record"
VERSION = "1"


def create_app(service: Service) -> FastAPI:
    """The application over an opened service, which must stay open as long as it answers."""
    from adapters.api.measures import measures_router
    from adapters.api.reads import reads_router
    from adapters.questions import Questions

    recorders = Recorders(service.recorder)
    pool = service.read_pool()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        pool.open()
        try:
            yield
        finally:
            pool.close()
            recorders.close()

    app = FastAPI(
        title=TITLE,
        version=VERSION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
        redirect_slashes=False,
        # The framework's own traces carry paths, and its logs the text of exceptions.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    add_handlers(app)
    app.include_router(events_router(recorders))
    app.include_router(feedback_router(service, pool.connection))
    questions = Questions(service, pool.connection)
    app.include_router(reads_router(questions, service.clock))
    app.include_router(measures_router(questions, service.clock))
    app.include_router(contract_router(service))
    app.include_router(docs_router())
    app.add_middleware(Guard, local=_is_loopback(service.settings.http_host))
    app.openapi = lru_cache(maxsize=1)(lambda: describe(app))  # type: ignore[method-assign]
    return app


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
