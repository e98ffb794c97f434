"""A retention schedule that could not be read was said to be a month written wrongly, and a fault of the service elsewhere."""

from collections.abc import Iterator

import pytest

from adapters.commands.erasures import Erasures
from tests.builders.html import ill_formed
from tests.builders.service import Bench
from tests.builders.web import LEAD, OFFICER, Pages
from tests.integration.web.test_due import SCHEDULE, SignIn, server, signed_in
from tests.integration.web.test_erasures import last_month

__all__ = ["last_month", "server", "signed_in"]  # fixtures


@pytest.fixture
def broken(served: Pages) -> Iterator[None]:
    """Somebody has written a class that there is not."""
    file = served.service.settings.retention_file
    assert file is not None
    file.write_text("[early_hlep]\nyears = 1\ncounted_from = 'birth'\nsource = 'The schedule'\n")
    yield
    file.write_text(SCHEDULE)


@pytest.mark.usefixtures("broken")
def test_it_is_said_and_nothing_is_proposed(signed_in: SignIn, told: Bench, last_month: str) -> None:
    officer = signed_in(OFFICER.name)
    for answer in (
        officer.get("/records-due"),
        officer.post("/records-due", {}),
        officer.post("/erasures/month", {"month": last_month}),
    ):
        assert (answer.status_code, ill_formed(answer.text)) == (503, [])
        assert "The retention schedule cannot be read" in answer.text
        assert "Nothing was proposed" in answer.text
        assert "early_hlep" not in answer.text, "that is for whoever operates the service"
    assert Erasures(told.service).all() == []


@pytest.mark.usefixtures("broken")
def test_who_may_not_see_what_is_due_is_told_nothing_of_it(signed_in: SignIn) -> None:
    assert signed_in(LEAD.name).get("/records-due").status_code == 404
