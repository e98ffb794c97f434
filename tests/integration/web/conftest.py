"""One issuer for all tests of the pages, and for each module a server over what the demonstration's agencies say."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import sync_playwright

from tests.builders.service import Bench, bench
from tests.builders.web import PEOPLE, Browser, Pages, demo_messages, issuer_settings, pages
from tests.servers.plugin import NO_CHROMIUM
from tools.demo import issuer as demo

NOW = datetime(2025, 12, 19, 10, 0, tzinfo=UTC)
# Its clock stands still where the service's does.
_ISSUER = f"import time; time.time = lambda: {NOW.timestamp()}; from tools.demo.issuer import main; main()"


@pytest.fixture(scope="session")
def issuer() -> Iterator[str]:
    """The address of an issuer that signs in whoever is picked."""
    with demo.issuer(PEOPLE, ("-c", _ISSUER)) as address:
        yield address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    """A browser, on Debian the package `chromium`."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip(f"{NO_CHROMIUM}apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def told(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A database with two children."""
    made = bench(module_database_url, tmp_path_factory.mktemp("told"))
    made.clock.set(NOW)
    demo_messages(made)
    yield made
    made.close()


@pytest.fixture(scope="module")
def server(
    told: Bench, issuer: str, module_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pages]:
    """The pages of a module."""
    folder = tmp_path_factory.mktemp("pages")
    with pages(module_database_url, folder, told.clock, [issuer_settings(issuer, folder)]) as made:
        yield made


@pytest.fixture
def served(server: Pages) -> Iterator[Pages]:
    """The pages, at the same time of day for each test."""
    server.clock.set(NOW)
    yield server
    server.clock.set(NOW)


@pytest.fixture
def browser(served: Pages) -> Iterator[Browser]:
    """A browser that nobody has signed in with."""
    with served.browser() as made:
        yield made
