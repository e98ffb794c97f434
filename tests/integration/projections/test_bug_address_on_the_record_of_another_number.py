"""An address stood on the record of another number of the same child, where one number had replaced the other.

On which of the two hung on their random ids, so that two deployments that had read the same differed.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.service import Bench, bench
from tests.integration.questions.test_lead_views import take
from tests.spec.words import address, address_changed, happened, identifier

CHILDREN = [f"child {n}" for n in range(12)]  # of about half the former number's record is the holder


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(database_url, tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("at_once", [True, False], ids=["in one edition", "the replacement comes later"])
def test_an_address_stands_on_the_record_of_the_event_that_tells_it(here: Bench, at_once: bool) -> None:
    homes = [address_changed(one, on="2025-01-01", address=address("1 Example Row")) for one in CHILDREN]
    replaced = [
        happened(
            "NhsNumberSuperseded",
            one,
            on="2025-02-01",
            by="ods-Z90001",
            former=identifier(one, "nhs")[1],
            known_by="nhs2",
        )
        for one in CHILDREN
    ]
    for part in ([*homes, *replaced],) if at_once else (homes, replaced):
        take(here, part, 100 if part is replaced else 1)
    rows = here.connection.execute(
        f"SELECT count(*), count(*) FILTER (WHERE a.record <> f.record) FROM {here.serving()}.address a "
        "JOIN log.fact f ON f.position = a.main WHERE a.to_ed IS NULL"
    ).fetchall()
    assert rows == [(len(CHILDREN), 0)]
