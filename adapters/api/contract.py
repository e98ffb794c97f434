"""What a publisher needs to know without asking anybody: schemas, reason codes, whether the service is well."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from http import HTTPStatus
from typing import Any

import orjson
import psycopg
from fastapi import APIRouter
from starlette.responses import Response

from adapters.api.plain import StrictRoute
from adapters.api.problems import Refused
from adapters.api.work_queues import WorkQueue
from adapters.service.head import standing_of
from domain.reasons import REASONS
from schemas.listing import line_of, listed
from schemas.registry import registry


def _json(document: Any) -> Response:  # noqa: ANN401  (any JSON value)
    return Response(orjson.dumps(document), media_type="application/json")


def contract_router(
    connection: Callable[[], AbstractContextManager[psycopg.Connection[Any]]], queue: WorkQueue
) -> APIRouter:
    """The routes that say what the service takes, and how it is; `connection` and `queue` are for its health alone.

    The contract is in memory, so that no thread is needed to tell it.
    """
    router = APIRouter(prefix="/v1", route_class=StrictRoute)

    @router.get("/schemas", summary="List the event contract", tags=["Contract"])
    async def list_schemas() -> Response:
        """Every schema, oldest version first, with its fingerprint and how it acts on the timeline."""
        return _json(listed(registry()))

    @router.get("/schemas/{fingerprint}", summary="One Avro schema", tags=["Contract"])
    async def show_schema(fingerprint: str) -> Response:
        """One schema by its fingerprint, sixteen hexadecimal digits as they stand on the wire."""
        for schema in registry().by_fingerprint.values():
            if schema.fingerprint.hex() == fingerprint.lower():
                return _json({**line_of(registry(), schema), "schema": schema.document})
        raise Refused(HTTPStatus.NOT_FOUND, "no schema of the contract has that fingerprint")

    @router.get("/reasons", summary="List the reason codes", tags=["Contract"])
    async def list_reasons() -> Response:
        """Every reason code with its sentence and, where there is one, the source of its rule."""
        reasons = [{"code": r.code, "sentence": r.sentence, "source": r.source} for r in REASONS.values()]
        return _json({"reasons": reasons})

    @router.get("/health", summary="Whether the service is well", tags=["Service"])
    @queue.takes
    def health() -> Response:
        """Head of the log, the last edition of the views and how many events it is behind; 503 without a database."""
        with connection() as lent:
            at = standing_of(lent)
        return _json(
            {
                "status": "ok",
                "head": f"{at.generation}:{at.head}",
                "position": f"{at.generation}:{at.position}",
                "edition": at.edition,
                "behind": at.head - at.position,
                "contract": registry().digest,
            }
        )

    return router
