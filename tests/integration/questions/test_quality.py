"""The data-quality report counts every message once, whatever became of it in the end."""

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from adapters.commands.quarantine import Quarantine
from adapters.log.messages import Counts
from tests.builders.asking import kept, quality
from tests.builders.service import NOW, Bench, bench
from tests.builders.stream import mark
from tests.integration.log.test_feedback import OTHER, SCHOOL, admitted, retracted


@pytest.fixture
def here(any_database_url: str, tmp_path: Path) -> Iterator[Bench]:
    here = bench(any_database_url, tmp_path)
    yield here
    here.close()


def summed(lines: list[dict[str, Any]]) -> tuple[int, ...]:
    return tuple(sum(line[name] for line in lines) for name in ("read", "accepted", "duplicate", "conflict", "kept"))


def test_what_was_sent_is_what_is_counted(here: Bench) -> None:
    """Messages in any mixture and order; whatever was released or replaced on the way is counted as what it is now."""
    choose = random.Random(7)
    kinds: list[Any] = [
        lambda n: mark(n % 9, child=n % 3),
        lambda n: mark(n % 9, child=n % 3, am="N"),
        lambda n: mark(n % 9, am="%"),
        lambda n: admitted(n % 9, choose.choice([SCHOOL, OTHER])),
        lambda n: admitted(n % 9, identifiers={"upn": "A1"}),
        lambda n: retracted(n % 9, n % 9),
        lambda n: b"\xc3\x01" + bytes([n % 9] * 12),
        lambda n: admitted(n % 9) | {"colour": "red"},
    ]
    sent = 0
    counts = Counts()
    for _ in range(40):
        batch = [choose.choice(kinds)(choose.randrange(1000)) for _ in range(choose.randrange(1, 9))]
        sent += len(batch)
        counts.add(here.record(*batch))
    lines = quality(here.service)
    read, accepted, duplicate, conflict, kept = summed(lines)
    assert read == sent == accepted + duplicate + conflict + kept
    released = counts.kept - kept
    assert released > 0, "something must have waited and come"
    assert accepted + duplicate + conflict == counts.accepted + counts.duplicate + counts.conflict + released
    assert (accepted, len(here.events())) == (len(here.events()), accepted)
    assert min(duplicate, conflict, kept) > 0
    of_school = quality(here.service, SCHOOL)
    assert of_school == [one for one in lines if one["organisation"] == SCHOOL]


def test_a_rejected_event_stays_one_that_was_kept_and_waits_no_more(here: Bench) -> None:
    here.record(admitted(1, identifiers={"upn": "A1"}), admitted(2, identifiers={"upn": "A2"}))
    Quarantine(here.service).reject([UUID(kept(here.service)[0]["id"])], "agreed")
    (line,) = quality(here.service)
    assert (line["read"], line["kept"], line["waiting"], line["reasons"]) == (2, 2, 1, {"bad_form": 2})


def test_lateness_is_the_median_of_days_until_we_had_it(here: Bench) -> None:
    def told(days: float) -> str:
        return (NOW - timedelta(days=days)).isoformat()

    here.record(*({**mark(n), "recorded_at": told(days)} for n, days in enumerate((0.5, 2, 90))))
    (line,) = quality(here.service)
    assert line["late_days"] == 2.0
