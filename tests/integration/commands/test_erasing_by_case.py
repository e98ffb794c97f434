"""A proposal of erasure that names a case names one that grants it, about the child whose records they are."""

from datetime import UTC, datetime

import pytest

from adapters.commands.erasures import Erasures
from domain.access.viewer import Role
from domain.cases.kinds import KINDS
from domain.erasure import EXEMPTIONS, Proposal
from domain.errors import Rejected
from tests.builders.cases import closed, done, officer, opened
from tests.builders.service import Bench
from tests.builders.viewers import granted
from tests.spec import words
from tests.spec.words import happened

BEN, EVE = "la-808:P1", "la-808:P2"


@pytest.fixture
def here(any_emptied_bench: Bench) -> Bench:
    """Ada and Bob, and two privacy officers."""
    any_emptied_bench.clock.set(datetime(2025, 12, 19, 10, 0, tzinfo=UTC))
    told = [happened("EarlyHelpStarted", who, on="2025-09-01", worker="W1") for who in ("Ada", "Bob")]
    any_emptied_bench.record(*(one.wire(n) for n, one in enumerate(told)))
    any_emptied_bench.projector.project()
    for one in (BEN, EVE):
        granted(any_emptied_bench, one, Role.PRIVACY_OFFICER)
    return any_emptied_bench


def identifier(who: str) -> str:
    return ":".join(words.identifier(who, "nhs"))


def case(here: Bench, kind: str = "erasure", who: str = "Ada", outcome: str | None = "granted") -> str:
    """A request that one officer opened, and another closed."""
    asked_by = "child" if KINDS[kind].request else None
    made = opened(here, officer(here, BEN), kind, child=identifier(who), asked_by=asked_by)
    if KINDS[kind].request:
        done(here, officer(here, BEN), made, "checked")
    if outcome is not None:
        closed(here, officer(here, EVE), made, outcome)
    return made


def proposed(here: Bench, reference: str, who: str = "Ada") -> Proposal:
    erasures = Erasures(here.service)
    return erasures.propose(BEN, erasures.records_of(identifier(who)), "objection", list(EXEMPTIONS), reference)


@pytest.mark.parametrize("outcome", ["granted", "partly_granted"])
def test_a_case_that_grants_it_is_named_with_it(outcome: str, here: Bench) -> None:
    granted_case = case(here, outcome=outcome)
    assert proposed(here, granted_case).case == granted_case


@pytest.mark.parametrize(
    "wrong",
    [
        {"outcome": None},
        {"outcome": "refused"},
        {"kind": "rectification"},
        {"kind": "check", "outcome": "upheld"},
        {"who": "Bob"},
    ],
    ids=["open", "refused", "of another right", "an officer's own", "of another child"],
)
def test_any_other_is_refused_and_nothing_is_noted(wrong: dict[str, str], here: Bench) -> None:
    other = case(here, **wrong)
    with pytest.raises(Rejected, match="a case of erasure about this child, which was granted") as rejected:
        proposed(here, other)
    assert (rejected.value.field, Erasures(here.service).all()) == ("case", [])


def test_so_is_one_that_there_is_not(here: Bench) -> None:
    with pytest.raises(Rejected, match="check its reference"):
        proposed(here, "C-7")
