"""Which feed is silent names a school. Of a shielded child it was not said, and of its sister beside it, it was."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.builders.asking import asking
from tests.builders.service import Bench, bench
from tests.spec.words import (
    absent,
    address_changed,
    feed_reported,
    gp_registered,
    happened,
    involvement_started,
    lead_nominated,
    no_known_address,
    relationship_stated,
    school_days,
)

DAY = date(2025, 11, 1)
SCHOOL = "urn-900077"


@pytest.fixture
def here(any_database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(any_database_url, tmp_path)
    told = [
        *(gp_registered(child, practice="Z90077", on="2025-01-01", born="2015-03-01") for child in "AB"),
        *(relationship_stated(child, "family", on="2025-01-01", family="F1") for child in "AB"),
        address_changed("A", on="2025-09-01", address=no_known_address()),
        *absent("B", "900077", school_days("2025-09-01", 10), known_by="nhs"),
        feed_reported(SCHOOL, "AttendanceMarked", through="2025-09-12"),
        involvement_started("B", "mentoring", on="2025-09-01", worker="W1"),
        lead_nominated("B", worker="W1", on="2025-09-01"),
    ]
    outcomes = made.record(*(one.wire(number) for number, one in enumerate(told, 1)))
    assert made.counts(outcomes).kept == 0
    yield made
    made.close()


def families(here: Bench) -> list[Any]:
    here.projector.project()
    with asking(here.service) as asked:
        listed = asked.families(effective_at=DAY)
        shown = [asked.family(family=one["family"], effective_at=DAY) for one in listed["families"]]
        mine = asked.my_families(worker="la-808:W1", effective_at=DAY)["families"]
    return [listed["families"], shown, mine]


def test_is_not_named_either(here: Bench) -> None:
    assert all(SCHOOL in json.dumps(answer) for answer in families(here))
    here.record(happened("ShieldApplied", "A", on="2025-10-01").wire(99))
    after = families(here)
    assert all("ten_days_absent" in json.dumps(answer) for answer in after)
    assert not any(SCHOOL in json.dumps([one.pop("feeds", None) for one in answer] and answer) for answer in after)
