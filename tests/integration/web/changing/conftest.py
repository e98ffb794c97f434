"""Pages that change something: each test has a database and a server of its own, since what is decided stays decided."""

from collections.abc import Iterator

import pytest

from domain.access.viewer import Role
from tests.builders.service import Bench, bench
from tests.builders.viewers import granted
from tests.builders.web import INDEX_TEAM, Browser, Pages, demo_messages, issuer_settings, pages
from tests.integration.web.conftest import NOW


@pytest.fixture
def told(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A database with two children, where somebody is of the index team."""
    made = bench(database_url, tmp_path_factory.mktemp("told"))
    made.clock.set(NOW)
    demo_messages(made)
    granted(made, INDEX_TEAM.name, Role.INDEX_TEAM)
    yield made
    made.close()


@pytest.fixture
def served(told: Bench, issuer: str, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """The pages over it."""
    folder = tmp_path_factory.mktemp("pages")
    with pages(database_url, folder, told.clock, [issuer_settings(issuer, folder)]) as made:
        yield made


@pytest.fixture
def team(served: Pages) -> Iterator[Browser]:
    """Somebody of the index team, signed in."""
    with served.browser() as made:
        made.sign_in(INDEX_TEAM.name)
        yield made
