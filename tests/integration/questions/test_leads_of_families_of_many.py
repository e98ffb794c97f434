"""Of many children leads of their families are looked for from the side of those who have one; the answer is the same."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from adapters.questions import kin
from tests.builders.asking import asking
from tests.builders.service import Bench, bench
from tests.spec.words import early_help_started, lead_accepted, relationship_stated

DAY = date(2025, 11, 3)
W1 = "la-808:W1"
# Two sisters, of whom one has a lead of the whole family, and two brothers whose family has none; all but her are with one worker.
TOLD = [
    *(relationship_stated(child, "family", on="2025-01-01", family="F1") for child in "AB"),
    *(relationship_stated(child, "family", on="2025-01-01", family="F2") for child in "CD"),
    *(early_help_started(child, on="2025-09-01", worker="W1") for child in "ACD"),
    lead_accepted("B", worker="W2", on="2025-09-02", scope="family"),
    lead_accepted("C", worker="W2", on="2025-09-02", scope="child"),
]


@pytest.fixture
def here(any_database_url: str, tmp_path: Path) -> Iterator[Bench]:
    made = bench(any_database_url, tmp_path)
    outcomes = made.record(*(one.wire(number) for number, one in enumerate(TOLD, 1)))
    assert made.counts(outcomes).kept == 0
    made.projector.project()
    yield made
    made.close()


def answers(here: Bench) -> list[Any]:
    with asking(here.service) as asked:
        return [
            asked.caseload(worker=W1, effective_at=DAY),
            asked.handover(worker=W1, effective_at=DAY),
            asked.gaps(effective_at=DAY),
        ]


def test_they_are_the_same_from_either_side(here: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    from_theirs = answers(here)
    caseload = from_theirs[0]["children"]
    assert sorted([lead["worker"] for lead in child["lead"]] for child in caseload) == [
        [],
        ["la-808:W2"],
        ["la-808:W2"],
    ]
    assert len(from_theirs[2]["gaps"]) == 1
    monkeypatch.setattr(kin, "FEW", 0)
    assert answers(here) == from_theirs
