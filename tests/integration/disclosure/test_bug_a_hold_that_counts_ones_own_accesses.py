"""An officer was told how many accesses of a month were held: as many as their own told them of an open case about them, which they may not see."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.commands.giving_up import GivingUp
from adapters.disclosure.sealer import seal_now
from adapters.questions.door import Door
from domain.access.viewer import LOCAL_OPERATOR
from domain.errors import Rejected
from domain.questions.about import ListAccesses
from tests.builders.accesses import AccessLog
from tests.builders.cases import closed, officer, opened
from tests.builders.months import JULY, JUNE, PAT, YEARS_ON, two_months


@pytest.fixture
def log(database_url: str, tmp_path: Path) -> Iterator[AccessLog]:
    """Pat has looked at the list of accesses in June, twice."""
    made = two_months(database_url, tmp_path, stated=False)
    made.bench.clock.set(JUNE)
    pat = officer(made.bench, PAT)
    for _ in range(2):
        Door(made.bench.service).ask(ListAccesses(organisation="la-808"), pat)
    made.bench.clock.set(JULY)
    seal_now(made.bench.service, made.key)
    made.bench.clock.set(YEARS_ON)
    yield made
    made.bench.close()


def refused(log: AccessLog) -> str:
    with pytest.raises(Rejected, match="held, by a legal hold or an open case: the month waits") as found:
        GivingUp(log.bench.service).propose(PAT, "2026-06")
    return str(found.value)


def test_a_case_about_who_proposes_is_told_from_no_other(log: AccessLog) -> None:
    other = officer(log.bench, "la-808:P3")
    about_pat = opened(log.bench, other, concerned=PAT)
    told = refused(log)
    assert [one.held for one in GivingUp(log.bench.service).months()] == [2]
    closed(log.bench, other, about_pat, "not_upheld", unheard="They have left.")
    entry = Door(log.bench.service).ask(ListAccesses(viewer="la-808:W1"), LOCAL_OPERATOR).content["accesses"][-1]
    opened(log.bench, other, accesses=(entry["entry"],))
    assert refused(log) == told
