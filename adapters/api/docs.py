"""`/docs`: the documentation page, served without the Internet: nobody learns from outside who reads it."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

import orjson
from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from adapters.api.work_queues import WorkQueue

# Path below /docs/assets -> package, file, media type. Swagger UI comes from the package fastapi-swagger (MIT), which
# carries Swagger UI's own files (Apache-2.0).
ASSETS: Final[dict[str, tuple[str, str, str]]] = {
    "swagger-ui.js": ("fastapi_swagger.resources", "swagger-ui-bundle.js", "text/javascript"),
    "swagger-ui.css": ("fastapi_swagger.resources", "swagger-ui.css", "text/css"),
    "icon.png": ("fastapi_swagger.resources", "favicon-32x32.png", "image/png"),
    "start.js": ("adapters.api", "static/start.js", "text/javascript"),
}


@lru_cache(maxsize=8)
def _file(package: str, name: str) -> bytes:
    return (files(package) / name).read_bytes()


def docs_router(description: Callable[[], Mapping[str, Any]], queue: WorkQueue) -> APIRouter:
    """The documentation page and its files; `/` leads to it. The `description` takes a while to make, the first time."""
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def home() -> Response:
        return RedirectResponse("/docs")

    @router.get("/docs")
    async def docs() -> Response:
        return Response(_file("adapters.api", "static/docs.html"), media_type="text/html")

    made = lru_cache(maxsize=1)(lambda: orjson.dumps(description()))

    @router.get("/openapi.json")
    @queue.takes
    def openapi() -> Response:
        return Response(made(), media_type="application/json")

    for path, (package, name, media) in ASSETS.items():
        router.add_api_route(f"/docs/assets/{path}", _serve(package, name, media), methods=["GET"])
    return router


def _serve(package: str, name: str, media: str):  # type: ignore[no-untyped-def]  # noqa: ANN202
    async def asset() -> Response:
        return Response(_file(package, name), headers={"Cache-Control": "max-age=3600"}, media_type=media)

    return asset
