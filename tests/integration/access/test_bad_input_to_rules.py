"""Who would make a child their own by what their own system states, or find children by claiming them (domain.md E5)."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from domain.access.viewer import GRANTED, Role
from domain.answers.answered import NotShown
from domain.questions.about import ShowChild
from tests.builders.service import Bench, bench
from tests.builders.viewers import person, saying_why
from tests.integration.access.test_who_may_see import (
    ANNA,
    BEN,
    ada,
    ask,
    ask_now,
    entries,
    identifier,
    record,
    sees,
)
from tests.spec.words import happened


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(database_url, tmp_path)
    yield made
    made.close()


def test_who_states_an_involvement_looks_and_ends_it_leaves_the_trail_and_sees_no_more(here: Bench) -> None:
    """The entry names the event that let them see; that it began with the look and ended after it is what officers ask for."""
    ada(here)
    assert ask_now(here, "Ada", person(here, BEN)) is None
    record(here, happened("EarlyHelpStarted", "Ada", on="2025-11-30", worker="W2", reference="planted"))
    assert ask_now(here, "Ada", person(here, BEN)) is not None
    looked = entries(here)[-1]
    assert (looked["rules"][0], looked["outcome"], len(looked["proving"])) == ("involved", "shown", 1)
    record(here, happened("EarlyHelpEnded", "Ada", on="2025-12-01", reference="planted", reason="outcomes_met"))
    assert ask_now(here, "Ada", person(here, BEN)) is None
    assert [leaf["outcome"] for leaf in entries(here)] == ["refused", "shown", "refused"]


def test_an_involvement_that_is_stated_of_the_past_opens_nothing_today(here: Bench) -> None:
    ada(
        here,
        happened("EarlyHelpStarted", "Ada", on="2020-01-01", worker="W2", reference="past"),
        happened("EarlyHelpEnded", "Ada", on="2021-01-01", reference="past", reason="outcomes_met"),
    )
    ben = person(here, BEN)
    assert ask_now(here, "Ada", ben) is None
    assert isinstance(ask(here, ShowChild(identifier=identifier("Ada"), effective_at=date(2020, 6, 1)), ben), NotShown)


def test_children_are_not_found_one_after_another_by_claiming_them(here: Bench) -> None:
    """Ten a day, hit or miss, each an alert and each an entry; a name that fits many shows nobody."""
    ada(here)
    record(here, *(happened("EarlyHelpStarted", f"C{n}", on="2025-09-01", worker="W1") for n in range(12)))
    ben = saying_why(person(here, BEN))
    tried = [sees(here, who, ben) is not None for n in range(12) for who in (f"C{n}", f"nobody {n}")]
    limit = here.service.settings.claims_a_day
    assert tried == [n % 2 == 0 for n in range(limit)] + [False] * (24 - limit)
    assert len({leaf["opening"] for leaf in entries(here)}) == 1
    assert len(entries(here)) == 24


def test_no_role_comes_with_whoever_vouches_and_none_is_held_that_nobody_granted(here: Bench) -> None:
    """What an issuer says of roles is not read at all (test_forged_tokens.py): here a worker begins with none."""
    assert person(here, ANNA).roles == {Role.PRACTITIONER}
    assert not person(here, ANNA).roles & set(GRANTED)
