"""What somebody typed of a child, repeated to an officer by a replay of it, outlived the child's erasure."""

import pytest

from domain.questions.about import FindChildren, ReplayEntry
from tests.builders.service import Bench
from tests.integration.erasure import test_erasing
from tests.integration.erasure.test_drill import what_opens
from tests.integration.erasure.test_erasing import ask, erase, number

here = test_erasing.here


@pytest.mark.not_replayed("what was shown is erased")
def test_a_replay_of_a_search_and_a_replay_of_that_go_with_what_was_searched_for(here: Bench) -> None:
    for who in ("Ada", "Bob"):
        looked = ask(here, FindChildren(identifier=number(who))).receipt.entry
        again = ask(here, ReplayEntry(entry=looked)).receipt.entry
        ask(here, ReplayEntry(entry=again))
    ada, bob = (number(who).partition(":")[2].encode() for who in ("Ada", "Bob"))
    assert what_opens(here.connection).count(ada) >= 3
    erase(here, "Ada")
    opens = what_opens(here.connection)
    assert (ada in opens, bob in opens) == (False, True)
    replayed = ask(here, ReplayEntry(entry=again)).content
    assert replayed["proved"] == "proved_same"
