"""Two officers proposed the same month, both were confirmed, and one was given up: the other waited for ever to be carried out."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.commands.erasures import Erasures
from adapters.commands.giving_up import GivingUp
from adapters.commands.granting import grant, read_worker
from adapters.questions.door import Door
from domain.access.viewer import LOCAL_OPERATOR, Role
from domain.questions.about import ShowDue
from tests.builders.accesses import AccessLog
from tests.builders.months import PAT, SAM, YEARS_ON, two_months


@pytest.fixture
def log(any_database_url: str, tmp_path: Path) -> Iterator[AccessLog]:
    made = two_months(any_database_url, tmp_path)
    made.bench.clock.set(YEARS_ON)
    yield made
    made.bench.close()


def test_nothing_waits_of_a_month_that_was_given_up(log: AccessLog) -> None:
    service = log.bench.service
    grant(service, read_worker("la-808:P3"), Role.PRIVACY_OFFICER)
    first, second, third = (GivingUp(service).propose(by, "2026-06").erasure for by in (PAT, SAM, "la-808:P3"))
    for by, erasure in ((SAM, first), (PAT, second)):
        Erasures(service).confirm(by, erasure)
    GivingUp(service).run(first)
    assert Erasures(service).states() == dict.fromkeys((first, second, third), "erased")
    assert Door(service).ask(ShowDue(), LOCAL_OPERATOR).content["waiting"] == []
