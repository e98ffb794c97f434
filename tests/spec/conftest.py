"""Fixtures of the examples: `given` and `asked`, over the reference and over the service on each PostgreSQL.

The service and its database are made once for each PostgreSQL and emptied between examples, which is quicker.
"""

from collections.abc import Iterator

import pytest

from tests.builders.service import Bench, bench
from tests.servers.plugin import Pool
from tests.spec.aggregate import ViewsAndAggregate
from tests.spec.example import Example
from tests.spec.reference import Reference


@pytest.fixture(scope="session")
def spec_benches() -> Iterator[dict[str, Bench]]:
    """One service for each PostgreSQL, made when first asked for; its database goes with the cluster."""
    made: dict[str, Bench] = {}
    yield made
    for one in made.values():
        one.close()


ON_POSTGRES_15 = pytest.param("system", marks=[pytest.mark.pg_system, pytest.mark.nightly])


@pytest.fixture(params=["reference", "embedded", ON_POSTGRES_15])
def example(
    request: pytest.FixtureRequest,
    pool: Pool,
    spec_benches: dict[str, Bench],
    tmp_path_factory: pytest.TempPathFactory,
) -> Example:
    """One example, put to one answerer."""
    if request.param == "reference":
        return Example(Reference())
    cluster = pool.cluster(request.param)
    request.node.user_properties.append(("server", cluster.source))
    if request.param not in spec_benches:
        spec_benches[request.param] = bench(cluster.fresh(), tmp_path_factory.mktemp("spec"), edition_size=1)
    spec_benches[request.param].empty()
    return Example(ViewsAndAggregate(spec_benches[request.param]))


@pytest.fixture
def given(example: Example):
    return example.given


@pytest.fixture
def asked(example: Example):
    return example.asked
