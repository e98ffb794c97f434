"""The last days of January were said to have entries that were given up, where February's were: its first instant is the end of January."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from adapters.commands.erasures import Erasures
from adapters.commands.giving_up import GivingUp
from adapters.disclosure.sealer import seal_now
from adapters.questions.door import Door
from domain.access.viewer import Role
from domain.questions.about import AskOfficers
from tests.builders.accesses import AccessLog
from tests.builders.cases import officer
from tests.builders.desk import rows_of
from tests.builders.months import PAT, SAM, two_months

FEBRUARY = datetime(2027, 2, 10, 12, tzinfo=UTC)


@pytest.fixture
def log(any_database_url: str, tmp_path: Path) -> Iterator[AccessLog]:
    """Ten accesses of February were given up; nothing is of January."""
    made = two_months(any_database_url, tmp_path)
    made.bench.clock.set(FEBRUARY)
    made.access(10)
    made.bench.clock.advance(timedelta(days=30))
    seal_now(made.bench.service, made.key)
    made.bench.clock.advance(timedelta(days=366 * 7))
    erasure = GivingUp(made.bench.service).propose(PAT, "2027-02").erasure
    Erasures(made.bench.service).confirm(SAM, erasure)
    GivingUp(made.bench.service).run(erasure)
    yield made
    made.bench.close()


@pytest.mark.not_replayed("what was shown is given up")
@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        (date(2027, 1, 25), date(2027, 1, 31), 0),
        (date(2027, 1, 26), date(2027, 2, 1), 10),
        (date(2027, 2, 28), date(2027, 3, 1), 10),
        (date(2027, 3, 1), date(2027, 3, 2), 0),
    ],
)
def test_days_of_a_month_tell_of_it_alone(log: AccessLog, first: date, last: date, told: int) -> None:
    checker = officer(log.bench, "la-808:D1", Role.DATA_PROTECTION_OFFICER)
    answer = Door(log.bench.service).ask(AskOfficers(name="log-complete", first=first, last=last), checker)
    [found] = [row["found"] for row in rows_of(answer.content) if row["check"] == "given_up_of_these_months"]
    assert found == told
