"""Fixtures of the examples: `given` and `asked`, over the reference and over the service on each PostgreSQL.

The service's database is emptied between examples, which is quicker than a new one for each.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
import pytest

from adapters.clock import FixedClock
from adapters.service import Service
from projections.engine import Projector
from tests.servers.plugin import POSTGRES_PARAMS, Pool
from tests.spec.example import Example
from tests.spec.reference import Reference
from tests.spec.views import Views, service_on

_NOT_EMPTY = ("log.head", "log.serving", "view_a.state", "view_b.state")


@dataclass(frozen=True)
class Backend:
    """What examples on one PostgreSQL share."""

    url: str
    source: str
    service: Service
    projector: Projector
    clock: FixedClock


@pytest.fixture(scope="session")
def spec_backends(pool: Pool) -> Iterator[dict[str, Backend]]:
    """One database for each PostgreSQL, made when first asked for; gone with the cluster."""
    made: dict[str, Backend] = {}
    yield made
    for backend in made.values():
        backend.projector.close()


@pytest.fixture(params=["reference", *POSTGRES_PARAMS])
def example(request: pytest.FixtureRequest, pool: Pool, spec_backends: dict[str, Backend]) -> Iterator[Example]:
    """One example, put to one answerer."""
    if request.param == "reference":
        yield Example(Reference())
        return
    if request.param not in spec_backends:
        cluster, clock = pool.cluster(request.param), FixedClock(datetime(2000, 1, 1, tzinfo=UTC))
        url = cluster.fresh()
        service = service_on(url, clock)
        spec_backends[request.param] = Backend(url, cluster.source, service, service.projector(), clock)
    backend = spec_backends[request.param]
    request.node.user_properties.append(("server", backend.source))
    _clear(backend.url)
    views = Views(backend.service, backend.projector, backend.clock)
    yield Example(views)
    views.close()


@pytest.fixture
def given(example: Example):
    return example.given


@pytest.fixture
def asked(example: Example):
    return example.asked


def _clear(url: str) -> None:
    """Take everything out, as after the migrations."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
            "WHERE schemaname IN ('log', 'view_a', 'view_b')"
        ).fetchall()
        for (table,) in tables:
            if table not in _NOT_EMPTY:
                connection.execute(f"DELETE FROM {table}")
        connection.execute("UPDATE log.head SET generation = 1, position = 0, hash = ''")
        connection.execute("UPDATE log.serving SET view = 'view_a'")
        for view in ("view_a", "view_b"):
            connection.execute(f"UPDATE {view}.state SET edition = 0, position = 0")
