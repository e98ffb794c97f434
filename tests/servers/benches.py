"""One service for each PostgreSQL and test process, emptied for each test: for tests that leave tables, roles and settings alone.

A database of its own, its connections and the plans of the views' statements take a test a tenth of a second of a core before
it has begun; to empty a database takes two milliseconds.
"""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from projections.engine import Projector
from tests.builders.service import NOW, Bench, bench
from tests.servers.plugin import POSTGRES_PARAMS, Pool, used


class Benches:
    """The services of this test process, each made when first asked for; their databases go with the clusters."""

    def __init__(self, pool: Pool, folder: Path) -> None:
        self._pool = pool
        self._folder = folder
        self._made: dict[tuple[str, int], tuple[Bench, Projector]] = {}

    def emptied(self, name: str, edition_size: int = 10_000) -> Bench:
        """A service on a back end with nothing in it, as a new one."""
        key = name, edition_size
        if key in self._made:
            found, projector = self._made[key]
            try:
                found.empty()
            except psycopg.Error:  # a test took away its connection
                self._close(self._made.pop(key))
            else:
                found.projector = projector
                projector.put_off.clear()
                found.clock.set(NOW)
                return found
        made = bench(self._pool.cluster(name).fresh(), self._folder, edition_size=edition_size)
        self._made[key] = made, made.projector
        return made

    def close(self) -> None:
        """Give all connections back."""
        while self._made:
            self._close(self._made.popitem()[1])

    @staticmethod
    def _close(made: tuple[Bench, Projector]) -> None:
        made[1].close()
        made[0].close()


@pytest.fixture(scope="session")
def benches(pool: Pool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Benches]:
    made = Benches(pool, tmp_path_factory.mktemp("benches"))
    yield made
    made.close()


@pytest.fixture(params=POSTGRES_PARAMS)
def emptied_bench(request: pytest.FixtureRequest, pool: Pool, benches: Benches) -> Bench:
    """An empty service, on each back end."""
    used(request, pool.cluster(request.param).source)
    return benches.emptied(request.param)


@pytest.fixture
def any_emptied_bench(request: pytest.FixtureRequest, pool: Pool, benches: Benches) -> Bench:
    """An empty service on the embedded PostgreSQL, for tests to which the back end cannot matter."""
    used(request, pool.cluster("embedded").source)
    return benches.emptied("embedded")
