"""Fixtures of the examples: `given` and `asked`, over the reference and over the service on each PostgreSQL."""

from collections.abc import Iterator

import pytest

from tests.servers.plugin import POSTGRES_PARAMS, Pool
from tests.spec.example import Example
from tests.spec.reference import Reference
from tests.spec.views import Views


@pytest.fixture(params=["reference", *POSTGRES_PARAMS])
def example(request: pytest.FixtureRequest, pool: Pool) -> Iterator[Example]:
    """One example, put to one answerer."""
    if request.param == "reference":
        yield Example(Reference())
        return
    cluster = pool.cluster(request.param)
    request.node.user_properties.append(("server", cluster.source))
    url = cluster.fresh()
    views = Views(url)
    yield Example(views)
    views.close()
    cluster.drop(url)


@pytest.fixture
def given(example: Example):
    return example.given


@pytest.fixture
def asked(example: Example):
    return example.asked
