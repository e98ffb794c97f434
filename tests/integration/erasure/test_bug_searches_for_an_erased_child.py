"""The mark of a search for an erased child, and an officer's question about it, outlived the erasure."""

from datetime import date

import pytest

from domain.questions.about import AskOfficers, FindChildren, ShowChild
from tests.builders.service import Bench
from tests.integration.erasure import test_erasing
from tests.integration.erasure.test_erasing import ask, erase, number

here = test_erasing.here


@pytest.mark.not_replayed("what was asked by is erased")
def test_what_a_child_was_looked_for_by_goes_with_it(here: Bench) -> None:
    ask(here, FindChildren(family="Example", born=date(2015, 3, 1)))
    ask(here, ShowChild(identifier=number("Ada")))
    ask(here, AskOfficers(name="who-saw-a-child", identifier=number("Ada")))
    ask(here, FindChildren(identifier=number("Bob")))
    erase(here, "Ada")
    rows = here.connection.execute("SELECT kind, probe IS NULL, wrapped = '' FROM access.entry ORDER BY at").fetchall()
    assert rows == [
        ("FindChildren", True, True),
        ("ShowChild", True, True),
        ("AskOfficers", True, True),
        ("FindChildren", False, False),
    ]
